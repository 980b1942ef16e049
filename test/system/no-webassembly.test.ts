import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

const LIBRARY = new URL("../../packages/aioespnow/dist/sim.js", import.meta.url);

describe("where there is no WebAssembly, an air says what to do", () => {
  const program = `import { Air } from ${JSON.stringify(LIBRARY.href)}; new Air();`;
  test.each([
    ["switched off", 'exec "$0" --jitless "$@"', "do not start Node with --jitless"],
    ["without addresses", 'ulimit -v 8000000; exec "$0" "$@"', "raise their limit (ulimit -v)"],
  ])("%s", (_name, shell, way) => {
    const args = ["-c", shell, process.execPath, "--input-type=module", "-e", program];
    const { status, stderr } = spawnSync("sh", args, { encoding: "utf8" });
    expect(stderr).toContain("a simulated air needs WebAssembly: ");
    expect(stderr).toContain(way);
    expect(status).toBe(1);
  });
});
