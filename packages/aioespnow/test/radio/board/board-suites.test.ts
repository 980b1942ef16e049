import { connectBoard } from "#lib/board.ts";
import { Air } from "#lib/sim.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";
import { FakeBoard, FakeLine, type FakeLineOptions, type LineFault } from "#test/doubles/fake-board.ts";
import { describeEspNow } from "#test/suites/espnow-suite.ts";
import { describeRadio, type RadioPair } from "#test/suites/radio-suite.ts";

/** A board on a line as `a`, a station of the same air as `b`. */
async function open(options: FakeLineOptions = {}): Promise<RadioPair> {
  const air = new Air({ seed: 1, clock: new VirtualClock() });
  const board = new FakeBoard(air.clock, air.radio());
  const a = await connectBoard(new FakeLine(board, air.clock, options), { clock: air.clock });
  return {
    a,
    b: air.radio(),
    close: async () => {
      await a[Symbol.asyncDispose]();
      await air[Symbol.asyncDispose]();
    },
  };
}

const singleBytes: LineFault = (bytes) => [...bytes].map((byte) => Uint8Array.of(byte));

for (const [name, options] of [
  ["a board", {}],
  ["a board that hears single bytes", { fault: singleBytes }],
  ["a board at the end of a line with 20 ms of latency", { latencyMs: 20 }],
] as const) {
  describeRadio(name, { reportsAck: true, open: () => open(options) });
  describeEspNow(name, { reportsAck: true, runsWhileBlocked: true, open: () => open(options) });
}
