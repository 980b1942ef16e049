import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPhy, type Phy, toMac } from "aioespnow";
import { packetNumber } from "aioespnow/codec";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

const AIR = "sim:numbers";
const PEER = "02:00:00:00:00:99";

let folder: string;
let monitor: Phy;
const numbers: number[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "state-"));
  monitor = await openPhy(`${AIR}?clock=virtual`);
  monitor.setAckAddresses([toMac(PEER)]);
  monitor.onFrame = ({ bytes }) => void numbers.push(packetNumber(bytes) as number);
});

afterEach(async () => {
  await monitor[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Sends encrypted messages from the same address with the same key. Returns the exit code and what it complained of. */
async function send(state: string, ...options: string[]): Promise<[code: number, complaint: string]> {
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  const args = ["send", "--radio", `${AIR}?mac=02:00:00:00:00:0a`, PEER, "hi", "--encrypt", "0123456789abcdef"];
  const { signal } = new AbortController();
  const env = { XDG_STATE_HOME: state };
  const code = await run([...args, ...options], { stdout, stderr, env, signal, exitCode: 0 });
  return [code, stderr.text];
}

test("one command after another never uses a packet number twice", async () => {
  for (let i = 0; i < 3; i++) expect(await send(folder, "--repeat", "2")).toEqual([0, ""]);
  expect(numbers).toHaveLength(6);
  expect(numbers).toEqual([1, 2, 1025, 1026, 2049, 2050]);
});

test("where they cannot be kept nothing is sent, and the complaint says what and where", async () => {
  numbers.length = 0;
  writeFileSync(join(folder, "aioespnow"), "a file, not a folder");
  const [code, complaint] = await send(folder);
  expect(code).toBe(1);
  expect(complaint).toContain("no packet number could be reserved, so nothing encrypted is sent");
  expect(complaint).toContain(join(folder, "aioespnow"));
  expect(numbers).toEqual([]);
});
