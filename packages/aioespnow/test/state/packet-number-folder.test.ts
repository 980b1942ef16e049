import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PacketNumberFolder } from "#lib/state/index.ts";

/** What happens between the moment in which a process has prepared a version and that in which it is linked. */
const asleep = vi.hoisted(() => ({ until: undefined as (() => void) | undefined }));

vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof import("node:fs")>();
  const linkSync: typeof fs.linkSync = (draft, file) => {
    const meanwhile = asleep.until;
    asleep.until = undefined;
    meanwhile?.();
    fs.linkSync(draft, file);
  };
  return { ...fs, linkSync };
});

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "packet-numbers-"));
  folder = join(parent, "state", "numbers");
});

afterEach(() => rmSync(parent, { recursive: true }));

function versions(): number[] {
  return readdirSync(folder)
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
}

function newest(): string {
  return join(folder, `${versions().at(-1)}.json`);
}

test("numbers go on from one store to the next, each key for itself", () => {
  expect(new PacketNumberFolder(folder).reserve("a", 0, 100)).toBe(1);
  expect(new PacketNumberFolder(folder).reserve("a", 0, 100)).toBe(101);
  expect(new PacketNumberFolder(folder).reserve("b", 0, 100)).toBe(1);
  expect(new PacketNumberFolder(folder).reserve("a", 1000, 100)).toBe(1001);
});

test("the folder and its files are the user's only", () => {
  new PacketNumberFolder(folder).reserve("a", 0, 1);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(newest()).mode & 0o777).toBe(0o600);
});

test("after a hundred reservations nine versions are there, and no draft", () => {
  const store = new PacketNumberFolder(folder);
  for (let i = 0; i < 100; i++) store.reserve("a", 0, 1);
  expect(versions()).toEqual([92, 93, 94, 95, 96, 97, 98, 99, 100]);
});

test("of 5000 keys 4096 are kept, and the others do not begin again", () => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keys = Object.fromEntries(Array.from({ length: 4096 }, (_, i) => [`key ${i}`, 10_000 + i]));
  writeFileSync(join(folder, "1.json"), JSON.stringify({ floor: 5, keys }));
  const store = new PacketNumberFolder(folder);
  expect(store.reserve("one more", 0, 10)).toBe(6);
  expect(store.reserve("key 0", 0, 10)).toBe(10_001);
  expect(Object.keys(JSON.parse(readFileSync(newest(), "utf8")).keys)).toHaveLength(4096);
});

test("what a killed process left behind is in nobody's way, and goes after a minute", () => {
  const store = new PacketNumberFolder(folder);
  store.reserve("a", 0, 1);
  const draft = join(folder, "draft-AbCdEf");
  mkdirSync(draft);
  writeFileSync(join(draft, "numbers.json"), '{"floor":');
  expect(store.reserve("a", 0, 1)).toBe(2);
  expect(readdirSync(folder)).toContain("draft-AbCdEf");
  utimesSync(draft, 0, 0);
  store.reserve("a", 0, 1);
  expect(readdirSync(folder)).not.toContain("draft-AbCdEf");
});

test("a process that slept while others followed it and tidied up does not repeat their numbers", () => {
  const slow = new PacketNumberFolder(folder);
  slow.reserve("a", 0, 1);
  const others = new PacketNumberFolder(folder);
  asleep.until = () => {
    for (let i = 0; i < 19; i++) others.reserve("a", 0, 1); // the version that `slow` has prepared came and went
  };
  expect(slow.reserve("a", 0, 1)).toBe(21);
  expect(others.reserve("a", 0, 1)).toBe(22);
});

test.each([
  ["nothing", ""],
  ["half a file", '{"floor":0,"keys":{"a":10'],
  ["no keys", '{"floor":0}'],
  ["a number that is none", '{"floor":0,"keys":{"a":"10"}}'],
  ["a negative number", '{"floor":-1,"keys":{}}'],
])("a file with %s is refused, in clear words", (_, text) => {
  const store = new PacketNumberFolder(folder);
  store.reserve("a", 0, 1);
  writeFileSync(newest(), text);
  expect(() => store.reserve("a", 0, 1)).toThrow(/1\.json cannot be read \(.*\); restore it, or change all keys/);
});

test("a folder that others can write to is refused", () => {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777);
  expect(() => new PacketNumberFolder(folder).reserve("a", 0, 1)).toThrow("that others cannot write to");
});
