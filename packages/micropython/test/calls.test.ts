import { expect, test } from "vitest";
import { CALLS } from "#micropython/bridge/calls.ts";

const HEAD = "# The board's operations, by number. Made from src/bridge/calls.ts by `npx vitest run calls -u`.\n";

test("Python knows the operations of the bridge by the numbers that the host gives them", async () => {
  const lines = Object.keys(CALLS).map((name, number) => `${name.toUpperCase()} = ${number}\n`);
  await expect(HEAD + lines.join("")).toMatchFileSnapshot("../python/_calls.py");
});

test("all names are written alike", () => {
  for (const [name, { numbers = [] }] of Object.entries(CALLS as Record<string, { numbers?: readonly string[] }>)) {
    expect(name).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
    expect(numbers.length).toBeLessThanOrEqual(3);
  }
});
