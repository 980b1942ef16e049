import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = `
  import { AIOESPNow } from "aioespnow";
  import { Air } from "aioespnow/sim";
  globalThis.node = new AIOESPNow(new Air().radio());
`;
/** The modules of a bundle for browsers, as Vite makes it from the built package, and its size. */
async function bundle(program: string): Promise<{ readonly modules: readonly string[]; readonly bytes: number }> {
  const result = await build({
    configFile: false,
    root: ROOT,
    logLevel: "error",
    build: { write: false, rolldownOptions: { input: "virtual:program" } },
    plugins: [
      {
        name: "program",
        resolveId: (id) => (id === "virtual:program" ? "\0program" : undefined),
        load: (id) => (id === "\0program" ? program : undefined),
      },
    ],
  });
  const chunks = [result].flat().flatMap((one) => ("output" in one ? one.output : []));
  const modules: string[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    if (chunk.type !== "chunk") continue;
    modules.push(...Object.keys(chunk.modules));
    bytes += chunk.code.length;
  }
  return { modules: modules.map((id) => id.replace(/^.*\/aioespnow\/dist\//, "")), bytes };
}

test("a bundle for browsers of AIOESPNow and the simulated air has no code for Linux, boards or shared airs", async () => {
  const { modules, bytes } = await bundle(PROGRAM);
  expect(modules).toContain("open/portable-schemes.js");
  expect(modules).toContain("phy/sim/engine.js");
  const others = /linux|board|serial|shared-air|worker|blocking-port|pcap|replay-phy|open\/schemes/;
  expect(modules.filter((id) => others.test(id))).toEqual([]);
  expect(bytes).toBeLessThan(112_000);
});

describe("a program for Node that is bundled into one file", () => {
  /** Bundles it with everything and runs it in a folder of its own. Returns what it prints. */
  async function output(program: string): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "bundle-"));
    try {
      const result = await build({
        configFile: false,
        root: ROOT,
        logLevel: "error",
        ssr: { noExternal: true },
        build: { write: false, ssr: true, target: "node20", rolldownOptions: { input: "virtual:program" } },
        plugins: [
          {
            name: "program",
            resolveId: (id) => (id === "virtual:program" ? "\0program" : undefined),
            load: (id) => (id === "\0program" ? program : undefined),
          },
        ],
      });
      const [chunk] = [result].flat().flatMap((one) => ("output" in one ? one.output : []));
      if (chunk?.type !== "chunk") throw new Error("there is no bundle");
      const file = join(folder, "program.mjs");
      writeFileSync(file, chunk.code);
      const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8", timeout: 20_000 });
      return stdout + stderr;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test("has the simulated air, and is told what to do about radios that need other files", async () => {
    const printed = await output(`
      import { AIOESPNow, openRadio, openRadioSync } from "aioespnow";
      const radio = await openRadio("sim:");
      console.log(new AIOESPNow(radio).active(true));
      for (const url of ["air:", "board:/dev/ttyUSB0"]) await openRadio(url).catch((error) => console.log(error.message));
      try { openRadioSync("air:"); } catch (error) { console.log(error.code); }
    `);
    const [active, air, board, code] = printed.split("\n");
    expect(active).toBe("true");
    for (const message of [air, board]) {
      expect(message).toMatch(
        /^ENOTSUP: aioespnow needs its own file .*worker\.js, which is missing: .*leave aioespnow out/,
      );
    }
    expect(code).toBe("ENOTSUP");
  });
});
