import { unsafe } from "@noble/ciphers/aes.js";
import { equalSecrets } from "./bytes.ts";

const BLOCK = 16;
/** Octets of the length field (RFC 3610, L): messages are shorter than 64 KiB. */
const LENGTH_OCTETS = 2;

/**
 * Decrypts AES-CCM without additional data (RFC 3610, L = 2). `nonce` has 13 bytes. Undefined if the tag does not fit.
 */
export function openCcm(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  tag: Uint8Array,
): Uint8Array | undefined {
  const cipher = new BlockCipher(key);
  const plain = Uint8Array.from(sealed);
  const counter = new Uint8Array(BLOCK);
  counter[0] = LENGTH_OCTETS - 1;
  counter.set(nonce, 1);
  const mask = cipher.encrypt(counter);
  for (let start = 0, i = 1; start < plain.length; start += BLOCK, i++) {
    counter[14] = i >> 8;
    counter[15] = i;
    xorInto(plain, start, cipher.encrypt(counter));
  }
  const mac = macOf(cipher, nonce, plain, tag.length);
  xorInto(mac, 0, mask);
  return equalSecrets(mac.subarray(0, tag.length), tag) ? plain : undefined;
}

/** CBC-MAC of B_0 and the message (RFC 3610, 2.2). */
function macOf(cipher: BlockCipher, nonce: Uint8Array, plain: Uint8Array, tagLength: number): Uint8Array {
  let mac = new Uint8Array(BLOCK);
  mac[0] = 8 * ((tagLength - 2) / 2) + (LENGTH_OCTETS - 1);
  mac.set(nonce, 1);
  mac[14] = plain.length >> 8;
  mac[15] = plain.length;
  mac = cipher.encrypt(mac);
  for (let start = 0; start < plain.length; start += BLOCK) {
    xorInto(mac, 0, plain.subarray(start, start + BLOCK));
    mac = cipher.encrypt(mac);
  }
  return mac;
}

/** `target[start...] ^= bytes`, as far as both reach. */
function xorInto(target: Uint8Array, start: number, bytes: Uint8Array): void {
  const end = Math.min(bytes.length, target.length - start);
  for (let i = 0; i < end; i++) target[start + i] = (target[start + i] as number) ^ (bytes[i] as number);
}

/** AES of single blocks. noble computes it with tables: its time depends on key and data. */
class BlockCipher {
  readonly #roundKeys: Uint32Array;

  constructor(key: Uint8Array) {
    this.#roundKeys = unsafe.expandKeyLE(key);
  }

  encrypt(block: Uint8Array): Uint8Array<ArrayBuffer> {
    const view = new DataView(block.buffer, block.byteOffset, BLOCK);
    const word = (i: number): number => view.getUint32(4 * i, true);
    const { s0, s1, s2, s3 } = unsafe.encrypt(this.#roundKeys, word(0), word(1), word(2), word(3));
    const result = new DataView(new ArrayBuffer(BLOCK));
    for (const [i, value] of [s0, s1, s2, s3].entries()) result.setUint32(4 * i, value, true);
    return new Uint8Array(result.buffer);
  }
}
