import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planBoards } from "#cli/boards/board-plan.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "plan-"));
  for (const name of ["gateway", "sensor"]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "main.py"), "");
  }
  writeFileSync(join(folder, "lamp.py"), "");
  writeFileSync(join(folder, "with space.py"), "");
});

afterAll(() => rmSync(folder, { recursive: true }));

const plan = (...words: string[]) => planBoards(words.map((word) => join(folder, word)));

test("a folder is a board with its main.py, and names it", () => {
  expect(plan("gateway", "sensor/")).toEqual([
    { folder: join(folder, "gateway"), name: "gateway", argv: [] },
    { folder: join(folder, "sensor/"), name: "sensor", argv: [] },
  ]);
});

test("files called main.py are called after their folders, the others after themselves", () => {
  const names = plan("gateway/main.py", "sensor/main.py kitchen", "lamp.py", "lamp.py").map(({ name }) => name);
  expect(names).toEqual(["gateway", "sensor", "lamp-1", "lamp-2"]);
});

test("arguments follow a file or a folder; a name with a space in it is a file's", () => {
  expect(plan("sensor kitchen 2", "with space.py").map(({ argv }) => argv)).toEqual([["kitchen", "2"], []]);
});
