import { expect, test } from "vitest";
import { checkFcs } from "#lib/codec/fcs.ts";
import { BROADCAST } from "#lib/codec/mac-address.ts";
import { decodeRadiotap, Radiotap } from "#lib/codec/radiotap.ts";
import { Rate } from "#lib/codec/rate.ts";
import { type CapturedPacket, LinkType, readCapture } from "#lib/pcap/index.ts";
import { type CaptureOptions, CapturePhy } from "#lib/phy/capture-phy.ts";
import { A, AT_1M, actionFrame, B } from "#lib/testing/action-frame.ts";
import { concat } from "#test/doubles/capture-bytes.ts";
import { LoopbackMedium } from "./loopback-medium.ts";

/** A station whose traffic is captured, another one, and what the capture has so far. */
function captured(options?: CaptureOptions) {
  const medium = new LoopbackMedium();
  const parts: Uint8Array[] = [];
  const phy = new CapturePhy(medium.phy(), (bytes) => void parts.push(bytes), options);
  const other = medium.phy();
  phy.setAckAddresses([A]);
  other.setAckAddresses([B]);
  const settle = () => medium.clock.wait(medium.clock.now() + 10);
  return { phy, other, settle, packets: () => [...readCapture(concat(...parts))] };
}

/** What the radiotap header of a packet says, and the frame behind it. */
function dissect({ bytes }: CapturedPacket): { radiotap: Radiotap; frame: Uint8Array } {
  const radiotap = new Radiotap();
  const start = decodeRadiotap(bytes, 0, bytes.length, radiotap);
  return { radiotap, frame: bytes.subarray(start as number) };
}

test("a capture is a file from the first moment on, with its interface named", () => {
  const parts: Uint8Array[] = [];
  new CapturePhy(new LoopbackMedium().phy(), (bytes) => void parts.push(bytes), { name: "sim0" });
  const reader = readCapture(concat(...parts));
  expect(reader.read()).toBeUndefined();
  expect(reader.ending).toEqual({ status: "complete" });
  expect(new TextDecoder().decode(concat(...parts))).toContain("sim0");
});

test("a frame that is sent stands there at once, as outbound, with its rate and channel", () => {
  const { phy, packets } = captured();
  phy.setChannel(6);
  phy.transmit(actionFrame(B, 1), { rate: Rate.RATE_6M, noAck: false }, () => undefined);
  const [packet, ...others] = packets();
  expect(others).toEqual([]);
  expect(packet).toMatchObject({ linkType: LinkType.IEEE802_11_RADIOTAP, direction: "outbound" });
  const { radiotap, frame } = dissect(packet as CapturedPacket);
  expect(frame).toEqual(actionFrame(B, 1));
  expect(radiotap.channel).toBe(6);
  expect(radiotap.phyRate).toBe(Rate.RATE_6M);
  expect(radiotap.signal).toBeUndefined();
  expect(radiotap.hasFcs).toBe(false);
  expect(checkFcs(frame, 0, frame.length)).toBe(false);
});

test("a frame that is heard stands there as inbound, with its signal and time", () => {
  const { other, settle, packets } = captured();
  other.transmit(actionFrame(A, 2), AT_1M, () => undefined);
  settle();
  const [packet] = packets() as [CapturedPacket];
  const { radiotap, frame } = dissect(packet);
  expect(frame).toEqual(actionFrame(A, 2));
  expect(packet.direction).toBe("inbound");
  expect(packet.time).toEqual({ seconds: 0, nanoseconds: 2_000_000 });
  expect(radiotap.tsft).toBe(2000);
  expect(radiotap.signal).toBe(-40);
});

test("times count from the moment that is given as the clock's zero", () => {
  const { other, settle, packets } = captured({ epochMs: 1_700_000_000_500 });
  other.transmit(actionFrame(A, 2), AT_1M, () => undefined);
  settle();
  expect(packets()[0]?.time).toEqual({ seconds: 1_700_000_000, nanoseconds: 502_000_000 });
});

test("a frame that the phy refuses is not captured", () => {
  const { phy, packets } = captured();
  expect(() => phy.transmit(new Uint8Array(3000), AT_1M, () => undefined)).toThrow(RangeError);
  expect(packets()).toEqual([]);
});

test("long and short frames, one after the other, are captured whole", () => {
  const { phy, other, settle, packets } = captured();
  const frames = [60, 1560, 24, 1000].map((length, i) => actionFrame(BROADCAST, i, length));
  for (const frame of frames) {
    phy.transmit(frame, AT_1M, () => undefined);
    other.transmit(frame, AT_1M, () => undefined);
    settle();
  }
  expect(packets().map((packet) => dissect(packet).frame)).toEqual(frames.flatMap((frame) => [frame, frame]));
});
