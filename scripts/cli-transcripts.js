// Runs the commands that docs/cli.md shows on simulated radios and captures, and writes what they print into it:
//
//     npm run build && node scripts/cli-transcripts.js [--check]
//
// Virtual time and a seed make their output the same on every run: --check only compares it (test/system/cli.test.ts).
// Transcripts of other machines (`text` blocks) are left alone.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DOCUMENT = `${ROOT}docs/cli.md`;
/** What the document calls the folder of the project. */
const SHOWN_ROOT = "/home/me/aioespnow/";
const ESPNOW = `${ROOT}packages/espnow/bin/espnow.js`;

/** A block of the document: the prompt, the command, and what it printed. */
const BLOCK = /^```console\n((?:\$ .*\n(?:[^$`].*\n|\n)*)+)```$/gm;
const STEP = /^\$ (.*)\n((?:[^$`].*\n|\n)*)/gm;

/** What a command prints on a terminal, and its exit code where that is not 0. */
function run(command) {
  const script = [
    `espnow() { "${process.execPath}" "${ESPNOW}" "$@" 2>&1; }`,
    command,
    "code=$?",
    '[ $code = 0 ] || echo "(exit code $code)"',
  ].join("\n");
  const env = { ...process.env, ESPNOW_RADIO: "" };
  return execFileSync("sh", ["-c", script], { cwd: ROOT, encoding: "utf8", env }).replaceAll(ROOT, SHOWN_ROOT);
}

const text = readFileSync(DOCUMENT, "utf8");
const renewed = text.replace(BLOCK, (_, block) => {
  const again = block.replace(STEP, (_step, command) => `$ ${command}\n${run(command)}`);
  return `\`\`\`console\n${again}\`\`\``;
});
if (!process.argv.includes("--check")) {
  writeFileSync(DOCUMENT, renewed);
} else if (renewed !== text) {
  const lines = text.split("\n");
  const at = renewed.split("\n").findIndex((line, i) => line !== lines[i]);
  console.error(`docs/cli.md:${at + 1} says ${JSON.stringify(lines[at])}, and the command ${renewed.split("\n")[at]}`);
  process.exitCode = 1;
}
