import { MIC_LENGTH, NONCE_LENGTH } from "../codec/ccmp-header.ts";
import type { Aead } from "./aead.ts";

/** AES with one key, in the two forms that CCM needs. Lengths are multiples of 16 bytes. */
export interface BlockCipher {
  /** Encrypts every block by itself (ECB). The result may stand in `blocks`; it is valid until the next call. */
  encryptBlocks(blocks: Uint8Array): Uint8Array;
  /** The CBC-MAC of `blocks`: 16 bytes, valid until the next call. `blocks` is used up. */
  macBlocks(blocks: Uint8Array): Uint8Array;
}

const BLOCK_LENGTH = 16;
const MAX_MESSAGE_LENGTH = 0xffff; // L = 2 bytes count it
const MAX_AAD_LENGTH = 0xfeff; // longer ones have another length field (RFC 3610, 2.2)

/** First byte of B_0: 64 * Adata + 8 * (M - 2) / 2 + (L - 1) (RFC 3610, 2.2). */
const MAC_FLAGS = 0x19;
const ADATA_FLAG = 0x40;
/** First byte of A_i: L - 1 (RFC 3610, 2.3). */
const COUNTER_FLAGS = 0x01;

/** CCM over any block cipher (RFC 3610, M = MIC_LENGTH = 8, L = 15 - NONCE_LENGTH = 2). */
export class Ccm implements Aead {
  readonly #cipher: BlockCipher;
  /** Where blocks are laid out for the cipher. It has a whole ArrayBuffer, so that it can be seen as 32-bit words. */
  #blocks: Uint8Array = new Uint8Array(512);
  /** Gathers T and S_0 (RFC 3610, 2.3): seal and open compute them in different orders. */
  readonly #mic: Uint8Array = new Uint8Array(MIC_LENGTH);

  constructor(cipher: BlockCipher) {
    this.#cipher = cipher;
  }

  seal(nonce: Uint8Array, aad: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
    checkLengths(nonce, aad, end - start);
    this.#mic.fill(0);
    this.#authenticate(nonce, aad, bytes, start, end);
    this.#applyKeyStream(nonce, bytes, start, end);
    bytes.set(this.#mic, end);
  }

  open(nonce: Uint8Array, aad: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
    checkLengths(nonce, aad, end - start);
    this.#mic.fill(0);
    this.#applyKeyStream(nonce, bytes, start, end);
    this.#authenticate(nonce, aad, bytes, start, end);
    let difference = 0;
    for (let i = 0; i < MIC_LENGTH; i++) difference |= (this.#mic[i] as number) ^ (bytes[end + i] as number);
    if (difference !== 0) bytes.fill(0, start, end);
    return difference === 0;
  }

  /** Mixes T, the CBC-MAC of B_0, the AAD and the message, into the MIC (RFC 3610, 2.2). */
  #authenticate(nonce: Uint8Array, aad: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
    const aadBlocks = aad.length === 0 ? 0 : wholeBlocks(2 + aad.length);
    const length = BLOCK_LENGTH + aadBlocks + wholeBlocks(end - start);
    const blocks = this.#room(length);
    blocks.fill(0, BLOCK_LENGTH, BLOCK_LENGTH + aadBlocks);
    blocks.fill(0, length - BLOCK_LENGTH);
    blocks[0] = MAC_FLAGS;
    blocks.set(nonce, 1);
    blocks[14] = (end - start) >> 8;
    blocks[15] = end - start;
    if (aad.length > 0) {
      blocks[0] = MAC_FLAGS | ADATA_FLAG;
      blocks[16] = aad.length >> 8;
      blocks[17] = aad.length;
      blocks.set(aad, BLOCK_LENGTH + 2);
    }
    blocks.set(bytes.subarray(start, end), BLOCK_LENGTH + aadBlocks);
    xorInto(this.#mic, this.#cipher.macBlocks(blocks));
  }

  /** Mixes S_0 into the MIC and the rest of the key stream into `bytes[start, end)` (RFC 3610, 2.3). */
  #applyKeyStream(nonce: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
    const length = BLOCK_LENGTH + wholeBlocks(end - start);
    const blocks = this.#room(length);
    blocks[0] = COUNTER_FLAGS;
    blocks.set(nonce, 1);
    blocks[14] = 0;
    blocks[15] = 0;
    for (let filled = BLOCK_LENGTH; filled < length; filled *= 2) blocks.copyWithin(filled, 0, filled);
    for (let at = BLOCK_LENGTH; at < length; at += BLOCK_LENGTH) {
      blocks[at + 14] = at >> 12;
      blocks[at + 15] = at >> 4;
    }
    const stream = this.#cipher.encryptBlocks(blocks);
    xorInto(this.#mic, stream);
    const offset = BLOCK_LENGTH - start;
    for (let i = start; i < end; i++) bytes[i] = (bytes[i] as number) ^ (stream[offset + i] as number);
  }

  #room(length: number): Uint8Array {
    if (length > this.#blocks.length) this.#blocks = new Uint8Array(2 * length);
    return this.#blocks.subarray(0, length);
  }
}

function checkLengths(nonce: Uint8Array, aad: Uint8Array, length: number): void {
  if (nonce.length !== NONCE_LENGTH) throw new RangeError(`nonce must have ${NONCE_LENGTH} bytes, not ${nonce.length}`);
  if (aad.length > MAX_AAD_LENGTH) throw new RangeError(`aad must have at most ${MAX_AAD_LENGTH} bytes`);
  if (length > MAX_MESSAGE_LENGTH) throw new RangeError(`a message must have at most ${MAX_MESSAGE_LENGTH} bytes`);
}

/** `length` rounded up to whole blocks. */
function wholeBlocks(length: number): number {
  return (length + BLOCK_LENGTH - 1) & -BLOCK_LENGTH;
}

function xorInto(mic: Uint8Array, block: Uint8Array): void {
  for (let i = 0; i < MIC_LENGTH; i++) mic[i] = (mic[i] as number) ^ (block[i] as number);
}
