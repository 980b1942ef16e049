import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { linesInText } from "./assertions.ts";

/** A test: a function `test_...` of a MicroPython program. */
export interface HouseTest {
  /** The path of the file that it is in. */
  readonly file: string;
  /** That of the function, unique in its file: `test_door`. */
  readonly name: string;
  /** Where it begins, from 1. */
  readonly line: number;
  /** Whether it is an `async def`. */
  readonly isAsync: boolean;
  /** Whether it is given the house. */
  readonly takesHouse: boolean;
  /** The text of the file. */
  readonly source: string;
}

const TEST = /^(async\s+)?def\s+(test_\w*)\s*\(\s*(.*?)\s*\)\s*(?:->[^:]+)?:/;
/** What somebody means as a test, whether it is one or not. */
const MEANT = /^(\s*)(?:async\s+)?def\s+test_/;
/** `house`, or `house: "House"`. */
const HOUSE = /^house\b(?:\s*:.*)?$/;

/**
 * The tests of a file, in their order there.
 * @throws RangeError for two of one name, for one that takes anything but the house, and for a function `test_...` that is
 *   no test; the system's error where the file cannot be read.
 */
export function testsOf(file: string): readonly HouseTest[] {
  const source = readFileSync(file, "utf8");
  const inText = linesInText(source);
  const tests: HouseTest[] = [];
  for (const [index, text] of source.split("\n").entries()) {
    const [, isAsync, name, parameters = ""] = (inText.has(index) ? null : TEST.exec(text)) ?? [];
    if (name === undefined) {
      if (!inText.has(index)) checkNotMeant(text, `${file}:${index + 1}`);
      continue;
    }
    if (parameters !== "" && !HOUSE.test(parameters)) {
      throw new RangeError(`${file}:${index + 1}: a test takes house, or nothing, not "${parameters}"`);
    }
    if (tests.some((other) => other.name === name)) {
      throw new RangeError(`${file}:${index + 1}: there are two tests ${name}: the second would replace the first`);
    }
    tests.push({
      file,
      name,
      line: index + 1,
      isAsync: isAsync !== undefined,
      takesHouse: parameters !== "",
      source,
    });
  }
  return tests;
}

/** @throws RangeError for a line that begins a function which would be left out. */
function checkNotMeant(text: string, place: string): void {
  const [, indent] = MEANT.exec(text) ?? [];
  if (indent === undefined) return;
  throw new RangeError(
    indent === ""
      ? `${place}: a test begins on one line, such as "async def test_door(house):"`
      : `${place}: a test is a function of its file, outside of classes and other functions`,
  );
}

/** Where the programs of a test file are: in its folder, or where that is called `tests`, in the one above. */
export function programFolder(file: string): string {
  const folder = dirname(resolve(file));
  return /^tests?$/.test(basename(folder)) ? dirname(folder) : folder;
}
