import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";

const LIBRARY = new URL("../../packages/aioespnow/dist/", import.meta.url);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "packet-numbers-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A process that prints each number that it is given for one key. */
function reserver(program: string): ChildProcess {
  const source = `
    import { PacketNumberFolder } from ${JSON.stringify(new URL("state/index.js", LIBRARY).href)};
    import { PacketNumbers } from ${JSON.stringify(new URL("index.js", LIBRARY).href)};
    import { writeSync } from "node:fs";
    const store = new PacketNumberFolder(${JSON.stringify(folder)});
    const numbers = new PacketNumbers(store);
    ${program}`;
  return spawn(process.execPath, ["--input-type=module", "--eval", source], { stdio: ["ignore", "pipe", "inherit"] });
}

async function printed(child: ChildProcess): Promise<number[]> {
  const [out] = await Promise.all([text(child.stdout as NodeJS.ReadableStream), once(child, "exit")]);
  return out.split("\n").filter(Boolean).map(Number);
}

test("two processes at the same time: 5000 numbers of one key, none twice", async () => {
  const program = 'for (let i = 0; i < 2500; i++) writeSync(1, numbers.next("key") + "\\n");';
  const used = (await Promise.all([printed(reserver(program)), printed(reserver(program))])).flat();
  expect(used).toHaveLength(5000);
  expect(new Set(used).size).toBe(5000);
});

test("processes that reserve one number after another and are killed: none comes twice, and nobody is kept out", async () => {
  const endless = 'for (;;) writeSync(1, store.reserve("key", 0, 1) + "\\n");';
  const killed: Promise<number[]>[] = [];
  for (let round = 0; round < 4; round++) {
    const children = [reserver(endless), reserver(endless)];
    killed.push(...children.map(printed));
    // Killed at its so manyth number, wherever it is then.
    await Promise.all(children.map((child) => once(child.stdout as NodeJS.ReadableStream, "data")));
    for (const child of children) child.kill("SIGKILL");
  }
  const last = await printed(reserver('writeSync(1, store.reserve("key", 0, 1) + "\\n");'));
  const used = [...(await Promise.all(killed)), last].flat();
  expect(used.length).toBeGreaterThan(8);
  expect(new Set(used).size).toBe(used.length);
  expect(last[0]).toBe(Math.max(...used));
});
