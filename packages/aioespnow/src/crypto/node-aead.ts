import type { Cipher } from "node:crypto";
import type { Aead, AeadFactory } from "./aead.ts";
import { type BlockCipher, Ccm } from "./ccm.ts";

/** node:crypto where there is one. Not imported, so that a browser's bundler finds no Node module here. */
const nodeCrypto: typeof import("node:crypto") | undefined =
  typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:crypto");

/**
 * AES-CCM over node:crypto; undefined where that is missing. Two cipher objects live as long as the key: Node's own
 * `aes-128-ccm` needs a new one for every message, and most of its time goes into making it.
 */
export const nodeAead: AeadFactory | undefined =
  nodeCrypto && ((key: Uint8Array): Aead => new Ccm(new NodeBlockCipher(nodeCrypto, key)));

class NodeBlockCipher implements BlockCipher {
  readonly #ecb: Cipher;
  readonly #cbc: Cipher;
  /** The last block that `#cbc` gave out: it is mixed into whatever comes next. */
  #chained: Uint8Array = new Uint8Array(16);

  constructor(crypto: typeof import("node:crypto"), key: Uint8Array) {
    this.#ecb = crypto.createCipheriv("aes-128-ecb", key, null);
    this.#cbc = crypto.createCipheriv("aes-128-cbc", key, this.#chained);
  }

  encryptBlocks(blocks: Uint8Array): Uint8Array {
    return this.#ecb.update(blocks);
  }

  /** A CBC-MAC begins with zeros, the cipher object goes on from its last block: that block is taken out beforehand. */
  macBlocks(blocks: Uint8Array): Uint8Array {
    for (let i = 0; i < 16; i++) blocks[i] = (blocks[i] as number) ^ (this.#chained[i] as number);
    this.#chained = this.#cbc.update(blocks).subarray(-16);
    return this.#chained;
  }
}
