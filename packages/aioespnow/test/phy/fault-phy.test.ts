import { describe, expect, test } from "vitest";
import { BROADCAST } from "#lib/codec/mac-address.ts";
import { EspNowError } from "#lib/errors.ts";
import { type FaultOptions, FaultPhy, type Faults } from "#lib/phy/fault-phy.ts";
import type { TransmitResult } from "#lib/phy/phy.ts";
import { A, ABSENT, AT_1M, actionFrame, B, markOf } from "#lib/testing/action-frame.ts";
import { SeededRandom } from "#lib/util/rng.ts";
import { AIRTIME_MS, LoopbackMedium } from "./loopback-medium.ts";

/** A disturbed station A and a healthy B, each with the marks and times of what it heard. */
function disturbed(options: Omit<FaultOptions, "random">, seed = 1) {
  const medium = new LoopbackMedium();
  const { clock } = medium;
  const phy = new FaultPhy(medium.phy(), { random: new SeededRandom(seed), ...options });
  const other = medium.phy();
  const heard: [number | undefined, number][] = [];
  const heardByOther: [number | undefined, number][] = [];
  phy.onFrame = ({ bytes, timeMs }) => void heard.push([markOf(bytes), timeMs]);
  other.onFrame = ({ bytes }) => void heardByOther.push([markOf(bytes), clock.now()]);
  phy.setAckAddresses([A]);
  other.setAckAddresses([B]);
  const results: TransmitResult[] = [];
  const send = (frame: Uint8Array, options = AT_1M) =>
    phy.transmit(frame, options, (result) => void results.push(result));
  return { phy, other, clock, heard, heardByOther, results, send, settle: () => clock.wait(clock.now() + 100) };
}

const isMark = (mark: number) => (frame: Uint8Array) => markOf(frame) === mark;
const marks = (heard: [number | undefined, number][]) => heard.map(([mark]) => mark);

describe("frames that are sent", () => {
  test("get lost by a rule, and end as if nobody had been there", () => {
    const { send, settle, heardByOther, results } = disturbed({ sent: { drop: isMark(1) } });
    send(actionFrame(B, 1));
    send(actionFrame(B, 2));
    settle();
    expect(marks(heardByOther)).toEqual([2]);
    expect(results).toEqual([
      { status: "no-ack", attempts: 1 },
      { status: "acked", attempts: 1 },
    ]);
  });

  test("that nobody is asked to acknowledge end as sent when they get lost", () => {
    const { send, settle, results } = disturbed({ sent: { drop: 1 } });
    send(actionFrame(BROADCAST, 1));
    send(actionFrame(B, 2), { ...AT_1M, noAck: true });
    settle();
    expect(results).toEqual([{ status: "sent" }, { status: "sent" }]);
  });

  test("are damaged in one bit; the sender's own bytes stay as they are", () => {
    const { send, settle, other } = disturbed({ sent: { corrupt: 1 } });
    const frames: Uint8Array[] = [];
    other.onFrame = ({ bytes }) => void frames.push(bytes.slice());
    const frame = actionFrame(BROADCAST, 0x55);
    for (let i = 0; i < 20; i++) send(frame);
    settle();
    expect(frame).toEqual(actionFrame(BROADCAST, 0x55));
    expect(frames.length).toBeGreaterThan(0);
    for (const bytes of frames) expect(differentBits(bytes, frame)).toBe(1);
  });

  test("come twice, with one result", () => {
    const { send, settle, heardByOther, results } = disturbed({ sent: { duplicate: isMark(1) } });
    send(actionFrame(B, 1));
    send(actionFrame(B, 2));
    settle();
    expect(marks(heardByOther)).toEqual([1, 1, 2]);
    expect(results).toHaveLength(2);
  });

  test("are late and overtaken; their buffer may be used again at once", () => {
    const { send, settle, heardByOther } = disturbed({ sent: { delay: { rule: isMark(1), ms: 30 } } });
    const frame = actionFrame(B, 1);
    send(frame);
    frame.fill(0xff);
    send(actionFrame(B, 2));
    settle();
    expect(heardByOther).toEqual([
      [2, AIRTIME_MS],
      [1, 30 + AIRTIME_MS],
    ]);
  });

  test("end as the rule for results says, whatever became of them", () => {
    const result = (frame: Uint8Array) => (isMark(1)(frame) ? ({ status: "busy" } as const) : undefined);
    const { send, settle, heardByOther, results } = disturbed({ result });
    send(actionFrame(B, 1));
    send(actionFrame(ABSENT, 2));
    settle();
    expect(marks(heardByOther)).toEqual([1]);
    expect(results).toEqual([{ status: "busy" }, { status: "no-ack", attempts: 3 }]);
  });

  test("fail when the phy is closed while they are late", async () => {
    const { phy, send, settle, results, heardByOther } = disturbed({ sent: { delay: { rule: 1, ms: 30 } } });
    send(actionFrame(B, 1));
    await phy[Symbol.asyncDispose]();
    settle();
    expect(heardByOther).toEqual([]);
    expect(results).toEqual([{ status: "failed", error: expect.any(EspNowError) }]);
  });

  test("have their one result when the phy is closed right after one was lost", async () => {
    const { phy, send, settle, results } = disturbed({ sent: { drop: 1 } });
    send(actionFrame(B, 1));
    expect(results).toEqual([]);
    await phy[Symbol.asyncDispose]();
    settle();
    expect(results).toHaveLength(1);
  });
});

describe("frames that are heard", () => {
  const hear = (heard: Faults, count: number, seed?: number) => {
    const station = disturbed({ heard }, seed);
    for (let mark = 1; mark <= count; mark++) station.other.transmit(actionFrame(A, mark), AT_1M, () => undefined);
    station.settle();
    return station.heard;
  };

  test("get lost by a rule", () => {
    expect(marks(hear({ drop: isMark(2) }, 3))).toEqual([1, 3]);
  });

  test("come twice", () => {
    expect(marks(hear({ duplicate: isMark(2) }, 3))).toEqual([1, 2, 2, 3]);
  });

  test("are late, with the time at which they come", () => {
    expect(hear({ delay: { rule: isMark(1), ms: 30 } }, 2)).toEqual([
      [2, AIRTIME_MS],
      [1, 30 + AIRTIME_MS],
    ]);
  });

  test("are damaged in one bit; other stations hear them whole", () => {
    const { phy, other, settle } = disturbed({ heard: { corrupt: 1 } });
    const frames: Uint8Array[] = [];
    phy.onFrame = ({ bytes }) => void frames.push(bytes.slice());
    other.transmit(actionFrame(A, 0x55), AT_1M, () => undefined);
    settle();
    expect(differentBits(frames[0] as Uint8Array, actionFrame(A, 0x55))).toBe(1);
  });

  test("get lost by chance in the share that was asked for, the same ones for the same seed", () => {
    const first = marks(hear({ drop: 0.25 }, 250, 7));
    expect(first.length).toBeGreaterThan(250 * 0.65);
    expect(first.length).toBeLessThan(250 * 0.85);
    expect(marks(hear({ drop: 0.25 }, 250, 7))).toEqual(first);
    expect(marks(hear({ drop: 0.25 }, 250, 8))).not.toEqual(first);
  });

  test("never come after the phy was closed", async () => {
    const { phy, other, clock, heard, settle } = disturbed({ heard: { delay: { rule: 1, ms: 30 } } });
    other.transmit(actionFrame(A, 1), AT_1M, () => undefined);
    clock.wait(AIRTIME_MS + 1);
    await phy[Symbol.asyncDispose]();
    settle();
    expect(heard).toEqual([]);
  });
});

test.each<[Faults, string]>([
  [{ drop: 1.5 }, "sent.drop must be a function or a share from 0 to 1, not number 1.5"],
  [{ corrupt: -1 }, "sent.corrupt must be a function or a share from 0 to 1, not number -1"],
  [{ duplicate: Number.NaN }, "sent.duplicate must be a function or a share from 0 to 1, not number NaN"],
  [{ delay: { rule: 2, ms: 1 } }, "sent.delay must be a function or a share from 0 to 1, not number 2"],
  [{ delay: { rule: 1, ms: -1 } }, "sent.delay.ms must be 0 or more milliseconds, not number -1"],
])("%o is refused by name", (sent, message) => {
  expect(() => disturbed({ sent })).toThrow(new RangeError(message));
});

function differentBits(a: Uint8Array, b: Uint8Array): number {
  let bits = 0;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    for (let rest = (a[i] ?? 0) ^ (b[i] ?? 0); rest !== 0; rest &= rest - 1) bits++;
  }
  return bits;
}
