import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** The entries of a package, as its package.json exports them, each with its source. */
function entries(folder: string): { find: RegExp; replacement: string }[] {
  const { name, exports } = JSON.parse(readFileSync(path(`packages/${folder}/package.json`), "utf8")) as {
    name: string;
    exports: Record<string, string>;
  };
  return Object.entries(exports)
    .filter(([, file]) => file.startsWith("./dist/"))
    .map(([entry, file]) => ({
      find: new RegExp(`^${name}${entry.slice(1)}$`),
      replacement: path(`packages/${folder}/${file.replace("./dist/", "src/").replace(/\.js$/, ".ts")}`),
    }));
}

/** Tests and examples run against the sources: coverage and mutation then speak of what is edited. */
export const aliases = [
  ...readdirSync(path("packages")).flatMap(entries),
  { find: /^#cli\//, replacement: path("packages/espnow/src/cli/") },
  { find: /^#gateway\//, replacement: path("packages/gateway/src/") },
  { find: /^#lib\//, replacement: path("packages/aioespnow/src/") },
  { find: /^#micropython\//, replacement: path("packages/micropython/src/") },
  { find: /^#test\//, replacement: path("test/") },
];
