import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, vi } from "vitest";

/** The built worker: Node 20 cannot load TypeScript in a thread. The rest of the link is the sources'. */
export const WORKER: URL = new URL("../../packages/aioespnow/dist/phy/shared-air/worker.js", import.meta.url);

/** For a test file: airs that nobody else on this machine can hear. */
export function ownAirs(): void {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "air-"));
    vi.stubEnv("XDG_RUNTIME_DIR", directory);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(directory, { recursive: true });
  });
}
