import { describe, expect, test } from "vitest";
import type { AeadFactory } from "#lib/crypto/aead.ts";
import { CcmpKey, DEFAULT_PMK, deriveTemporalKey, KEY_LEN } from "#lib/crypto/ccmp.ts";
import { keyFromText } from "#lib/crypto/key-text.ts";
import { nobleAead } from "#lib/crypto/noble-aead.ts";
import { nodeAead } from "#lib/crypto/node-aead.ts";
import { fromHex, toHex } from "#lib/util/bytes.ts";
import onAir from "#test/vectors/onair-encrypted.json" with { type: "json" };
import file from "#test/vectors/vectors.json" with { type: "json" };

const HEADER_LENGTH = 24;
const BODY_OFFSET = 32;

/** Their hexadecimal fields are there in every encrypted vector. */
const ENCRYPTED = file.vectors
  .filter((vector) => vector.kind === "encrypted")
  .map(({ id, pmk, lmk, ccmpKey, pn, macHeader, actionBody, mpdu }) => ({
    id,
    pmk: fromHex(pmk as string),
    lmk: fromHex(lmk as string),
    key: ccmpKey as string,
    pn: pn as number,
    macHeader: fromHex(macHeader as string),
    body: fromHex(actionBody as string),
    mpdu: fromHex(mpdu as string),
  }));
const ESPRESSIF = ENCRYPTED.filter(({ id }) => id !== "enc-mfp-alternative");

const HELLO = ENCRYPTED.find(({ id }) => id === "v1-enc-hello-pn1") as (typeof ENCRYPTED)[number];

/** The same bytes in the middle of a larger buffer. */
function within(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 16).fill(0xa5);
  buffer.set(bytes, 5);
  return buffer.subarray(5, 5 + bytes.length);
}

/** `bytes` with one bit turned over. */
function flipped(bytes: Uint8Array, offset: number, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[offset] = (copy[offset] as number) ^ (1 << bit);
  return copy;
}

test("the default PMK is the squares of 0 to 15", () => {
  expect(toHex(DEFAULT_PMK)).toBe(file.defaultPmk);
});

test.each(ENCRYPTED)("$id: the temporal key is the LMK encrypted with the PMK", ({ pmk, lmk, key }) => {
  expect(toHex(deriveTemporalKey(pmk, lmk))).toBe(key);
});

test.each([0, 15, 17])("a key of %i bytes is refused by its name", (length) => {
  const good = new Uint8Array(KEY_LEN);
  const bad = new Uint8Array(length);
  expect(() => deriveTemporalKey(bad, good)).toThrow(new RangeError(`pmk must have 16 bytes, not ${length}`));
  expect(() => deriveTemporalKey(good, bad)).toThrow(new RangeError(`lmk must have 16 bytes, not ${length}`));
  expect(() => new CcmpKey(bad)).toThrow(new RangeError(`temporalKey must have 16 bytes, not ${length}`));
});

describe.each<[string, AeadFactory]>([
  ["node:crypto", nodeAead as AeadFactory],
  ["noble", nobleAead],
])("CCMP over %s", (_, createAead) => {
  const keyOf = (vector: { key: string }) => new CcmpKey(fromHex(vector.key), createAead);
  const open = (frame: Uint8Array) => keyOf(HELLO).open(frame);

  test.each(ESPRESSIF)("seals $id byte for byte", (vector) => {
    const frame = within(vector.mpdu);
    frame.fill(0);
    frame.set(vector.macHeader);
    frame.set(vector.body, BODY_OFFSET);
    expect(keyOf(vector).seal(frame, BODY_OFFSET + vector.body.length, vector.pn)).toBe(vector.mpdu.length);
    expect(toHex(frame)).toBe(toHex(vector.mpdu));
  });

  test.each(ESPRESSIF)("opens $id and leaves the frame as it is", (vector) => {
    const frame = within(vector.mpdu);
    expect(toHex(keyOf(vector).open(frame) as Uint8Array)).toBe(toHex(vector.body));
    expect(toHex(frame)).toBe(toHex(vector.mpdu));
  });

  test("opens a frame of a real ESP32", () => {
    const key = new CcmpKey(deriveTemporalKey(fromHex(onAir.pmk), fromHex(onAir.lmk)), createAead);
    expect(toHex(key.open(fromHex(onAir.mpdu)) as Uint8Array)).toBe(onAir.plaintextBody);
  });

  test("refuses a frame sealed by the rules of 802.11w: ESP-NOW masks differently", () => {
    const vector = ENCRYPTED.find(({ id }) => id === "enc-mfp-alternative") as (typeof ENCRYPTED)[number];
    expect(keyOf(vector).open(vector.mpdu)).toBeUndefined();
  });

  test("refuses every turned bit of addresses, CCMP packet number and key id, ciphertext and MIC", () => {
    const key = keyOf(HELLO);
    const reserved = HEADER_LENGTH + 2; // of the CCMP header: ignored
    const accepted: number[] = [];
    for (let offset = 4; offset < HELLO.mpdu.length; offset++) {
      if (offset === 22 || offset === 23 || offset === reserved) continue;
      for (let bit = 0; bit < 8; bit++) if (key.open(flipped(HELLO.mpdu, offset, bit))) accepted.push(8 * offset + bit);
    }
    expect(accepted).toEqual([]);
    expect(key.open(HELLO.mpdu)).toBeDefined();
  });

  test.each([
    ["the type", 0, [0, 1, 2, 3, 7]],
    ["To DS, From DS and More Fragments", 1, [0, 1, 2]],
    ["the fragment number", 22, [0, 1, 2, 3]],
  ])("refuses a frame with other bits in %s", (_field, offset, bits) => {
    for (const bit of bits) expect(open(flipped(HELLO.mpdu, offset, bit)), `bit ${bit}`).toBeUndefined();
  });

  test.each([
    ["Retry, Power Management and More Data", 1, [3, 4, 5]],
    ["the duration", 2, [0, 1, 2, 3, 4, 5, 6, 7]],
    ["the duration's high byte", 3, [0, 1, 2, 3, 4, 5, 6, 7]],
    ["the sequence number", 22, [4, 5, 6, 7]],
    ["the sequence number's high byte", 23, [0, 1, 2, 3, 4, 5, 6, 7]],
  ])("accepts a frame with other bits in %s: a retransmission may change it", (_field, offset, bits) => {
    for (const bit of bits) expect(open(flipped(HELLO.mpdu, offset, bit)), `bit ${bit}`).toEqual(HELLO.body);
  });

  test("refuses every frame that was cut short", () => {
    const key = keyOf(HELLO);
    for (let length = 0; length < HELLO.mpdu.length; length++) {
      expect(key.open(HELLO.mpdu.subarray(0, length)), `${length} bytes`).toBeUndefined();
    }
  });

  test("refuses a frame that another key sealed", () => {
    expect(new CcmpKey(new Uint8Array(KEY_LEN), createAead).open(HELLO.mpdu)).toBeUndefined();
  });

  test("seals with the last packet number there is", () => {
    const key = keyOf(HELLO);
    const frame = new Uint8Array(HELLO.mpdu.length);
    frame.set(HELLO.macHeader);
    frame.set(HELLO.body, BODY_OFFSET);
    key.seal(frame, BODY_OFFSET + HELLO.body.length, 2 ** 48 - 1);
    expect(toHex(frame.subarray(HEADER_LENGTH, BODY_OFFSET))).toBe("ffff00e0ffffffff");
    expect(key.open(frame)).toEqual(HELLO.body);
  });
});

describe("a key as people write it", () => {
  test.each([
    ["16 characters", "a secret, or not", "61207365637265742c206f72206e6f74"],
    ["letters of several bytes", "ä secret or not", "c3a420736563726574206f72206e6f74"],
    ["digits", "00112233445566778899AABBccddeeff", "00112233445566778899aabbccddeeff"],
    ["the bytes of a file", Uint8Array.from({ length: KEY_LEN }, () => 0xff), "ff".repeat(KEY_LEN)],
  ])("%s", (_, text, hex) => {
    expect(toHex(keyFromText(text))).toBe(hex);
  });

  test.each(["", "secret", "x".repeat(32), "0".repeat(34)])("%j is none", (text) => {
    expect(() => keyFromText(text)).toThrow("a key has 16 characters, or 32 hexadecimal digits");
  });
});
