import { describe, expect, test } from "vitest";
import { connectBoard, identifyBoard, installAgentOn, removeAgentFrom } from "#lib/board.ts";
import type { BoardRadio } from "#lib/radio/board/board-radio.ts";
import { Air } from "#lib/sim.ts";
import { describeEspNow } from "#lib/testing/espnow-suite.ts";
import { describeRadio, nextMessage, PLAIN, pattern, type RadioPair, send } from "#lib/testing/radio-suite.ts";
import type { Clock } from "#lib/util/clock.ts";
import { SeededRandom } from "#lib/util/rng.ts";
import { systemClock } from "#lib/util/system-clock.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";
import { type LineFault, TestLine } from "../doubles/board-line.ts";
import { SimulatedBoard } from "../doubles/simulated-board.ts";

interface Bench extends RadioPair {
  readonly a: BoardRadio;
  readonly air: Air;
  readonly board: SimulatedBoard;
  readonly line: TestLine;
}

/** A board with MicroPython as `a`, a station of the same air as `b`. */
async function open(): Promise<Bench> {
  const air = new Air({ seed: 1, clock: new VirtualClock() });
  const board = new SimulatedBoard(air.radio());
  const line = new TestLine(board, air.clock);
  const a = await connectBoard(line, { clock: air.clock });
  const close = async (): Promise<void> => {
    await a[Symbol.asyncDispose]();
    await board.stop();
    await air[Symbol.asyncDispose]();
  };
  return { a, b: air.radio(), air, board, line, close };
}

/** As `open`, with both switched on. */
async function openOn(): Promise<Bench> {
  const bench = await open();
  for (const radio of [bench.a, bench.b]) {
    radio.setInterfaceActive(0, true);
    radio.start();
  }
  await bench.a.stats(); // the board has done all that it was told
  return bench;
}

function pass(clock: Clock, ms: number): Promise<void> {
  const release = clock.keepAlive();
  return new Promise((resolve) => {
    clock.schedule(clock.now() + ms, () => {
      release();
      clock.delivered();
      resolve();
    });
  });
}

const singleBytes: LineFault = (bytes) => [...bytes].map((byte) => Uint8Array.of(byte));

describeRadio("a board that runs MicroPython", { reportsAck: true, open });
describeEspNow("a board that runs MicroPython", { reportsAck: true, runsWhileBlocked: false, open });
describeEspNow("a board that runs MicroPython, on a slow line of single bytes", {
  reportsAck: true,
  runsWhileBlocked: false,
  open: async () => {
    const bench = await open();
    bench.line.fault = singleBytes;
    bench.line.delay = () => 20;
    return bench;
  },
});

describe("the agent on MicroPython", () => {
  test("tells what it runs on, and how much memory it takes", async () => {
    const { a, close } = await open();
    expect(a.identity).toMatchObject({ firmware: "MicroPython 1.27.0" });
    expect(await a.stats()).toMatchObject({ memoryUsed: expect.any(Number), rxDropped: 0 });
    await close();
  });

  test("hears through a buffer of 260 bytes, and none of them runs over", async () => {
    const { a, b, board, close } = await openOn();
    b.peers.add(a.address(0), PLAIN);
    a.peers.add(b.address(0), PLAIN);
    const lengths = [1470, 250, 1, 1000];
    for (const length of lengths) {
      const [heard, there, back] = await Promise.all([
        nextMessage(a),
        send(a, b.address(0), pattern(length)),
        send(b, a.address(0), pattern(length)),
      ]);
      expect(heard.data).toEqual(pattern(length));
      expect([there.status, back.status]).toEqual(["acked", "acked"]);
    }
    expect(board.overflow).toBe(0);
    await close();
  });

  test("a burst that is faster than the line is dropped by the board and counted there", async () => {
    const { a, b, close } = await openOn();
    b.peers.add(a.address(0), PLAIN);
    let heard = 0;
    a.onMessage = ({ data }) => {
      expect(data).toEqual(pattern(250));
      heard++;
    };
    const count = 300;
    let sent = 0;
    while (sent < count) {
      const batch = Array.from({ length: Math.min(20, count - sent) }, () => send(b, a.address(0), pattern(250)));
      sent += batch.length;
      for (const report of await Promise.all(batch)) expect(report.status).toBe("acked");
    }
    const stats = await a.stats();
    expect(heard + (stats?.rxDropped ?? 0) + a.lineCounters.lost).toBe(count);
    expect(a.lineCounters).toMatchObject({ malformed: 0, lost: 0 });
    await close();
  });

  test.each<[string, (byte: number, random: SeededRandom) => readonly number[]]>([
    ["loses bytes", () => []],
    ["doubles bytes", (byte) => [byte, byte]],
    ["flips bits", (byte, random) => [byte ^ (1 << (random.uint32() & 7))]],
  ])("on a line that %s every message arrives once, and every send has its report", async (_title, spoil) => {
    const { a, b, line, close } = await openOn();
    const random = new SeededRandom(3);
    a.peers.add(b.address(0), PLAIN);
    line.fault = (bytes) => [
      Uint8Array.from([...bytes].flatMap((byte) => (random.float() < 0.001 ? spoil(byte, random) : [byte]))),
    ];
    const heard: Uint8Array[] = [];
    b.onMessage = ({ data }) => void heard.push(data.slice());
    for (let i = 1; i <= 100; i++) {
      expect(await send(a, b.address(0), pattern(2 * i))).toEqual({ status: "acked" });
    }
    expect(heard).toEqual(Array.from({ length: 100 }, (_, i) => pattern(2 * i + 2)));
    line.fault = undefined;
    await close();
  });

  test("a pause in the middle of a frame is only a pause", async () => {
    const { a, b, air, line, close } = await openOn();
    a.peers.add(b.address(0), PLAIN);
    await a.stats();
    let carried = 0;
    line.delay = (direction) => (direction === "up" && carried++ % 3 === 0 ? 300 : 0);
    line.fault = (bytes) => [bytes.subarray(0, 4), bytes.subarray(4)];
    const before = air.clock.now();
    expect(await send(a, b.address(0), pattern(9))).toEqual({ status: "acked" });
    expect(air.clock.now() - before).toBeGreaterThan(250);
    line.fault = undefined;
    line.delay = () => 0;
    await close();
  });

  test("a host that is gone leaves a board at its REPL after 3 s, and the next one finds it there", async () => {
    const { a, air, board, line, close } = await openOn();
    line.unplug(); // what the board does not hear, it has not been told
    await pass(air.clock, 3500);
    expect(board.radio.isInterfaceActive(0)).toBe(false);
    line.plugged = true;
    const back = new Promise<void>((resolve) => {
      a.onState = ({ state }) => state === "up" && resolve();
    });
    await Promise.all([back, pass(air.clock, 5000)]);
    await a.stats();
    expect(board.radio.isInterfaceActive(0)).toBe(true);
    await close();
  });

  test("a board that loses its power is told again of its peers when it is back, and nobody who waits is forgotten", async () => {
    const { a, b, air, board, line, close } = await openOn();
    a.peers.add(b.address(0), { ...PLAIN, encrypt: true, lmk: pattern(16) });
    b.peers.add(a.address(0), { ...PLAIN, encrypt: true, lmk: pattern(16) });
    await a.stats();
    const back = new Promise<void>((resolve) => {
      a.onState = ({ state }) => state === "up" && resolve();
    });
    line.unplug();
    await board.reset();
    line.plugged = true;
    const plugged = air.clock.now();
    const backAt = back.then(() => air.clock.now());
    await pass(air.clock, 3000);
    expect((await backAt) - plugged).toBeLessThan(3000);
    await a.stats();
    const [heard] = await Promise.all([nextMessage(b), send(a, b.address(0), pattern(30))]);
    expect(heard).toMatchObject({ encrypted: true, data: pattern(30) });
    await close();
  });

  test("can be installed as the board's main.py, never over another program, and removed", async () => {
    const air = new Air({ seed: 1, clock: systemClock });
    const board = new SimulatedBoard(air.radio());
    const line = new TestLine(board, systemClock);
    expect(await identifyBoard(line)).toMatchObject({ firmware: "MicroPython 1.27.0" });
    await expect(removeAgentFrom(line)).rejects.toThrow("there is no main.py");
    await installAgentOn(line);
    await installAgentOn(line); // again: it is ours
    await removeAgentFrom(line);
    await expect(removeAgentFrom(line)).rejects.toThrow("there is no main.py");
    await board.stop();
    await air[Symbol.asyncDispose]();
  });
});
