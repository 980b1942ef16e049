import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const LIBRARY = fileURLToPath(new URL("../../packages/aioespnow/", import.meta.url));
const TSC = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

/** For programs on Node only. */
const NODE_ONLY = ["./air", "./state", "./testing", "./package.json"];

test("all entries of the library for browsers have types that need those of the DOM, and not those of Node", () => {
  const folder = mkdtempSync(join(tmpdir(), "types-without-node-"));
  const entries = JSON.parse(readFileSync(join(LIBRARY, "package.json"), "utf8")).exports as Record<string, string>;
  const imports = Object.entries(entries)
    .filter(([name]) => !NODE_ONLY.includes(name))
    .map(([, file], i) => `export * as e${i} from ${JSON.stringify(join(LIBRARY, file))};`);
  writeFileSync(join(folder, "program.ts"), imports.join("\n"));
  const compilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: false,
    target: "es2022",
    module: "nodenext",
    lib: ["es2023", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"],
    types: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  const { stdout } = spawnSync(process.execPath, [TSC, "-p", folder], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  expect(stdout).toBe("");
});
