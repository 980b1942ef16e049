import type { Hash } from "node:crypto";
import { nodeModule } from "../board/node-module.ts";
import { Refusal } from "../bridge/refusal.ts";
import type { Vm } from "../vm/vm.ts";
import type { Part } from "./part.ts";

/** cryptolib.MODE_ECB and the others. */
const MODES: Readonly<Record<number, string>> = { 1: "ecb", 2: "cbc", 6: "ctr" };
const BLOCK = 16;
/** By the numbers that python/hashlib.py gives them. */
const HASHES = ["md5", "sha1"] as const;
const ENOTSUP = 95;
const NO_BYTES = new Uint8Array(0);

/**
 * Gives a program its board's AES and hashes. Between calls nothing is kept but hashes that are being made: what a cipher
 * goes on from is the program's.
 */
export class CryptoPart implements Part<undefined> {
  readonly #hashes = new Map<number, Hash>();

  constructor(vm: Vm) {
    attachAes(vm);
    attachHashes(vm, this.#hashes);
  }

  detach(): void {
    this.#hashes.clear();
  }

  /** @throws Error while a hash is being made. */
  save(): undefined {
    if (this.#hashes.size > 0) throw new Error("a program makes an MD5 or SHA-1 in pieces, which cannot be saved");
  }

  load(): void {}
}

function attachAes(vm: Vm): void {
  vm.handle("crypto_aes", ({ mode, isEncryption, keyLength, keyIvAndBytes }) => {
    const { createCipheriv, createDecipheriv } = nodeCrypto();
    const name = `aes-${8 * keyLength}-${MODES[mode]}`;
    const key = keyIvAndBytes.subarray(0, keyLength);
    const iv = mode === 1 ? null : keyIvAndBytes.subarray(keyLength, keyLength + BLOCK);
    const bytes = keyIvAndBytes.subarray(keyLength + BLOCK);
    const cipher = (isEncryption === 1 ? createCipheriv : createDecipheriv)(name, key, iv).setAutoPadding(false);
    return Buffer.concat([cipher.update(bytes), cipher.final()]);
  });
}

function attachHashes(vm: Vm, hashes: Map<number, Hash>): void {
  vm.handle("crypto_hash", ({ hash: number, kind, isLast, bytes }) => {
    const hash = hashes.get(number) ?? nodeCrypto().createHash(HASHES[kind] ?? "md5");
    hashes.set(number, hash.update(bytes));
    if (isLast === 0) return NO_BYTES;
    hashes.delete(number);
    return hash.digest();
  });
}

/** In a browser programs have no AES, MD5 and SHA-1: OSError. */
function nodeCrypto(): typeof import("node:crypto") {
  try {
    return nodeModule("node:crypto", "cryptolib");
  } catch (error) {
    throw new Refusal(ENOTSUP, (error as Error).message);
  }
}
