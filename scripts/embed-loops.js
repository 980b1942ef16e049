// Makes packages/aioespnow/src/phy/sim/loops.ts of packages/aioespnow/assembly/loops.ts: the compiled module in base64, because
// an air is made without waiting for a file. With --check it only says whether that was done. The bytes depend on Binaryen:
// package.json gives AssemblyScript the one that MicroPython is built with, which is a hundred megabytes.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const source = fileURLToPath(new URL("../packages/aioespnow/assembly/loops.ts", import.meta.url));
const module = new URL("../packages/aioespnow/src/phy/sim/loops.ts", import.meta.url);

/** @type {Uint8Array | undefined} */
let binary;
const { error, stderr } = await asc.main(
  ["loops.ts", "-O3", "--runtime", "stub", "--noAssert", "--initialMemory", "1", "--outFile", "loops.wasm"],
  {
    readFile: (name) => (name === "loops.ts" ? readFileSync(source, "utf8") : null),
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  },
);
if (error || binary === undefined) throw new Error(`assembly/loops.ts does not compile: ${stderr}`);

const lines = Buffer.from(binary)
  .toString("base64")
  .match(/.{1,110}/g);
const embedded = `/** assembly/loops.ts, compiled to WebAssembly, in base64. Made by scripts/embed-loops.js. */
export const LOOPS: string = \`
${lines.join("\n")}
\`;
`;

if (!process.argv.includes("--check")) writeFileSync(module, embedded);
else if (readFileSync(module, "utf8") !== embedded) {
  console.error("src/phy/sim/loops.ts is not what assembly/loops.ts makes: run node scripts/embed-loops.js");
  process.exitCode = 1;
}
