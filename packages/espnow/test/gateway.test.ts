import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPhy, type Phy, toMac } from "aioespnow";
import { packetNumber } from "aioespnow/codec";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

const AIR = "sim:gateway-command";
const NODE = "02:00:00:00:00:99";
const KEY = "000102030405060708090a0b0c0d0e0f";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-gateway-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** An output that tells what was written to it. */
class Listener extends Recorder {
  #heard: () => void = () => undefined;

  override write(chunk: string | Uint8Array): void {
    super.write(chunk);
    this.#heard();
  }

  /** What `pattern` finds in the output, as soon as it is there. */
  find(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      this.#heard = () => {
        const found = pattern.exec(this.text)?.[1];
        if (found !== undefined) resolve(found);
      };
      this.#heard();
    });
  }
}

describe("packet numbers", () => {
  let monitor: Phy;
  let heard: (number: number) => void;

  beforeEach(async () => {
    monitor = await openPhy(AIR);
    monitor.setAckAddresses([toMac(NODE)]);
    monitor.onFrame = ({ bytes }) => heard(packetNumber(bytes) as number);
  });

  afterEach(() => monitor[Symbol.asyncDispose]());

  /** Starts the command, lets it send one encrypted message, and stops it. Returns the number of that. */
  async function sendOne(): Promise<number> {
    const config = join(folder, "gateway.yaml");
    writeFileSync(config, `radios: ["${AIR}?mac=02:00:00:00:00:0a"]\nnodes: { "${NODE}": { key: ${KEY} } }\n`);
    const stop = new AbortController();
    const [stdout, stderr] = [new Listener(), new Recorder()];
    const number = new Promise<number>((resolve) => {
      heard = resolve;
    });
    const host = { stdout, stderr, env: { XDG_STATE_HOME: folder }, signal: stop.signal, exitCode: 0 };
    const ended = run(["gateway", "--config", config, "--http", "127.0.0.1:0"], host);
    const url = await stdout.find(/status page: (\S+)\n/);
    const body = JSON.stringify({ node: NODE, text: "hi" });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}api/request/send`, { method: "POST", headers, body });
    expect(answer.status).toBe(200);
    const first = await number;
    stop.abort();
    expect(await ended).toBe(0);
    return first;
  }

  test("never repeat after a restart of the gateway", async () => {
    expect([await sendOne(), await sendOne(), await sendOne()]).toEqual([1, 1025, 2049]);
  });
});
