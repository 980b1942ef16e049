// layers.json says which folder may import what. `node scripts/layers.js` writes the rules of biome.json and the table of
// docs/architecture.md from it; test/layers.test.ts compares them.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

const { dirname, relative } = posix;
const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const BIOME = path("biome.json");
const ARCHITECTURE = path("docs/architecture.md");
const TABLE = /(?<=<!-- layers.json -->\n\n)[\s\S]*?(?=\n<!-- end -->)/;

const table = JSON.parse(readFileSync(path("layers.json"), "utf8"));
const npmNames = Object.fromEntries(
  Object.keys(table.packages).map((name) => [
    name,
    JSON.parse(readFileSync(path(`packages/${name}/package.json`), "utf8")).name,
  ]),
);

/** One override of biome.json: the files that `includes` names may not import what matches `group`. */
function override(includes, group, message) {
  const options = { patterns: [{ group, message }] };
  const style = { noRestrictedImports: { level: "error", options } };
  return { includes, linter: { rules: { style } } };
}

/** Packages know those below them by their exports, and the others not at all. */
function packageRule([name, below]) {
  const others = Object.keys(table.packages).filter((other) => other !== name);
  const inner = others.flatMap((other) => [`**/${other}/src/**`, `**/${other}/dist/**`]);
  const above = others.filter((other) => !below.includes(other)).map((other) => npmNames[other]);
  const outer = above.flatMap((other) => [other, `${other}/**`]);
  const known = below.length === 0 ? "no other package" : `the public exports of ${below.join(", ")} only`;
  return override([`packages/${name}/src/**`], ["#*/**", ...inner, ...outer], `${npmNames[name]} imports ${known}.`);
}

/** How a file in the folder `from` writes an import of `name`: a file, the files of a folder (`/*`), or all below it. */
function importPattern(from, name) {
  const target = /\.ts$|\/\*$/.test(name) ? name : `${name}/**`;
  const way = relative(from, target);
  return way.startsWith(".") ? way : `./${way}`;
}

function layerRule(folder, { layer, imports, outside = [], why }) {
  const files = layer.endsWith("/*") ? `${layer}.ts` : layer.endsWith(".ts") ? layer : `${layer}/**`;
  const own = layer.endsWith(".ts") ? [] : [layer];
  const from = dirname(files);
  const allowed = [...own.concat(imports).map((name) => importPattern(from, name)), ...outside];
  const known = [...imports, ...outside].map((name) => name.replace(/\/\*\*$/, "")).join(", ");
  const message = `${layer} imports ${known || "nothing else"}. ${why}`;
  return override(
    [`packages/${folder}/src/${files}`],
    ["**", ...allowed.map((name) => `!${name}`), "./../**"],
    message,
  );
}

/** The rules about imports that biome.json must have, in their order: later ones replace earlier ones. */
export function importRules() {
  const library = Object.keys(table.packages)[0];
  return [
    override(
      ["examples/**"],
      ["#lib/**", `**/${library}/src/**`, `**/${library}/dist/**`],
      `Use the public exports of ${library}.`,
    ),
    ...Object.entries(table.packages).map(packageRule),
    ...Object.entries(table.layers).flatMap(([folder, layers]) => layers.map((one) => layerRule(folder, one))),
  ];
}

/** Whether an override of biome.json is one of those. */
export function isImportRule(one) {
  return one.linter?.rules?.style?.noRestrictedImports !== undefined;
}

/** The table of docs/architecture.md. */
export function markdown() {
  const code = (names) => names.map((name) => `\`${name}\``).join(", ");
  const rows = Object.entries(table.layers).flatMap(([folder, layers]) =>
    layers.map(({ layer, imports, outside = [], why }) => {
      return `| \`${npmNames[folder]}\` | \`${layer}\` | ${code(imports)} | ${code(outside)} | ${why} |`;
    }),
  );
  return ["| package | layer | imports of its package | from outside | why |", "|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}

/** The table as docs/architecture.md has it. */
export function quotedTable() {
  return TABLE.exec(readFileSync(ARCHITECTURE, "utf8"))?.[0];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const config = JSON.parse(readFileSync(BIOME, "utf8"));
  config.overrides = [...config.overrides.filter((one) => !isImportRule(one)), ...importRules()];
  writeFileSync(BIOME, JSON.stringify(config));
  execFileSync(path("node_modules/.bin/biome"), ["format", "--write", BIOME], { stdio: "inherit" });
  writeFileSync(ARCHITECTURE, readFileSync(ARCHITECTURE, "utf8").replace(TABLE, markdown));
}
