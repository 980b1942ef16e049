import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toMac } from "aioespnow";
import { parseConfig } from "espnow-gateway/service";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConfigFile, withNode } from "#gateway/config/config-file.ts";

const KITCHEN = toMac("24:0a:c4:1d:58:68");
const HALL = toMac("24:0a:c4:1d:58:69");
const TEXT = `# my house
version: 1

radios:
  - linux:wlan1?channel=6 # the stick on the roof, which has a name that is longer than any line of eighty characters
nodes:
  # on the window sill
  "24:0A:C4:1D:58:68":
    name: Kitchen # the old one
    decoder: { format: text, keys: [ t ] }   # as it was
    timeout: 60
http: { listen: "127.0.0.1:8266" }
`;
const settings = {
  name: "Kitchen",
  isAccepted: true,
  isSleepy: false,
  decoder: { format: "text", keys: ["t"] },
} as const;

/** The lines of `after` that are not in `before`, and the other way round. */
function difference(before: string, after: string): [added: string[], removed: string[]] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  return [b.filter((line) => !a.includes(line)), a.filter((line) => !b.includes(line))];
}

describe("a change of a node", () => {
  test("that is none leaves every byte but the spaces before comments", () => {
    const [added, removed] = difference(TEXT, withNode(TEXT, KITCHEN, settings));
    expect(added.map((line) => line.replace(/ +#/, " #"))).toEqual(removed.map((line) => line.replace(/ +#/, " #")));
  });

  test("is the only change: comments, order and other settings stay", () => {
    const renamed = withNode(withNode(TEXT, KITCHEN, settings), KITCHEN, { ...settings, name: "Cellar" });
    const [added, removed] = difference(withNode(TEXT, KITCHEN, settings), renamed);
    expect([added, removed]).toEqual([["    name: Cellar # the old one"], ["    name: Kitchen # the old one"]]);
  });

  test.each([
    ["a new node", TEXT],
    ["the first node", "radios: [ 'air:' ] # none yet\n"],
    ["the first node of an empty map", "nodes: {}\n"],
    ["an empty file", ""],
  ])("%s is added", (_, text) => {
    const changed = withNode(text, HALL, {
      name: "Hall",
      isAccepted: true,
      isSleepy: true,
      decoder: { format: "json" },
    });
    expect(parseConfig(changed).nodes[HALL]).toEqual({ name: "Hall", sleepy: true, decoder: { format: "json" } });
    for (const [comment] of text.matchAll(/#.*/g)) expect(changed).toContain(comment);
  });

  test("a decoder that is gone, and a node that is forgotten, leave nothing", () => {
    const plain = withNode(TEXT, KITCHEN, { ...settings, decoder: undefined });
    expect(parseConfig(plain).nodes["24:0A:C4:1D:58:68"]).toEqual({ name: "Kitchen", sleepy: false, timeout: 60 });
    expect(parseConfig(withNode(TEXT, KITCHEN, undefined)).nodes).toEqual({});
    expect(withNode(TEXT, HALL, undefined)).toContain("Kitchen");
  });
});

describe("the file", () => {
  let folder: string;
  let file: string;
  let remarks: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "espnow-config-"));
    file = join(folder, "gateway.yaml");
    remarks = [];
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const keep = (name: string): void =>
    new ConfigFile(file, (text) => remarks.push(text)).keepNode(KITCHEN, { ...settings, name });

  test("is changed as it is now, and keeps its rights", () => {
    writeFileSync(file, TEXT);
    chmodSync(file, 0o600);
    keep("Cellar");
    writeFileSync(file, readFileSync(file, "utf8").replace("my house", "my flat"));
    keep("Attic");
    expect(readFileSync(file, "utf8")).toMatch(/# my flat[\s\S]*name: Attic # the old one/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(remarks).toEqual([]);
  });

  test("with an error stays as it is, and that is told", () => {
    writeFileSync(file, "radios: 5\n");
    keep("Cellar");
    expect(readFileSync(file, "utf8")).toBe("radios: 5\n");
    expect(remarks).toEqual([
      expect.stringMatching(/^the change is not in the configuration: .*gateway\.yaml:1: radios: /),
    ]);
  });

  test("that is not there is told", () => {
    keep("Cellar");
    expect(remarks).toEqual([expect.stringMatching(/^the change is not in the configuration: ENOENT/)]);
  });
});
