import { unsafe } from "@noble/ciphers/aes.js";
import { swap32IfBE } from "@noble/ciphers/utils.js";
import type { Aead } from "./aead.ts";
import { type BlockCipher, Ccm } from "./ccm.ts";

/**
 * AES-CCM in JavaScript, for browsers. AES goes through look-up tables, so its time depends on the data and the key: a
 * program that shares the processor could measure that.
 */
export function nobleAead(key: Uint8Array): Aead {
  return new Ccm(new NobleBlockCipher(key));
}

class NobleBlockCipher implements BlockCipher {
  readonly #roundKeys: Uint32Array;

  constructor(key: Uint8Array) {
    this.#roundKeys = unsafe.expandKeyLE(key);
  }

  encryptBlocks(blocks: Uint8Array): Uint8Array {
    const words = littleEndianWords(blocks);
    for (let i = 0; i < words.length; i += 4) {
      const { s0, s1, s2, s3 } = unsafe.encrypt(
        this.#roundKeys,
        words[i] as number,
        words[i + 1] as number,
        words[i + 2] as number,
        words[i + 3] as number,
      );
      words[i] = s0;
      words[i + 1] = s1;
      words[i + 2] = s2;
      words[i + 3] = s3;
    }
    swap32IfBE(words);
    return blocks;
  }

  macBlocks(blocks: Uint8Array): Uint8Array {
    const words = littleEndianWords(blocks);
    let state = { s0: 0, s1: 0, s2: 0, s3: 0 };
    for (let i = 0; i < words.length; i += 4) {
      state = unsafe.encrypt(
        this.#roundKeys,
        state.s0 ^ (words[i] as number),
        state.s1 ^ (words[i + 1] as number),
        state.s2 ^ (words[i + 2] as number),
        state.s3 ^ (words[i + 3] as number),
      );
    }
    words.set([state.s0, state.s1, state.s2, state.s3]);
    swap32IfBE(words);
    return blocks;
  }
}

/** The bytes as the words noble computes with; in place, about twice as fast as its functions on bytes. */
function littleEndianWords(blocks: Uint8Array): Uint32Array {
  return swap32IfBE(new Uint32Array(blocks.buffer, blocks.byteOffset, blocks.length / 4));
}
