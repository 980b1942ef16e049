// Type-checks the @example blocks of the packages: `npm run build && node scripts/examples.js`.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = `${ROOT}examples/.doc-comments`;
const AT_LEAST = 30;
const EXAMPLE = /^([ \t]*) \* @example\n((?:[ \t]*\*(?!\/)(?! @).*\n)+)/gm;

const files = execFileSync("git", ["ls-files", "packages/*/src/*.ts", "packages/*/src/**/*.ts"], {
  cwd: ROOT,
  encoding: "utf8",
});
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
let count = 0;
for (const file of files.trim().split("\n")) {
  for (const [, , block] of readFileSync(ROOT + file, "utf8").matchAll(EXAMPLE)) {
    const code = block.replace(/^[ \t]*\* ?/gm, "").replace(/^```\w*$/gm, "");
    writeFileSync(`${FOLDER}/example-${++count}.ts`, `// ${file}\n${code}\nexport {};\n`);
  }
}
const options = {
  extends: "../../tsconfig.base.json",
  compilerOptions: { noEmit: true, noUnusedLocals: false },
  include: ["*.ts"],
};
writeFileSync(`${FOLDER}/tsconfig.json`, JSON.stringify(options));
const { status, stdout } = spawnSync(`${ROOT}node_modules/.bin/tsc`, ["-p", FOLDER], { encoding: "utf8" });
console.log(`${stdout}${count} examples`);
if (status === 0) rmSync(FOLDER, { recursive: true, force: true });
process.exitCode = status === 0 && count >= AT_LEAST ? 0 : 1;
