import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const PACKAGES = fileURLToPath(new URL("../../packages/", import.meta.url));
const TYPES = fileURLToPath(new URL("../../node_modules/@types", import.meta.url));
const TSC = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

interface Manifest {
  readonly exports: Readonly<Record<string, string>>;
}

/** For programs on Node only. */
const NODE_ONLY = ["./air", "./state", "./testing", "./package.json"];

test("all entries of the library for browsers have types that need those of the DOM, and not those of Node", () => {
  const entries = entriesOf("aioespnow").filter(({ name }) => !NODE_ONLY.includes(name));
  const lib = ["es2023", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"];
  expect(complaints(entries, { lib, types: [] })).toBe("");
});

test("all entries of all packages have types that need those of Node, and not those of the DOM", () => {
  const entries = ["aioespnow", "micropython", "gateway"].flatMap(entriesOf);
  expect(complaints(entries, { lib: ["es2023"], types: ["node"], typeRoots: [TYPES] })).toBe("");
});

interface Entry {
  readonly name: string;
  readonly file: string;
}

function entriesOf(folder: string): readonly Entry[] {
  const root = join(PACKAGES, folder);
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  return Object.entries(exports)
    .filter(([, file]) => file.endsWith(".js"))
    .map(([name, file]) => ({ name, file: join(root, file) }));
}

/** What the compiler says of a program that imports them. */
function complaints(entries: readonly Entry[], options: object): string {
  const folder = mkdtempSync(join(tmpdir(), "types-without-node-"));
  const imports = entries.map(({ file }, i) => `export * as e${i} from ${JSON.stringify(file)};`);
  writeFileSync(join(folder, "program.ts"), imports.join("\n"));
  const compilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: false,
    target: "es2022",
    module: "nodenext",
    ...options,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  const { stdout } = spawnSync(process.execPath, [TSC, "-p", folder], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  return stdout;
}
