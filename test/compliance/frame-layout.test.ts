import { describe, expect, test } from "vitest";
import {
  ActionBody,
  actionBodyLength,
  decodeActionBody,
  encodeActionBody,
  isForeign,
} from "#lib/codec/action-frame.ts";
import { encodeCcmpHeader, packetNumber, writeAad, writeNonce } from "#lib/codec/ccmp-header.ts";
import {
  type ActionHeader,
  decodeManagementHeader,
  encodeAck,
  encodeActionHeader,
  isProtected,
  ManagementHeader,
  setRetry,
} from "#lib/codec/dot11.ts";
import { decodeEspNowFrame, EspNowFrame } from "#lib/codec/espnow-frame.ts";
import { appendFcs, checkFcs } from "#lib/codec/fcs.ts";
import { toMac } from "#lib/codec/mac-address.ts";
import { decodeRadiotap, Radiotap } from "#lib/codec/radiotap.ts";
import { fromHex, toHex } from "#lib/util/bytes.ts";
import { REAL_FRAMES, readBroadcasts } from "../real-frames.ts";
import { SHARED_VARIABLE } from "../shared.ts";
import { surrounded } from "../surrounded.ts";
import onAir from "../vectors/onair-encrypted.json" with { type: "json" };
import file from "../vectors/vectors.json" with { type: "json" };

const VECTORS = file.vectors;
const ENCRYPTED = VECTORS.filter((vector) => vector.kind === "encrypted" && vector.id !== "enc-mfp-alternative");

/** An MPDU encoded anew from what was decoded of `mpdu`, as far as it is not encrypted. */
function reencodeHeader(mpdu: Uint8Array): Uint8Array {
  const header = new ManagementHeader();
  decodeManagementHeader(mpdu, 0, mpdu.length, header);
  const { destination, source, bssid, sequenceNumber, duration, flags } = header;
  const fields: ActionHeader = { destination, source, bssid, sequenceNumber, duration, protected: isProtected(mpdu) };
  const bytes = new Uint8Array(24);
  encodeActionHeader(bytes, 0, fields);
  if ((flags & 0x08) !== 0) setRetry(bytes);
  return bytes;
}

function reencodeBody(body: ActionBody): Uint8Array {
  const version = body.version as 1 | 2;
  const bytes = surrounded(new Uint8Array(actionBodyLength(body.dataLength, version)));
  expect(encodeActionBody(bytes, 0, body.data(), version, body.random)).toBe(bytes.length);
  return bytes;
}

describe("docs/protocol.md 1.1: the 802.11 header (IEEE 802.11-2020, 9.3.3)", () => {
  test.each(VECTORS)("$id: decoded, it has the vector's fields; encoded, its bytes", (vector) => {
    const mpdu = surrounded(fromHex(vector.mpdu));
    const header = new ManagementHeader();
    expect(decodeManagementHeader(mpdu, 0, mpdu.length, header)).toBe(24);
    expect(header.destination).toBe(vector.dst);
    expect(header.source).toBe(vector.src);
    expect(header.bssid).toBe(vector.addr3);
    expect(header.sequenceNumber).toBe(vector.sequenceNumber);
    expect(header.fragmentNumber).toBe(0);
    expect(toHex(reencodeHeader(mpdu))).toBe(vector.macHeader);
  });
});

describe("docs/protocol.md 1.2 and 1.3: the action body", () => {
  test.each(VECTORS)("$id: decoded, it has the vector's fields; encoded, its bytes", (vector) => {
    const bytes = surrounded(fromHex(vector.actionBody));
    const body = new ActionBody();
    expect(decodeActionBody(bytes, 0, bytes.length, "v2", body)).toBe(body);
    expect(body.random).toBe(Number.parseInt(vector.random, 16));
    expect(body.version).toBe(vector.version);
    expect(body.elementCount).toBe(vector.elements.length);
    expect(body.dataLength).toBe(vector.payloadLength);
    expect(toHex(body.data())).toBe(vector.payload);
    expect(toHex(reencodeBody(body))).toBe(vector.actionBody);
  });

  test.each(VECTORS)(
    "$id: its elements are as long as the vector's, and all but the last say that more follows",
    (vector) => {
      const bytes = new Uint8Array(actionBodyLength(vector.payloadLength, vector.version as 1 | 2));
      encodeActionBody(bytes, 0, fromHex(vector.payload), vector.version as 1 | 2, 0);
      let at = 8;
      for (const element of vector.elements) {
        expect([bytes[at], bytes[at + 1], bytes[at + 5], bytes[at + 6]]).toEqual([
          element.elementId,
          element.length,
          element.type,
          element.verByte,
        ]);
        at += 2 + element.length;
      }
      expect(at).toBe(bytes.length);
    },
  );
});

describe("IEEE 802.11-2020, 9.2.4.8: the FCS", () => {
  test.each(VECTORS)("$id: the FCS is that of the vector", (vector) => {
    const mpdu = fromHex(vector.mpdu);
    const bytes = surrounded(new Uint8Array(mpdu.length + 4));
    bytes.set(mpdu);
    expect(appendFcs(bytes, 0, mpdu.length)).toBe(bytes.length);
    expect(toHex(bytes)).toBe(vector.mpduWithFcs);
    expect(checkFcs(bytes, 0, bytes.length)).toBe(true);
  });
});

describe("docs/protocol.md 1.6: the ACK (IEEE 802.11-2020, 9.3.1.4)", () => {
  test("it is d4 00, duration 0, the receiver, and the FCS: 14 bytes", () => {
    const bytes = new Uint8Array(14);
    const end = encodeAck(bytes, 0, toMac("84:f3:eb:73:55:0d"));
    expect(appendFcs(bytes, 0, end)).toBe(14);
    expect(toHex(bytes.subarray(0, 10))).toBe("d400000084f3eb73550d");
    expect(checkFcs(bytes, 0, 14)).toBe(true);
  });
});

describe("docs/protocol.md 2.2 and 2.3: CCMP header, nonce and AAD", () => {
  test.each(ENCRYPTED)("$id: read from the frame and written again they are the vector's", (vector) => {
    const frame = surrounded(fromHex(vector.mpdu));
    const pn = packetNumber(frame) as number;
    expect(pn).toBe(vector.pn);
    const header = new Uint8Array(8);
    expect(encodeCcmpHeader(header, 0, pn)).toBe(8);
    expect(toHex(header)).toBe(vector.ccmpHeader);
    expect(nonceOf(frame, pn)).toBe(vector.nonce);
    expect(aadOf(frame)).toBe(vector.aad);
  });

  test("enc-mfp-alternative: ESP-NOW's nonce and AAD are not those of 802.11w", () => {
    const vector = VECTORS.find(({ id }) => id === "enc-mfp-alternative");
    const frame = fromHex(vector?.mpdu ?? "");
    expect([nonceOf(frame, 1), aadOf(frame)]).not.toEqual([vector?.nonce, vector?.aad]);
    expect(aadOf(frame).slice(0, 4)).toBe("8040");
  });

  test("a frame of a real ESP32 has packet number 1 and key id 3", () => {
    const frame = fromHex(onAir.mpdu);
    expect(packetNumber(frame)).toBe(1);
    expect(aadOf(frame)).toBe(`8040${onAir.mpdu.slice(8, 44)}0000`);
  });
});

function nonceOf(frame: Uint8Array, pn: number): string {
  const nonce = new Uint8Array(13).fill(0xff);
  writeNonce(frame, pn, nonce);
  return toHex(nonce);
}

function aadOf(frame: Uint8Array): string {
  const aad = new Uint8Array(22).fill(0xff);
  writeAad(frame, aad);
  return toHex(aad);
}

describe.skipIf(REAL_FRAMES.length === 0)(`docs/protocol.md 7: frames of real hardware (${SHARED_VARIABLE})`, () => {
  test.each(REAL_FRAMES.filter((frame) => frame.parsed !== undefined))(
    "$id: the header is read and written",
    (frame) => {
      const mpdu = surrounded(frame.mpdu);
      const header = new ManagementHeader();
      decodeManagementHeader(mpdu, 0, mpdu.length, header);
      const { destination, source, bssid, duration } = header;
      expect({ addr1: destination, addr2: source, addr3: bssid, duration, seq: header.sequenceNumber }).toEqual({
        addr1: frame.parsed?.addr1,
        addr2: frame.parsed?.addr2,
        addr3: frame.parsed?.addr3,
        duration: frame.parsed?.duration,
        seq: frame.parsed?.seq,
      });
      expect(toHex(reencodeHeader(mpdu))).toBe(toHex(frame.mpdu.subarray(0, 24)));
    },
  );

  const readable = REAL_FRAMES.filter((frame) => frame.parsed !== undefined && frame.expect === undefined);
  test.each(readable)("$id: the message is read, and encoded again it is the same bytes", (frame) => {
    const mpdu = surrounded(frame.mpdu);
    const body = new ActionBody();
    expect(decodeActionBody(mpdu, 24, mpdu.length, "v2", body)).toBe(body);
    expect(toHex(body.data())).toBe(frame.parsed?.payload);
    expect(body.random).toBe(Number.parseInt(frame.parsed?.random ?? "", 16));
    expect(body.version).toBe(Number(frame.parsed?.verByte));
    expect(toHex(reencodeBody(body))).toBe(toHex(frame.mpdu.subarray(24)));
  });

  test.each(REAL_FRAMES.filter((frame) => frame.expect !== undefined))("$id: $expect", (frame) => {
    const mpdu = surrounded(frame.mpdu);
    const body = new ActionBody();
    for (const rules of ["v2", "v1", "v1-discard"] as const) {
      expect(decodeActionBody(mpdu, 24, mpdu.length, rules, body)).toEqual({ reason: "element-length" });
    }
    expect(isForeign("element-length")).toBe(false);
  });

  test.each(REAL_FRAMES.filter((frame) => frame.fcsValid !== null))("$id: its FCS is right: $fcsValid", (frame) => {
    const bytes = surrounded(new Uint8Array([...frame.mpdu, ...frame.fcs]));
    expect(checkFcs(bytes, 0, bytes.length)).toBe(frame.fcsValid);
  });

  test.each(REAL_FRAMES.filter((frame) => frame.radiotap.length > 0))("$id: its radiotap header is read", (frame) => {
    const bytes = surrounded(frame.radiotap);
    const radiotap = new Radiotap();
    expect(decodeRadiotap(bytes, 0, bytes.length, radiotap)).toBe(bytes.length);
    expect(radiotap.signal).toBeLessThan(0);
    expect(radiotap.channel).toBe(frame.id === "ixcess" ? 13 : radiotap.frequency === 2412 ? 1 : 8);
    expect(radiotap.phyRate).toBe(frame.id === "linuxespnow-286aac9-0" ? 11 : 0);
  });
});

describe(`300 broadcasts of a real ESP32 (${SHARED_VARIABLE})`, () => {
  const records = readBroadcasts();
  test.skipIf(records === undefined)("all are ESP-NOW v1 messages of 250 bytes with the right FCS", () => {
    const frame = new EspNowFrame();
    expect(records).toHaveLength(300);
    for (const record of records ?? []) {
      expect(decodeEspNowFrame(record, 0, record.length, "v2", frame)).toBe(frame);
      expect(checkFcs(record, frame.offset, record.length)).toBe(true);
      expect(frame.header.source).toBe("b8:d6:1a:ab:4d:8c");
      expect(frame.body.version).toBe(1);
      expect(frame.body.data()).toHaveLength(250);
    }
  });
});
