import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Habits of translated German, each with what to write in its place. */
const HABITS: readonly [RegExp, string][] = [
  [/\bso many\b/i, "a number, or that many"],
  [/\bstands in\b/i, "is in"],
  [/\bfor ever\b/i, "forever"],
  [/\bis none\b(?! else)/i, "there is no, or is not a"],
  [/\bwhom\b/i, "who, or the noun"],
  [/\banew\b/i, "again"],
  [/\btold of\b/i, "told, or reported"],
];

/** Source without its comments: what is left has the messages and the help. */
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

function tracked(...patterns: string[]): string[] {
  return execFileSync("git", ["ls-files", ...patterns], { cwd: ROOT, encoding: "utf8" })
    .trim()
    .split("\n");
}

function habitsIn(
  files: readonly string[],
  read: (text: string) => string,
  habits: readonly [RegExp, string][] = HABITS,
): string[] {
  return files.flatMap((file) => {
    const lines = read(readFileSync(`${ROOT}/${file}`, "utf8")).split("\n");
    return lines.flatMap((line) =>
      habits
        .filter(([habit]) => habit.test(line))
        .map(([habit, better]) => {
          return `${file}: ${habit.exec(line)?.[0]} (better: ${better}): ${line.trim()}`;
        }),
    );
  });
}

test("the documents are free of the habits", () => {
  const files = tracked("*.md");
  expect(files).toContain("README.md");
  expect(habitsIn(files, (text) => text)).toEqual([]);
});

test("messages and help are free of the habits", () => {
  const files = tracked("packages/*/src/*.ts", "packages/*/src/**/*.ts").filter((file) => !file.includes("/testing/"));
  expect(files.length).toBeGreaterThan(100);
  expect(habitsIn(files, withoutComments)).toEqual([]);
});

/** Beyond the habits: what comments may say of a thing ("there is none"), and what they may not ("woken, he tries"). */
const IN_COMMENTS: readonly [RegExp, string][] = [
  ...HABITS.filter(([habit]) => !habit.source.includes("is none")),
  [/(?<!there )\bis none\b(?! else)/, "is not a"],
  [/\bso often\b/i, "a number, or how many times"],
  [/\b(he|his|him)\b/i, "it, or the noun"],
];

test("the comments of the packages are free of the habits", () => {
  const files = tracked(
    "packages/*/src/*.ts",
    "packages/*/src/**/*.ts",
    "packages/*/python/*.py",
    "packages/*/python/**/*.py",
  );
  expect(files).toContain("packages/micropython/python/_bridge.py");
  expect(habitsIn(files, (text) => text, IN_COMMENTS)).toEqual([]);
});
