import { describe, expect, test } from "vitest";
import { connectBoard } from "#lib/board.ts";
import type { BoardRadio } from "#lib/radio/board/board-radio.ts";
import { Air } from "#lib/sim.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";
import { FakeLine, type FakeLineOptions } from "../doubles/fake-board.ts";
import { MicroPythonBoard } from "../doubles/micropython-board.ts";
import { describeEspNow } from "../suites/espnow-suite.ts";
import { describeRadio, type RadioPair } from "../suites/radio-suite.ts";

interface Bench extends RadioPair {
  readonly a: BoardRadio;
  readonly board: MicroPythonBoard;
}

/** A board with MicroPython as `a`, a station of the same air as `b`. */
async function open(options: FakeLineOptions = {}): Promise<Bench> {
  const air = new Air({ seed: 1, clock: new VirtualClock() });
  const board = new MicroPythonBoard(air.radio());
  const a = await connectBoard(new FakeLine(board, air.clock, options), { clock: air.clock });
  const close = async (): Promise<void> => {
    await a[Symbol.asyncDispose]();
    expect(board.complaints).toBe("");
    await board.stop();
    await air[Symbol.asyncDispose]();
  };
  return { a, b: air.radio(), board, close };
}

describeRadio("a board that runs MicroPython", { reportsAck: true, open });
describeEspNow("a board that runs MicroPython", { reportsAck: true, runsWhileBlocked: false, open });

describe("the agent on MicroPython", () => {
  test("tells what it runs on, and how much memory it takes", async () => {
    const { a, close } = await open();
    expect(a.identity).toMatchObject({ firmware: "MicroPython 1.27.0" });
    const stats = await a.stats();
    expect(stats?.memoryUsed).toBeGreaterThan(0);
    await close();
  });
});
