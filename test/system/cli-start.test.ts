import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));

/** The modules of the project that `espnow` loads for a command line: V8's list of scripts, from its coverage. */
function modules(...args: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "espnow-start-"));
  try {
    const env = { ...process.env, NODE_V8_COVERAGE: folder };
    spawnSync(process.execPath, [ESPNOW, ...args], { env });
    const reports = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
    const urls: string[] = reports.flatMap(({ result }) => result.map(({ url }: { url: string }) => url));
    return [
      ...new Set(urls.filter((url) => url.includes("/packages/")).map((url) => url.replace(/^.*\/packages\//, ""))),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const commands = (loaded: readonly string[]) => loaded.filter((file) => file.includes("/cli/commands/"));

test("espnow send loads neither another command nor the MicroPython runner", () => {
  const loaded = modules("send", "broadcast", "hi", "--radio", "sim:?clock=virtual");
  expect(loaded).toContain("aioespnow/dist/index.js");
  expect(commands(loaded)).toEqual(["espnow/dist/cli/commands/send.js"]);
  expect(loaded.filter((file) => file.startsWith("micropython/"))).toEqual([]);
});

test("espnow --help loads no command and no radio", () => {
  const loaded = modules("--help");
  expect(loaded).toContain("espnow/dist/cli/program.js");
  expect(commands(loaded)).toEqual([]);
  expect(loaded.filter((file) => file.startsWith("aioespnow/"))).toEqual([]);
});
