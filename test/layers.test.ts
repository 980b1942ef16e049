import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { importRules, isImportRule, markdown, type Override, quotedTable } from "../scripts/layers.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BIOME = join(ROOT, "node_modules/.bin/biome");
const SRC = "packages/aioespnow/src";

/** A copy of the sources, in which rules are broken. */
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "aioespnow-layers-"));
  for (const path of [".gitignore", "biome.json", "package.json", "scripts", "packages/aioespnow/package.json", SRC]) {
    cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** The broken rules of the copy as `file: rule`. */
function brokenRules(): string[] {
  const { stdout, stderr } = spawnSync(BIOME, ["lint", "--reporter=json", "--max-diagnostics=none", "."], {
    cwd: copy,
    encoding: "utf8",
  });
  if (stdout === "") throw new Error(`biome printed nothing: ${stderr}`);
  const report = JSON.parse(stdout) as {
    summary: { unchanged: number };
    diagnostics: { category: string; severity: string; location: { path: string } }[];
  };
  expect(report.summary.unchanged, "files checked").toBeGreaterThan(10);
  return report.diagnostics
    .filter(
      ({ category, severity }) =>
        severity === "error" && /noRestricted|noImportCycles|noExcessiveLines|plugin/.test(category),
    )
    .map(({ location, category }) => `${location.path.replace(`${SRC}/`, "")}: ${category}`);
}

describe("layers.json", () => {
  test("is what the rules of biome.json are made from", () => {
    const { overrides } = JSON.parse(readFileSync(join(ROOT, "biome.json"), "utf8")) as { overrides: Override[] };
    expect(overrides.filter(isImportRule), "run node scripts/layers.js").toEqual(importRules());
  });

  test("is quoted by docs/architecture.md", () => {
    expect(quotedTable()?.trim(), "run node scripts/layers.js").toBe(markdown());
  });

  test("names folders and files that exist", () => {
    const { layers } = JSON.parse(readFileSync(join(ROOT, "layers.json"), "utf8")) as {
      layers: Record<string, { layer: string; imports: string[] }[]>;
    };
    const missing = Object.entries(layers).flatMap(([folder, rows]) =>
      rows
        .flatMap(({ layer, imports }) => [layer, ...imports])
        .map((name) => `packages/${folder}/src/${name.replace(/\/\*$/, "")}`)
        .filter((path) => !existsSync(join(ROOT, path))),
    );
    expect(missing).toEqual([]);
  });
});

/** All folders below the `src` of the packages: that `src`, and the path from there. */
function sourceFolders(): (readonly [source: string, folder: string])[] {
  return readdirSync(join(ROOT, "packages")).flatMap((name) => {
    const source = join(ROOT, "packages", name, "src");
    return readdirSync(source, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => [source, relative(source, join(entry.parentPath, entry.name)).replaceAll("\\", "/")] as const);
  });
}

test("docs/architecture.md shows each folder of sources", () => {
  const text = readFileSync(join(ROOT, "docs/architecture.md"), "utf8").split("<!-- layers.json -->")[0] as string;
  const folders = sourceFolders().map(([, folder]) => `${folder.split("/").at(-1)}/`);
  expect(folders.filter((folder) => !text.includes(folder))).toEqual([]);
});

test("each folder of sources has an opening comment: what it promises, what it does not know", () => {
  const folders = sourceFolders();
  expect(folders.length).toBeGreaterThan(45);
  const silent = folders.filter(([source, folder]) => {
    const files = readdirSync(join(source, folder)).filter((file) => file.endsWith(".ts"));
    return !files.some((file) => readFileSync(join(source, folder, file), "utf8").startsWith(`// ${folder}: `));
  });
  expect(silent).toEqual([]);
});

test("sources are files of 300 lines at most, comments counted", () => {
  const files = readdirSync(join(ROOT, "packages"), { recursive: true, encoding: "utf8" })
    .filter((file) => /^[^/\\]+[/\\]src[/\\].*\.ts$/.test(file) && !/[/\\]src[/\\]testing[/\\]/.test(file))
    .filter((file) => !file.includes("node_modules"));
  const long = files.filter((file) => readFileSync(join(ROOT, "packages", file), "utf8").split("\n").length > 301);
  expect(files.length).toBeGreaterThan(200);
  expect(long).toEqual([]);
});

test("the entries of the library are doors: comments and exports, no code", () => {
  const files = readdirSync(join(ROOT, SRC)).filter((file) => file.endsWith(".ts") && file !== "errors.ts");
  expect(files).toContain("index.ts");
  for (const file of files) {
    const text = readFileSync(join(ROOT, SRC, file), "utf8");
    const rest = text.replace(/\/\*\*[\s\S]*?\*\//g, "").replace(/^export (type )?\{[^}]*\} from "[^"]+";$/gm, "");
    expect(rest.trim(), file).toBe("");
  }
});

const RESTRICTED_IMPORT = "lint/style/noRestrictedImports";

/** What is refused, a file with such a text below `packages/aioespnow/src`, and the rule that it breaks. */
interface Violation {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly rule: string;
}

const violations: Violation[] = [];

/** Each violation has a file of its own, so that one run of the linter finds them all. */
function violation(name: string, folder: string, text: string, rule = RESTRICTED_IMPORT): void {
  violations.push({ name, file: `${folder}/planted-${violations.length}.ts`, text, rule });
}

for (const [name, folder, imported] of [
  ["codec importing radio", "codec", "../radio/radio.ts"],
  ["a way around through the own folder", "codec", "./../radio/radio.ts"],
  ["node: in codec", "codec", "node:fs"],
  ["node: in pcap", "pcap", "node:fs"],
  ["a neighbor on the same level", "crypto", "../pcap/index.ts"],
  ["a wrapper that knows a medium", "phy", "./sim/air.ts"],
  ["an explanation that knows a medium", "inspect", "../phy/sim/air.ts"],
  ["radio importing the driver", "radio", "../espnow/espnow-core.ts"],
  ["codec importing the entry", "codec", "../index.ts"],
  ["a package nobody chose", "espnow", "serialport"],
  ["the library the command", "util", "espnow"],
  ["the library the MicroPython runner", "util", "espnow-micropython"],
  ["the library the gateway", "util", "../../../gateway/src/decoders/index.ts"],
] as const) {
  violation(name, folder, `import "${imported}";`);
}
violation("a type-only import upwards", "codec", 'export type { Phy } from "../phy/phy.ts";');
violation("a dynamic import upwards", "codec", 'export const radio: unknown = import("../radio/radio.ts");');
violations.push({
  name: "node: in util/bytes",
  file: "util/bytes.ts",
  text: 'import "node:fs";',
  rule: RESTRICTED_IMPORT,
});

for (const [name, folder, imported] of [
  ["the command a way into the library beside its exports", "espnow/src", "../../aioespnow/src/util/bytes.ts"],
  ["the command a way into the gateway beside its exports", "espnow/src", "../../gateway/dist/decoders/index.js"],
  ["the command a way into the MicroPython runner", "espnow/src", "../../micropython/src/program.ts"],
  ["the MicroPython runner the gateway", "micropython/src", "espnow-gateway/decoders"],
  ["the MicroPython runner the library's inside", "micropython/src", "../../aioespnow/src/sim.ts"],
  ["the gateway the MicroPython runner", "gateway/src", "espnow-micropython"],
  ["the gateway the command", "gateway/src", "../../espnow/src/cli/main.ts"],
  ["decoders that know the platform", "gateway/src/decoders", "node:fs"],
  ["decoders that know the library's driver", "gateway/src/decoders", "aioespnow"],
  ["decoders that know what a gateway does with values", "gateway/src/decoders", "../bridge/topics.ts"],
  ["the bridge knowing the VM", "micropython/src/bridge", "../vm/vm.ts"],
  ["the VM knowing a part", "micropython/src/vm", "../parts/wlan-part.ts"],
  ["the VM knowing Node", "micropython/src/vm", "node:fs"],
  ["the hardware knowing a VM", "micropython/src/board", "../vm/vm.ts"],
  ["a part knowing the inside of the VM", "micropython/src/parts", "../vm/interpreter.ts"],
  ["the VM knowing the library's inside", "micropython/src/vm", "../../../aioespnow/src/util/bytes.ts"],
] as const) {
  violation(name, `../../${folder}`, `import "${imported}";`);
}

const CYCLE = "lint/suspicious/noImportCycles";
violations.push(
  {
    name: "an import cycle, of types too",
    file: "codec/planted-a.ts",
    text: 'export type { B } from "./planted-b.ts";\nexport type A = 1;',
    rule: CYCLE,
  },
  {
    name: "the other half of the cycle",
    file: "codec/planted-b.ts",
    text: 'export type { A } from "./planted-a.ts";\nexport type B = 2;',
    rule: CYCLE,
  },
);
violation("a file of 301 lines", "codec", "f();\n".repeat(301), "lint/style/noExcessiveLinesPerFile");
violation(
  "a function of 61 lines",
  "codec",
  `export function long(): void {${"\n  f();".repeat(61)}\n}`,
  "lint/complexity/noExcessiveLinesPerFunction",
);
violation(
  "the platform's time above util",
  "codec",
  "export const now: number = Date.now();",
  "lint/style/noRestrictedGlobals",
);
violation("chance above util", "codec", "export const chance: number = Math.random();", "plugin");

describe("the layer check", () => {
  let found: string[];

  beforeAll(() => {
    expect(brokenRules(), "the tree as it is").toEqual([]);
    for (const { file, text } of violations) {
      const path = join(copy, SRC, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${text}\n`);
    }
    found = brokenRules();
  });

  test.each(violations)("refuses $name", ({ file, rule }) => {
    const path = file.startsWith("../../") ? `packages/${file.slice("../../".length)}` : file;
    expect(found.filter((line) => line.startsWith(`${path}: `))).toEqual([`${path}: ${rule}`]);
  });
});
