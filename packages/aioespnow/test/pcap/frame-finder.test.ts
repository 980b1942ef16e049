import { describe, expect, test } from "vitest";
import { encodeActionBody } from "#lib/codec/action-frame.ts";
import { encodeAck, encodeActionHeader } from "#lib/codec/dot11.ts";
import { appendFcs } from "#lib/codec/fcs.ts";
import { BROADCAST } from "#lib/codec/mac-address.ts";
import { encodeCaptureHeader } from "#lib/codec/radiotap-writer.ts";
import { Rate } from "#lib/codec/rate.ts";
import { CcmpKey } from "#lib/crypto/ccmp.ts";
import { FrameFinder, LinkType, linkTypeName } from "#lib/pcap/index.ts";
import { A, actionFrame, B } from "#lib/testing/action-frame.ts";
import { pattern } from "#lib/testing/radio-suite.ts";
import { concat, Numbers } from "#test/doubles/capture-bytes.ts";
import { ppiHeader, prismHeader } from "#test/doubles/link-headers.ts";

const RADIOTAP = LinkType.IEEE802_11_RADIOTAP;

/** An ESP-NOW message in the clear. */
function message(length = 20): Uint8Array {
  const bytes = new Uint8Array(2000);
  const header = { destination: BROADCAST, source: A, bssid: BROADCAST, sequenceNumber: 1, protected: false };
  return bytes.subarray(0, encodeActionBody(bytes, encodeActionHeader(bytes, 0, header), pattern(length), 2, 7));
}

function encrypted(): Uint8Array {
  const bytes = new Uint8Array(200);
  const header = { destination: B, source: A, bssid: BROADCAST, sequenceNumber: 1, protected: true };
  const end = encodeActionBody(bytes, encodeActionHeader(bytes, 0, header) + 8, pattern(20), 2, 7);
  return bytes.subarray(0, new CcmpKey(pattern(16)).seal(bytes, end, 1));
}

function withFcs(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(frame.length + 4);
  bytes.set(frame);
  appendFcs(bytes, 0, frame.length);
  return bytes;
}

function damaged(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
}

/** Behind a radiotap header that does (or does not) promise an FCS. */
function radiotap(frame: Uint8Array, hasFcs: boolean): Uint8Array {
  const header = new Uint8Array(26);
  const facts = { tsft: 5, rate: Rate.RATE_1M, channel: 9, signal: -71, hasFcs };
  return concat(header.subarray(0, encodeCaptureHeader(header, 0, facts)), frame);
}

function packet(bytes: Uint8Array, linkType: number) {
  return {
    bytes,
    linkType,
    time: undefined,
    originalLength: bytes.length,
    interfaceId: 0,
    direction: undefined,
    comments: [],
  };
}

function find(bytes: Uint8Array, linkType: number, finder = new FrameFinder()): unknown {
  const found = finder.find(packet(bytes, linkType));
  return "reason" in found ? found.reason : found.bytes;
}

describe("the end of a captured frame", () => {
  test("is before an FCS that was promised, or that no header tells of", () => {
    for (const frame of [message(), encrypted(), actionFrame(A, 1)]) {
      expect(find(radiotap(withFcs(frame), true), RADIOTAP)).toEqual(frame);
      expect(find(radiotap(withFcs(frame), false), RADIOTAP)).toEqual(frame);
      expect(find(withFcs(frame), LinkType.IEEE802_11)).toEqual(frame);
      expect(find(frame, LinkType.IEEE802_11)).toEqual(frame);
    }
  });

  test("is the end of the packet where a promised FCS was stripped", () => {
    const ack = new Uint8Array(10);
    encodeAck(ack, 0, A);
    for (const frame of [message(), message(1400), encrypted(), ack]) {
      const finder = new FrameFinder();
      expect(find(radiotap(frame, true), RADIOTAP, finder)).toEqual(frame);
      expect(finder.counters).toMatchObject({ missingFcs: 1, untoldFcs: 0 });
    }
  });

  test("what was guessed is counted", () => {
    const finder = new FrameFinder();
    find(withFcs(message()), LinkType.IEEE802_11, finder);
    find(message(), LinkType.IEEE802_11, finder);
    find(radiotap(withFcs(message()), true), RADIOTAP, finder);
    find(radiotap(message(), true), RADIOTAP, finder);
    expect(finder.counters).toMatchObject({ missingFcs: 1, untoldFcs: 1, found: 4 });
  });

  test("a wrong FCS is one, promised or not", () => {
    const wrong = damaged(withFcs(message()), 40);
    expect(find(radiotap(wrong, true), RADIOTAP)).toBe("bad-fcs");
    expect(find(radiotap(wrong, false), RADIOTAP)).toBe("bad-fcs");
    expect(find(wrong, LinkType.IEEE802_11)).toBe("bad-fcs");
  });

  test("a promise that was kept is believed of encrypted frames from then on", () => {
    const finder = new FrameFinder();
    expect(find(radiotap(withFcs(message()), true), RADIOTAP, finder)).toEqual(message());
    expect(find(radiotap(damaged(withFcs(encrypted()), 40), true), RADIOTAP, finder)).toBe("bad-fcs");
  });

  test("where a capture has stripped the FCS of a message, it has stripped that of the beacons too", () => {
    const beacon = pattern(60);
    beacon[0] = 0x80;
    expect(find(radiotap(beacon, true), RADIOTAP)).toBe("bad-fcs");
    const finder = new FrameFinder();
    find(radiotap(message(), true), RADIOTAP, finder);
    expect(find(radiotap(beacon, true), RADIOTAP, finder)).toEqual(beacon);
  });
});

describe("the header before a captured frame", () => {
  const facts = { channel: 6, dBm: -71, rate: 22 };
  const reception = { bytes: message(), rssi: -71, rate: Rate.RATE_11M, channel: 6 };

  test("is PPI's", () => {
    const finder = new FrameFinder();
    expect(finder.find(packet(concat(ppiHeader(facts), message()), LinkType.PPI))).toEqual(reception);
    expect(finder.find(packet(concat(ppiHeader(facts, 1), withFcs(message())), LinkType.PPI))).toEqual(reception);
    expect(find(concat(ppiHeader(facts, 5), withFcs(message())), LinkType.PPI)).toBe("bad-fcs");
  });

  test.each([
    [true, 16],
    [false, 16],
    [true, 12],
    [false, 12],
  ])("is Prism's, little-endian (%s), with ids above bit %d", (isLittleEndian, idBits) => {
    const header = prismHeader(facts, new Numbers(isLittleEndian), idBits);
    const finder = new FrameFinder();
    expect(finder.find(packet(concat(header, message()), LinkType.PRISM))).toEqual(reception);
    expect(finder.find(packet(concat(header, withFcs(message())), LinkType.PRISM))).toEqual(reception);
  });

  test("is refused, with the reason, where it is broken or of something else", () => {
    const ppi = ppiHeader(facts);
    expect(find(ppi.subarray(0, 7), LinkType.PPI)).toBe("ppi-length");
    expect(find(ppi.subarray(0, -1), LinkType.PPI)).toBe("ppi-length");
    expect(find(ppi, LinkType.PPI)).toBe("no-frame");
    expect(find(concat(Uint8Array.of(1), ppi.subarray(1)), LinkType.PPI)).toBe("ppi-version");
    expect(find(ppiHeader(facts, 0, 1), LinkType.PPI)).toBe("ppi-link-type");
    expect(find(prismHeader(facts).subarray(0, 100), LinkType.PRISM)).toBe("prism-length");
    const avs = concat(Uint8Array.of(0x80, 0x21, 0x10, 0x01), new Uint8Array(60));
    expect(find(avs, LinkType.PRISM)).toBe("prism-avs");
    expect(find(message(), 1)).toBe("link-type");
    expect(linkTypeName(163)).toBe("AVS");
    expect(linkTypeName(147)).toBe("link type 147");
  });
});
