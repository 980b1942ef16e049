import { type Dirent, readdirSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type HouseTest, testsOf } from "espnow-micropython/testing";
import { messageOf, UsageError } from "../process/explain.ts";

/** Folders in folders that are looked through. */
const MAX_DEPTH = 8;

/** A test, and how it is called: `tests/test_sensor.py::test_reading`. */
export interface NamedTest {
  readonly id: string;
  /** Its file, as it is shown. */
  readonly file: string;
  readonly test: HouseTest;
}

/**
 * The tests that the words of a command line name: files, folders with files `test_*.py`, or single tests as
 * `FILE::NAME`. @throws UsageError for a word that names none.
 */
export function findTests(words: readonly string[]): readonly NamedTest[] {
  const found = new Map<string, NamedTest>();
  for (const word of words) {
    const [path = "", name] = word.split("::");
    const tests = filesAt(path)
      .flatMap(read)
      .filter(({ test }) => name === undefined || test.name === name);
    if (name !== undefined && tests.length === 0) throw new UsageError(`there is no test ${name} in ${path}`);
    for (const test of tests) found.set(test.id, test);
  }
  return [...found.values()];
}

function filesAt(path: string): readonly string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`there is no file or folder ${resolve(path)}`);
  return stat.isDirectory() ? [...testFilesIn(path, 0)] : [path];
}

function* testFilesIn(folder: string, depth: number): Generator<string> {
  for (const entry of entriesOf(folder)) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    if (entry.isFile() && /^test_.*\.py$/.test(entry.name)) yield path;
    else if (entry.isDirectory() && depth < MAX_DEPTH) yield* testFilesIn(path, depth + 1);
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return []; // it is another user's, or gone by now
  }
}

function read(path: string): NamedTest[] {
  const file = relative(process.cwd(), resolve(path)) || path;
  try {
    return testsOf(path).map((test) => ({ id: `${file}::${test.name}`, file, test }));
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/**
 * What `-k` selects, as pytest: words that names contain, with `and`, `or` and `not`. @throws UsageError for what is no such
 * expression.
 */
export function selector(expression: string): (id: string) => boolean {
  const alternatives = expression.split(/\s+or\s+/).map((part) => part.trim().split(/\s+and\s+/));
  for (const term of alternatives.flat()) {
    if (!/^(not\s+)*[^\s()]+$/.test(term) || /^(and|or|not)$/.test(term)) {
      throw new UsageError(
        `-k "${expression}": it must be words with and, or, not between them, such as "sensor and not lamp"`,
      );
    }
  }
  return (id) => alternatives.some((terms) => terms.every((term) => holds(term, id.toLowerCase())));
}

function holds(term: string, id: string): boolean {
  const [, nots = "", word = ""] = /^((?:not\s+)*)(\S+)$/.exec(term) ?? [];
  return id.includes(word.toLowerCase()) !== (nots.split("not").length % 2 === 0);
}
