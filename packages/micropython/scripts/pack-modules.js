// Makes wasm/modules.json: the Python modules of a board in one file, which a page can load. `npm run build` runs it.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";

const modules = new URL("../python/", import.meta.url);
const target = new URL("../wasm/modules.json", import.meta.url);
const unfinished = new URL(`${target.href}.${process.pid}`);

const paths = readdirSync(modules, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
const texts = paths
  .filter((path) => path.endsWith(".py"))
  .sort()
  .map((path) => [path, readFileSync(new URL(path, modules), "utf8")]);
mkdirSync(new URL(".", target), { recursive: true });
writeFileSync(unfinished, JSON.stringify(Object.fromEntries(texts)));
renameSync(unfinished, target);
