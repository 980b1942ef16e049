import { createCipheriv } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AeadFactory } from "#lib/crypto/aead.ts";
import { defaultAead } from "#lib/crypto/default-aead.ts";
import { nobleAead } from "#lib/crypto/noble-aead.ts";
import { nodeAead } from "#lib/crypto/node-aead.ts";
import { fromHex, toHex } from "#lib/util/bytes.ts";
import rfc3610 from "#test/vectors/rfc3610.json" with { type: "json" };

const PROVIDERS: [string, AeadFactory][] = [
  ["node:crypto", nodeAead as AeadFactory],
  ["noble", nobleAead],
];

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });

/** What Node's own aes-128-ccm makes of it: ciphertext and MIC. */
function sealedByNode(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): string {
  const cipher = createCipheriv("aes-128-ccm", key, nonce, { authTagLength: 8 });
  cipher.setAAD(aad, { plaintextLength: plaintext.length });
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([ciphertext, cipher.getAuthTag()]).toString("hex");
}

/** `plaintext` at `start` of a larger buffer, with room for the MIC. */
function placed(plaintext: Uint8Array, start: number): Uint8Array {
  const buffer = new Uint8Array(start + plaintext.length + 8 + 3).fill(0xa5);
  buffer.set(plaintext, start);
  return buffer;
}

test("the default on Node is node:crypto", () => {
  expect(defaultAead).toBe(nodeAead);
});

describe.each(PROVIDERS)("AES-CCM by %s", (_, createAead) => {
  test.each(rfc3610.vectors)("seals and opens RFC 3610 packet vector $number", (vector) => {
    const aead = createAead(fromHex(vector.key));
    const plaintext = fromHex(vector.plaintext);
    const end = plaintext.length;
    const buffer = placed(plaintext, 0);
    aead.seal(fromHex(vector.nonce), fromHex(vector.aad), buffer, 0, end);
    expect(toHex(buffer.subarray(0, end + 8))).toBe(vector.sealed);
    expect(aead.open(fromHex(vector.nonce), fromHex(vector.aad), buffer, 0, end)).toBe(true);
    expect(toHex(buffer.subarray(0, end))).toBe(vector.plaintext);
  });

  test("gives the bytes of Node's aes-128-ccm for any message, one key after another message", () => {
    const key = fromHex("000102030405060708090a0b0c0d0e0f");
    const aead = createAead(key);
    fc.assert(
      fc.property(bytes(13, 13), bytes(0, 40), bytes(0, 1600), fc.nat(20), (nonce, aad, plaintext, start) => {
        const end = start + plaintext.length;
        const buffer = placed(plaintext, start);
        aead.seal(nonce, aad, buffer, start, end);
        expect(toHex(buffer.subarray(start, end + 8))).toBe(sealedByNode(key, nonce, aad, plaintext));
        expect([...buffer.subarray(0, start), ...buffer.subarray(end + 8)].every((byte) => byte === 0xa5)).toBe(true);
        expect(aead.open(nonce, aad, buffer, start, end)).toBe(true);
        expect(toHex(buffer.subarray(start, end))).toBe(toHex(plaintext));
      }),
    );
  });

  test("authenticates associated data of every length around the block size", () => {
    const key = new Uint8Array(16).fill(9);
    const aead = createAead(key);
    const nonce = new Uint8Array(13);
    for (let length = 0; length <= 34; length++) {
      const aad = new Uint8Array(length).fill(length);
      for (const plaintext of [new Uint8Array(0), new Uint8Array(16).fill(1), new Uint8Array(17).fill(2)]) {
        const buffer = placed(plaintext, 0);
        aead.seal(nonce, aad, buffer, 0, plaintext.length);
        expect(toHex(buffer.subarray(0, plaintext.length + 8))).toBe(sealedByNode(key, nonce, aad, plaintext));
      }
    }
  });

  test("leaves zeros where the MIC does not fit, and works on afterwards", () => {
    const aead = createAead(new Uint8Array(16));
    const nonce = new Uint8Array(13);
    const aad = new Uint8Array(22);
    const plaintext = new TextEncoder().encode("attack at dawn");
    const buffer = placed(plaintext, 2);
    const end = 2 + plaintext.length;
    aead.seal(nonce, aad, buffer, 2, end);
    const forged = buffer.slice();
    forged[end + 7] = (forged[end + 7] as number) ^ 1;
    expect(aead.open(nonce, aad, forged, 2, end)).toBe(false);
    expect([...forged.subarray(2, end)].every((byte) => byte === 0)).toBe(true);
    expect(aead.open(nonce, aad, buffer, 2, end)).toBe(true);
    expect(buffer.subarray(2, end)).toEqual(plaintext);
  });

  test("two keys do not disturb each other", () => {
    const nonce = new Uint8Array(13);
    const aad = new Uint8Array(22);
    const plaintext = new Uint8Array(40).fill(3);
    const keys = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
    const aeads = keys.map((key) => createAead(key));
    for (let round = 0; round < 3; round++) {
      aeads.forEach((aead, i) => {
        const buffer = placed(plaintext, 0);
        aead.seal(nonce, aad, buffer, 0, plaintext.length);
        const expected = sealedByNode(keys[i] as Uint8Array, nonce, aad, plaintext);
        expect(toHex(buffer.subarray(0, plaintext.length + 8))).toBe(expected);
      });
    }
  });

  test("refuses what RFC 3610 has no room for, by name", () => {
    const aead = createAead(new Uint8Array(16));
    const buffer = new Uint8Array(0x1_0010);
    const nonce = new Uint8Array(13);
    expect(() => aead.seal(new Uint8Array(12), buffer.subarray(0, 22), buffer, 0, 10)).toThrow(/nonce must have 13/);
    expect(() => aead.seal(nonce, buffer.subarray(0, 0xff00), buffer, 0, 10)).toThrow(/aad must have at most/);
    expect(() => aead.open(nonce, buffer.subarray(0, 22), buffer, 0, 0x1_0000)).toThrow(/message must have at most/);
  });
});
