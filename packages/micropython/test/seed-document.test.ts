/**
 * The example of the document of MicroPython's aioespnow, as it stands there: a heartbeat to one peer and an echo server.
 * Its peer is a group address, which nobody acknowledges: the heartbeat always says "ping". `async for` gives messages as
 * bytearrays, whose storage is used again.
 */
import { readFileSync } from "node:fs";
import { AIOESPNow, sleep, WLAN } from "aioespnow";
import { systemClock } from "aioespnow/sim";
import { Scenario } from "espnow-micropython";
import { describe, expect, test } from "vitest";
import { SHARED_VARIABLE, sharedFile } from "#test/shared.ts";

const DOCUMENT = sharedFile("seed-aioespnow.md");
const BOARD = "02:00:00:00:00:01";
const HEARTBEAT = "Heartbeat: ping b'\\xbb\\xbb\\xbb\\xbb\\xbb\\xbb'";

/** The block of Python under "Example Usage", without the indentation that makes it one. */
function example(document: string): string {
  const [, block = ""] = /## Example Usage.*?```python\n(.*?)```/s.exec(readFileSync(document, "utf8")) ?? [];
  return block.replaceAll(/^ {4}/gm, "");
}

interface Heard {
  readonly timeMs: number;
  readonly text: string;
}

/** A receiver that speaks to the example after one second and after six. What it hears goes into the list. */
function startReceiver({ air }: Scenario): Heard[] {
  const radio = air.radio();
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  e.addPeer(BOARD);
  const heard: Heard[] = [];
  void (async () => {
    for await (const { data, timeMs } of e.packets()) heard.push({ timeMs, text: Buffer.from(data).toString() });
  })();
  void (async () => {
    await sleep(1000, { radio });
    await e.asend(BOARD, "one");
    await sleep(5000, { radio });
    await e.asend(BOARD, "two");
  })();
  return heard;
}

describe.skipIf(DOCUMENT === undefined)(`the example (${SHARED_VARIABLE})`, () => {
  test("runs for its two minutes in virtual time", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const board = scenario.board({ source: example(DOCUMENT as string) }, { mac: BOARD });
    const heard = startReceiver(scenario);
    await scenario.settled(board.exited);
    const heartbeats = Array<string>(12).fill(HEARTBEAT);
    heartbeats.splice(1, 0, "Echo: bytearray(b'one')", "Echo: bytearray(b'two')");
    expect(scenario.lines.map(({ text }) => text)).toEqual(heartbeats);
    const seconds = scenario.lines.map(({ timeMs }) => Math.floor(timeMs / 1000));
    expect(seconds).toEqual([0, 1, 6, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]);
    expect(board.exit).toEqual({ code: 0 });
    expect(Math.floor(scenario.clock.now() / 1000)).toBe(120);
    const pings = Array<string>(12).fill("ping");
    pings.splice(1, 0, "one", "two");
    expect(heard.map(({ text }) => text)).toEqual(pings);
  });

  test("gives the same output at the same times at every run", async () => {
    const run = async (): Promise<unknown> => {
      await using scenario = new Scenario({ seed: 7 });
      scenario.board({ source: example(DOCUMENT as string) }, { mac: BOARD });
      const heard = startReceiver(scenario);
      await scenario.run(30_000);
      return { lines: scenario.lines, heard };
    };
    expect(await run()).toEqual(await run());
  });

  test("runs in real time", async () => {
    await using scenario = new Scenario({ clock: systemClock });
    const board = scenario.board({ source: example(DOCUMENT as string) }, { mac: BOARD });
    await scenario.until(board, /Heartbeat: ping/);
    const heard = startReceiver(scenario);
    await scenario.until(board, /two.*\n/);
    await scenario.run(100);
    expect(board.output).toContain(`${HEARTBEAT}\nEcho: bytearray(b'one')\nEcho: bytearray(b'two')\n`);
    expect(heard.map(({ text }) => text)).toEqual(["one", "two"]);
  });
});
