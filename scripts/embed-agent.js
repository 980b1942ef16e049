// Makes packages/aioespnow/src/radio/board/agent.ts of agent.py beside it, because browsers read no files. It goes over a
// slow line: comments stay behind, and an indentation is one space. With --check it only says whether that was done.
import { readFileSync, writeFileSync } from "node:fs";

const folder = new URL("../packages/aioespnow/src/radio/board/", import.meta.url);
const module = new URL("agent.ts", folder);

const python = readFileSync(new URL("agent.py", folder), "utf8")
  .split("\n")
  .map((line) => line.replace(/(^|\s+)#.*$/, ""))
  .filter((line) => line !== "")
  .map((line) => line.replace(/^(?: {4})+/, (indentation) => " ".repeat(indentation.length / 4)))
  .join("\n");

const embedded = `/** What runs on a board, as it is sent there: agent.py without comments. Made by scripts/embed-agent.js. */
export const AGENT: string = String.raw\`
${python}
\`;
`;

if (!process.argv.includes("--check")) writeFileSync(module, embedded);
else if (readFileSync(module, "utf8") !== embedded) {
  console.error("agent.ts is not what agent.py makes: run node scripts/embed-agent.js");
  process.exitCode = 1;
}
