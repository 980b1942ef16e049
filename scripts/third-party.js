// Writes THIRD-PARTY.md: what the packages bring along when they are installed, with its license. `--check` only compares.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const FILE = path("THIRD-PARTY.md");
const PACKAGES = ["aioespnow", "micropython", "gateway", "espnow"];
/** What is made into a package when it is built. */
const BUILT_IN = ["@micropython/micropython-webassembly-pyscript"];
/** Licenses that ask for no more than that their text goes along. */
const PERMISSIVE = /^\(?(MIT|ISC|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|Unlicense|0BSD)\b/;

const lock = JSON.parse(readFileSync(path("package-lock.json"), "utf8")).packages;

/** The place in the lock file of what `from` requires as `name`. */
function find(from, name) {
  for (let folder = from; ; folder = folder.replace(/\/?[^/]*$/, "")) {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (lock[place] !== undefined) return place;
    if (folder === "") return undefined;
  }
}

/** Every package that comes with one of ours, directly or not. Optional peers are those that a user adds. */
function shipped() {
  const found = new Map();
  const visit = (from, isOptional) => {
    const {
      dependencies = {},
      peerDependencies = {},
      optionalDependencies = {},
      peerDependenciesMeta = {},
    } = lock[from];
    const optional = (name) =>
      isOptional || name in optionalDependencies || peerDependenciesMeta[name]?.optional === true;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const place = find(from, name);
      if (place === undefined || lock[place].link || name === "vitest") continue;
      const known = found.get(place);
      if (known !== undefined && (!known.optional || optional(name))) continue;
      found.set(place, { name, optional: optional(name) });
      visit(place, optional(name));
    }
  };
  for (const folder of PACKAGES) visit(`packages/${folder}`, false);
  for (const name of BUILT_IN) found.set(`node_modules/${name}`, { name, optional: false });
  return [...found].map(([place, { name, optional }]) => {
    const { version, license = "unknown", os } = lock[place];
    return { name, version, license, optional, isBinary: os !== undefined };
  });
}

const all = shipped();
/** Without the binaries of a package for each system: they have its license. */
const rows = all.filter(({ isBinary }) => !isBinary).sort((a, b) => (a.name < b.name ? -1 : 1));
const strict = rows.filter(({ license }) => !PERMISSIVE.test(license));
const text = `# What comes along

\`node scripts/third-party.js\` writes this file from package-lock.json; CI compares it. Binaries for one system are counted with their package.

| package | version | license | when |
|---|---|---|---|
${rows.map(({ name, version, license, optional }) => `| [${name}](https://www.npmjs.com/package/${name}) | ${version} | ${license} | ${optional ? "where you install it" : "always"} |`).join("\n")}
`;

if (strict.length > 0) {
  console.error(`not permissive: ${strict.map(({ name, license }) => `${name} (${license})`).join(", ")}`);
  process.exitCode = 1;
}
if (!process.argv.includes("--check")) writeFileSync(FILE, text);
else if (readFileSync(FILE, "utf8") !== text) {
  console.error("THIRD-PARTY.md does not fit package-lock.json: run node scripts/third-party.js");
  process.exitCode = 1;
}
