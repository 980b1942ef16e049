import { fileURLToPath } from "node:url";
import { build } from "vite";
import { expect, test } from "vitest";

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
  expect(bytes).toBeLessThan(100_000);
});
