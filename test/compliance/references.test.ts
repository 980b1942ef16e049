import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** The documents that name tests: `[file] "beginning of a title"`, with the file as a link at the end. */
const DOCUMENTS = ["docs/compatibility.md", "docs/errors.md", "SECURITY.md"];
const ROOT = new URL("../../", import.meta.url);

describe.each(DOCUMENTS)("%s", (name) => {
  const url = new URL(name, ROOT);
  const document = readFileSync(url, "utf8");
  const links = new Map([...document.matchAll(/^\[([\w-]+)\]: (\S+)$/gm)].map(([, key, path]) => [key, path]));
  const references = [...document.matchAll(/\[([\w-]+)\] "([^"]+)"/g)];

  test("names tests that exist", () => {
    const titles = references.filter(([, key = "", title = ""]) => {
      const path = links.get(key);
      return path === undefined || !readFileSync(new URL(path, url), "utf8").includes(title);
    });
    expect(titles.map(([reference]) => reference)).toEqual([]);
    expect(references.length).toBeGreaterThan(5);
  });

  test("has no link that it does not use", () => {
    const used = new Set(references.map(([, key]) => key));
    expect([...links.keys()].filter((key) => !used.has(key))).toEqual([]);
  });

  test("leaves no row without a test, but those of what is missing", () => {
    const rows = document.split("\n").filter((line) => line.startsWith("| "));
    const bare = rows.filter((row) => / \| +\|$/.test(row));
    expect(bare.every((row) => row.includes("**missing**"))).toBe(true);
  });
});
