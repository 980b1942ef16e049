import { expect, test } from "vitest";
import { withChecks } from "#micropython/house/assertions.ts";

test.each([
  ["assert a == 1", '__check__(a, "==", 1)'],
  ["    assert await f(1, x == 2) >= 3  # why", '    __check__(await f(1, x == 2), ">=", 3)'],
  ["assert 'a, b # c' in board.output", "__check__('a, b # c', \"in\", board.output)"],
  ["assert x not  in (1, 2)", '__check__(x, "not in", (1, 2))'],
  ["assert x is not None", '__check__(x, "is not", None)'],
  ['assert b"\\x01" != data[1:3]', '__check__(b"\\x01", "!=", data[1:3])'],
  ["assert x << 2 == 8", '__check__(x << 2, "==", 8)'],
  ["assert [i for i in a if i] == []", '__check__([i for i in a if i], "==", [])'],
])("%s compares, and can say what", (line, expected) => {
  expect(withChecks(line)).toBe(expected);
});

test.each([
  "assert x",
  "assert not x == 1",
  "assert a == 1 and b == 2",
  "assert 1 < a < 3",
  "assert a == 1, 'why'",
  "assert (a ==",
  "assert a == 1 if b else c",
  "assert a == '''",
  "assert a == \\",
  "assert index",
  "asserted == 1",
])("%s stays as it is", (line) => {
  expect(withChecks(line)).toBe(line);
});

test("what stands in a text of several lines stays, and lines keep their numbers", () => {
  const source = 'a = """\nassert a == 1\n"""\nassert b == 2  # "\nassert c == 3\n';
  expect(withChecks(source)).toBe('a = """\nassert a == 1\n"""\n__check__(b, "==", 2)\n__check__(c, "==", 3)\n');
});
