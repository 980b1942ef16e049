import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { importRules, isImportRule, markdown, type Override, quotedTable } from "../scripts/layers.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BIOME = join(ROOT, "node_modules/.bin/biome");
const SRC = "packages/aioespnow/src";

let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), "aioespnow-layers-"));
  for (const path of [".gitignore", "biome.json", "package.json", "scripts", "packages/aioespnow/package.json", SRC]) {
    cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  }
});

afterEach(() => rmSync(copy, { recursive: true, force: true }));

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

function plant(file: string, text: string): void {
  const path = join(copy, SRC, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text}\n`);
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

test("each layer of the library has an opening comment: what it promises, what it does not know", () => {
  const { layers } = JSON.parse(readFileSync(join(ROOT, "layers.json"), "utf8")) as {
    layers: { aioespnow: { layer: string }[] };
  };
  const folders = layers.aioespnow
    .map(({ layer }) => layer.replace(/\/\*$/, ""))
    .filter((layer) => !layer.endsWith(".ts"));
  const silent = folders.filter((folder) => {
    const files = readdirSync(join(ROOT, SRC, folder)).filter((file) => file.endsWith(".ts"));
    return !files.some((file) => readFileSync(join(ROOT, SRC, folder, file), "utf8").startsWith(`// ${folder}: `));
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

describe("the layer check", () => {
  test("passes the tree as it is", () => {
    expect(brokenRules()).toEqual([]);
  });

  test.each([
    ["codec importing radio", "codec/planted.ts", 'import "../radio/radio.ts";'],
    ["a type-only import upwards", "codec/planted.ts", 'export type { Phy } from "../phy/phy.ts";'],
    ["a dynamic import upwards", "codec/planted.ts", 'export const radio: unknown = import("../radio/radio.ts");'],
    ["a way around through the own folder", "codec/planted.ts", 'import "./../radio/radio.ts";'],
    ["node: in codec", "codec/planted.ts", 'import "node:fs";'],
    ["node: in util/bytes", "util/bytes.ts", 'import "node:fs";'],
    ["node: in pcap", "pcap/planted.ts", 'import "node:fs";'],
    ["a neighbour on the same level", "crypto/planted.ts", 'import "../pcap/index.ts";'],
    ["a wrapper that knows a medium", "phy/planted.ts", 'import "./sim/air.ts";'],
    ["an explanation that knows a medium", "inspect/planted.ts", 'import "../phy/sim/air.ts";'],
    ["radio importing the driver", "radio/planted.ts", 'import type {} from "../espnow/espnow-core.ts";'],
    ["codec importing the entry", "codec/planted.ts", 'import "../index.ts";'],
    ["a package nobody chose", "espnow/planted.ts", 'import "serialport";'],
  ])("refuses %s", (_, file, text) => {
    plant(file, text);
    expect(brokenRules()).toContain(`${file}: lint/style/noRestrictedImports`);
  });

  test("refuses an import cycle, of types too", () => {
    plant("codec/planted-a.ts", 'export type { B } from "./planted-b.ts";\nexport type A = 1;');
    plant("codec/planted-b.ts", 'export type { A } from "./planted-a.ts";\nexport type B = 2;');
    const rule = "lint/suspicious/noImportCycles";
    expect(brokenRules()).toEqual(
      expect.arrayContaining([`codec/planted-a.ts: ${rule}`, `codec/planted-b.ts: ${rule}`]),
    );
  });

  test.each([
    ["the command a way into the library beside its exports", "espnow", "../../aioespnow/src/util/bytes.ts"],
    ["the command a way into the gateway beside its exports", "espnow", "../../gateway/dist/decoders/index.js"],
    ["the command a way into the MicroPython runner", "espnow", "../../micropython/src/program.ts"],
    ["the library the command", "aioespnow", "espnow"],
    ["the library the MicroPython runner", "aioespnow", "espnow-micropython"],
    ["the library the gateway", "aioespnow", "../../gateway/src/decoders/index.ts"],
    ["the MicroPython runner the gateway", "micropython", "espnow-gateway/decoders"],
    ["the MicroPython runner the library's inside", "micropython", "../../aioespnow/src/sim.ts"],
    ["the gateway the MicroPython runner", "gateway", "espnow-micropython"],
    ["the gateway the command", "gateway", "../../espnow/src/cli/main.ts"],
  ])("refuses %s", (_, folder, imported) => {
    plant(`../../${folder}/src/planted.ts`, `import "${imported}";`);
    const path = folder === "aioespnow" ? "planted.ts" : `packages/${folder}/src/planted.ts`;
    expect(brokenRules()).toEqual([`${path}: lint/style/noRestrictedImports`]);
  });

  test.each([
    ["a file of 301 lines", "style/noExcessiveLinesPerFile", "f();\n".repeat(301)],
    [
      "a function of 61 lines",
      "complexity/noExcessiveLinesPerFunction",
      `export function long(): void {${"\n  f();".repeat(61)}\n}`,
    ],
  ])("refuses %s", (_, rule, text) => {
    plant("codec/planted.ts", text);
    expect(brokenRules()).toEqual([`codec/planted.ts: lint/${rule}`]);
  });

  test.each([
    ["the platform", "node:fs"],
    ["the library's driver", "aioespnow"],
    ["what a gateway does with values", "../bridge/topics.ts"],
  ])("refuses decoders that know %s", (_, imported) => {
    plant("../../gateway/src/decoders/planted.ts", `import "${imported}";`);
    expect(brokenRules()).toEqual(["packages/gateway/src/decoders/planted.ts: lint/style/noRestrictedImports"]);
  });

  test.each([
    ["the bridge knowing the VM", "bridge", "../vm/vm.ts"],
    ["the VM knowing a part", "vm", "../parts/wlan-part.ts"],
    ["the VM knowing Node", "vm", "node:fs"],
    ["the hardware knowing a VM", "board", "../vm/vm.ts"],
    ["a part knowing the inside of the VM", "parts", "../vm/interpreter.ts"],
    ["the VM knowing the library's inside", "vm", "../../../aioespnow/src/util/bytes.ts"],
  ])("refuses %s", (_, folder, imported) => {
    plant(`../../micropython/src/${folder}/planted.ts`, `import "${imported}";`);
    expect(brokenRules()).toEqual([`packages/micropython/src/${folder}/planted.ts: lint/style/noRestrictedImports`]);
  });

  test("refuses the platform's time and chance above util", () => {
    plant("codec/planted.ts", "export const now: number = Date.now();\nexport const chance: number = Math.random();");
    const rules = ["lint/style/noRestrictedGlobals", "plugin"];
    expect(brokenRules()).toEqual(expect.arrayContaining(rules.map((rule) => `codec/planted.ts: ${rule}`)));
  });
});
