import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { appendFcs } from "#lib/codec/fcs.ts";
import { encodeCaptureHeader } from "#lib/codec/radiotap-writer.ts";
import { Rate } from "#lib/codec/rate.ts";
import { type CapturedPacket, captureTime, LinkType, readCapture } from "#lib/pcap/index.ts";
import { CapturePhy } from "#lib/phy/capture-phy.ts";
import type { TransmitResult } from "#lib/phy/phy.ts";
import { ReplayPhy } from "#lib/phy/replay-phy.ts";
import { A, AT_1M, actionFrame, B, markOf } from "#lib/testing/action-frame.ts";
import { SystemClock } from "#lib/util/system-clock.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";
import { concat } from "#test/doubles/capture-bytes.ts";
import { SHARED_VARIABLE, sharedFile } from "#test/shared.ts";
import { LoopbackMedium } from "./loopback-medium.ts";

const EPOCH = 1_700_000_000_000;

/** A packet that was captured `ms` after the first. */
function packet(ms: number | undefined, bytes: Uint8Array, linkType: number = LinkType.IEEE802_11): CapturedPacket {
  return {
    linkType,
    time: ms === undefined ? undefined : captureTime(EPOCH + ms),
    bytes,
    originalLength: bytes.length,
    interfaceId: 0,
    direction: undefined,
    comments: [],
  };
}

/** Radiotap and frame, with its FCS where `hasFcs`. */
function withRadiotap(frame: Uint8Array, hasFcs: boolean): Uint8Array {
  const bytes = new Uint8Array(26 + frame.length + 4);
  const header = { tsft: 5, rate: Rate.RATE_11M, channel: 9, signal: -71, hasFcs };
  const start = encodeCaptureHeader(bytes, 0, header);
  bytes.set(frame, start);
  const end = start + frame.length;
  return bytes.subarray(0, hasFcs ? appendFcs(bytes, start, end) : end);
}

/** A capture as a phy on a virtual clock, and what came of it: marks and times of frames, states. */
function replay(packets: Iterable<CapturedPacket>, speed?: number) {
  const clock = new VirtualClock();
  const phy = new ReplayPhy(packets, speed === undefined ? { clock } : { clock, speed });
  const heard: [number | undefined, number][] = [];
  const states: string[] = [];
  phy.onFrame = ({ bytes, timeMs }) => void heard.push([markOf(bytes), timeMs]);
  phy.onState = ({ state }) => void states.push(state);
  return { phy, clock, heard, states };
}

const THREE = [packet(0, actionFrame(A, 1)), packet(250, actionFrame(B, 2)), packet(1000.5, actionFrame(A, 3))];

describe("a replayed capture", () => {
  test("is heard at its own times from when the station is switched on, and ends", () => {
    const { phy, clock, heard, states } = replay(THREE);
    clock.wait(40);
    expect(heard).toEqual([]);
    phy.setAckAddresses([A]);
    clock.wait(5000);
    expect(heard).toEqual([
      [1, 40],
      [2, 290],
      [3, 1040.5],
    ]);
    expect(states).toEqual(["ended"]);
  });

  test.each([
    [2, [0, 125, 500.25]],
    [0.5, [0, 500, 2001]],
    [Number.POSITIVE_INFINITY, [0, 0, 0]],
  ])("goes at %d times its speed", (speed, times) => {
    const { phy, clock, heard } = replay(THREE, speed);
    phy.setAckAddresses([A]);
    clock.wait(5000);
    expect(heard.map(([, time]) => time)).toEqual(times);
  });

  test("is not heard while the station is off, but goes on", () => {
    const { phy, clock, heard, states } = replay(THREE);
    phy.setAckAddresses([A]);
    clock.wait(100);
    phy.setAckAddresses([]);
    clock.wait(500);
    phy.setAckAddresses([B]);
    clock.wait(5000);
    expect(heard.map(([mark]) => mark)).toEqual([1, 3]);
    expect(phy.counters).toMatchObject({ heard: 2, unheard: 1 });
    expect(phy.leftOut()).toEqual([]);
    expect(states).toEqual(["ended"]);
  });

  test("is heard in its own order where its times go back or are missing", () => {
    const { phy, clock, heard } = replay([
      packet(undefined, actionFrame(A, 1)),
      packet(100, actionFrame(A, 2)),
      packet(50, actionFrame(A, 3)),
      packet(undefined, actionFrame(A, 4)),
      packet(130, actionFrame(A, 5)),
    ]);
    phy.setAckAddresses([A]);
    clock.wait(1000);
    expect(heard).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
      [5, 30],
    ]);
  });

  test("goes on at once behind a time that is more than a day off, forward or back, and says so", () => {
    const day = 24 * 3_600_000;
    const { phy, clock, heard } = replay([
      packet(0, actionFrame(A, 1)),
      packet(100, actionFrame(A, 2)),
      packet(20 * day, actionFrame(A, 3)),
      packet(20 * day + 50, actionFrame(A, 4)),
      packet(-20 * day, actionFrame(A, 5)),
      packet(-20 * day + 10, actionFrame(A, 6)),
      packet(-19 * day, actionFrame(A, 7)),
    ]);
    phy.setAckAddresses([A]);
    clock.wait(2 * day);
    expect(heard).toEqual([
      [1, 0],
      [2, 100],
      [3, 100],
      [4, 150],
      [5, 150],
      [6, 160],
      [7, day + 150],
    ]);
    expect(phy.leftOut()).toEqual(["2 jumps in time of more than a day left out"]);
  });

  test("waits in virtual time for a reader that has been given something", () => {
    const packets = Array.from({ length: 50 }, (_, i) => packet(i, actionFrame(A, i)));
    const { phy, clock } = replay(packets);
    let buffered = 0;
    let most = 0;
    phy.onFrame = () => {
      most = Math.max(most, ++buffered);
      clock.delivered();
    };
    phy.setAckAddresses([A]);
    while (phy.counters.heard < packets.length) {
      clock.wait(1000);
      buffered = 0; // the reader's turn
    }
    expect(most).toBe(1);
  });

  test("tells rate, channel and signal of radiotap, and takes the FCS off", () => {
    const frame = actionFrame(A, 1);
    const { phy, clock } = replay([packet(0, withRadiotap(frame, true), LinkType.IEEE802_11_RADIOTAP)]);
    const heard: unknown[] = [];
    phy.onFrame = (received) => void heard.push(received);
    phy.setAckAddresses([A]);
    clock.wait(10);
    expect(heard).toEqual([{ bytes: frame, rssi: -71, rate: Rate.RATE_11M, channel: 9, timeMs: 0 }]);
  });

  test("tells of a bare frame the channel that was set, and no signal", () => {
    const { phy, clock } = replay([packet(0, actionFrame(A, 1))]);
    const heard: unknown[] = [];
    phy.onFrame = ({ bytes, ...circumstances }) => void heard.push(circumstances);
    phy.setChannel(6);
    phy.setAckAddresses([A]);
    clock.wait(10);
    expect(heard).toEqual([{ rssi: undefined, rate: undefined, channel: 6, timeMs: 0 }]);
  });

  test("drops and counts frames with a wrong FCS, and what is no whole frame", () => {
    const frame = actionFrame(A, 1);
    const damaged = withRadiotap(frame, true).slice();
    damaged[40] = (damaged[40] as number) ^ 1;
    const saidToBeBad = withRadiotap(frame, false).slice();
    saidToBeBad[16] = 0x40;
    const radiotap = LinkType.IEEE802_11_RADIOTAP;
    const { phy, clock, heard, states } = replay([
      packet(0, damaged, radiotap),
      packet(1, saidToBeBad, radiotap),
      packet(2, Uint8Array.of(1, 2, 3), radiotap),
      packet(3, withRadiotap(new Uint8Array(0), false), radiotap),
      packet(4, frame, 1),
      packet(5, new Uint8Array(0)),
      { ...packet(6, frame), originalLength: frame.length + 1 },
      packet(7, withRadiotap(actionFrame(A, 2), false), radiotap),
    ]);
    phy.setAckAddresses([A]);
    clock.wait(1000);
    expect(heard.map(([mark]) => mark)).toEqual([2]);
    expect(phy.leftOut()).toEqual([
      "2 packets left out: the FCS is wrong",
      "1 packet left out: the capture kept only the beginning",
      "1 packet left out: not 802.11 but Ethernet",
      "3 packets left out: no frame behind a whole header",
    ]);
    expect(states).toEqual(["ended"]);
  });

  test("ends at once if it is empty", () => {
    const { phy, clock, states } = replay([]);
    phy.setAckAddresses([A]);
    expect(states).toEqual([]);
    clock.wait(1);
    expect(states).toEqual(["ended"]);
  });

  test("is what a CapturePhy wrote, at the same distances", () => {
    const parts: Uint8Array[] = [];
    const medium = new LoopbackMedium();
    const recorder = new CapturePhy(medium.phy(), (bytes) => void parts.push(bytes), { epochMs: EPOCH });
    const other = medium.phy();
    recorder.setAckAddresses([A]);
    for (const mark of [1, 2, 3]) {
      other.transmit(actionFrame(A, mark), AT_1M, () => undefined);
      medium.clock.wait(100 * mark);
    }
    const { phy, clock, heard } = replay(readCapture(concat(...parts)));
    phy.setAckAddresses([B]);
    clock.wait(1000);
    expect(heard).toEqual([
      [1, 0],
      [2, 100],
      [3, 200],
    ]);
  });

  test("plays in real time too", async () => {
    const clock = new SystemClock();
    const phy = new ReplayPhy([packet(0, actionFrame(A, 1)), packet(15, actionFrame(A, 2))], { clock });
    const start = clock.now();
    const times: number[] = [];
    phy.onFrame = ({ timeMs }) => void times.push(timeMs);
    const ended = new Promise<void>((resolve) => {
      phy.onState = () => resolve();
    });
    phy.setAckAddresses([A]);
    await ended;
    expect(times).toHaveLength(2);
    expect(times[1]).toBeGreaterThanOrEqual(start + 15);
  });
});

describe("a replay as a phy", () => {
  test("sends into nowhere, and cannot tell who heard it", () => {
    const { phy, clock } = replay(THREE);
    const results: TransmitResult[] = [];
    phy.transmit(actionFrame(B, 1), AT_1M, (result) => void results.push(result));
    expect(results).toEqual([]);
    clock.wait(1);
    expect(results).toEqual([{ status: "unknown" }]);
    expect(phy.capabilities.reportsAck).toBe(false);
  });

  test("ends what was sent with one failure when it is closed, and hears nothing more", async () => {
    const { phy, clock, heard, states } = replay(THREE);
    const results: TransmitResult[] = [];
    phy.setAckAddresses([A]);
    phy.transmit(actionFrame(B, 1), AT_1M, (result) => void results.push(result));
    await phy[Symbol.asyncDispose]();
    await phy[Symbol.asyncDispose]();
    phy.setAckAddresses([A]);
    phy.transmit(actionFrame(B, 2), AT_1M, (result) => void results.push(result));
    clock.wait(5000);
    expect(results.map(({ status }) => status)).toEqual(["failed", "failed"]);
    expect(heard).toEqual([]);
    expect(states).toEqual(["closed"]);
  });

  test("can be closed by the one who hears it", () => {
    const { phy, clock, states } = replay(THREE);
    let frames = 0;
    phy.onFrame = () => {
      frames++;
      void phy[Symbol.asyncDispose]();
    };
    phy.setAckAddresses([A]);
    clock.wait(5000);
    expect(frames).toBe(1);
    expect(states).toEqual(["closed"]);
  });

  test("refuses what no phy can do", () => {
    const { phy, clock } = replay(THREE);
    const ignore = () => undefined;
    expect(() => phy.setChannel(15)).toThrow(new RangeError("channel must be a whole number from 1 to 14, not 15"));
    expect(() => phy.setAckAddresses([A, A, A, A, A])).toThrow(RangeError);
    expect(() => phy.transmit(new Uint8Array(2343), AT_1M, ignore)).toThrow(RangeError);
    expect(() => phy.transmit("frame" as unknown as Uint8Array, AT_1M, ignore)).toThrow(TypeError);
    for (const speed of [0, -1, Number.NaN]) {
      expect(() => new ReplayPhy(THREE, { clock, speed })).toThrow(/speed must be a number above 0/);
    }
  });
});

const shared = sharedFile("vectors/esp32-broadcast.pcap");

test.skipIf(shared === undefined)(
  `300 frames of real ESP32s are heard, all with a good FCS (${SHARED_VARIABLE})`,
  () => {
    const { phy, clock, states } = replay(readCapture(readFileSync(shared as string)));
    phy.setAckAddresses([A]);
    clock.wait(3_600_000);
    expect(phy.counters).toMatchObject({ heard: 300, missingFcs: 0, untoldFcs: 0 });
    expect(phy.leftOut()).toEqual([]);
    expect(states).toEqual(["ended"]);
  },
);
