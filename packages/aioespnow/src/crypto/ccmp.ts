// crypto: AES-CCMP as the devices do it, over node:crypto where there is one, else in JavaScript. A frame that does
// not authenticate gives nothing away. It does not know which station has which key, nor which packet numbers were
// used.

import { ecb } from "@noble/ciphers/aes.js";
import { MAX_BODY_LENGTH } from "../codec/action-frame.ts";
import {
  AAD_LENGTH,
  CCMP_HEADER_LENGTH,
  encodeCcmpHeader,
  MIC_LENGTH,
  NONCE_LENGTH,
  packetNumber,
  writeAad,
  writeNonce,
} from "../codec/ccmp-header.ts";
import { MANAGEMENT_HEADER_LENGTH } from "../codec/dot11.ts";
import type { Aead, AeadFactory } from "./aead.ts";
import { defaultAead } from "./default-aead.ts";

/** Where the encrypted body begins (the picture: codec/ccmp-header.ts). */
const BODY_OFFSET = MANAGEMENT_HEADER_LENGTH + CCMP_HEADER_LENGTH;

/** Length of a PMK, an LMK and a temporal key in bytes (ESP_NOW_KEY_LEN). */
export const KEY_LEN = 16;

/** The PMK of a device on which esp_now_set_pmk was never called: byte i is i * i. */
export const DEFAULT_PMK: Uint8Array = Uint8Array.from({ length: KEY_LEN }, (_, i) => i * i);

/**
 * The CCMP key of a peer: its LMK encrypted with the PMK, one block of AES-128 (docs/protocol.md 2.1). 16 bytes each.
 * @throws RangeError for another length.
 */
export function deriveTemporalKey(pmk: Uint8Array, lmk: Uint8Array): Uint8Array {
  checkKey(pmk, "pmk");
  checkKey(lmk, "lmk");
  return ecb(pmk, { disablePadding: true }).encrypt(lmk);
}

/** Seals and opens ESP-NOW frames with one temporal key. It does not count packet numbers: the caller must do that. */
export class CcmpKey {
  readonly #aead: Aead;
  readonly #nonce: Uint8Array = new Uint8Array(NONCE_LENGTH);
  readonly #aad: Uint8Array = new Uint8Array(AAD_LENGTH);
  #opened: Uint8Array = new Uint8Array(512);

  /** `temporalKey` is 16 bytes (`deriveTemporalKey`). @throws RangeError for another length. */
  constructor(temporalKey: Uint8Array, createAead: AeadFactory = defaultAead) {
    checkKey(temporalKey, "temporalKey");
    this.#aead = createAead(temporalKey);
  }

  /**
   * Encrypts a frame in place. `frame[0, 24)` is the 802.11 header with its Protected bit set, `frame[32, end)` the body;
   * the CCMP header is written between them and the MIC behind them, for which 8 bytes must be free. `pn`, the packet
   * number, is 0..2^48-1 and must never repeat for a key. Returns the new end.
   */
  seal(frame: Uint8Array, end: number, pn: number): number {
    encodeCcmpHeader(frame, MANAGEMENT_HEADER_LENGTH, pn);
    this.#describe(frame, pn);
    this.#aead.seal(this.#nonce, this.#aad, frame, BODY_OFFSET, end);
    return end + MIC_LENGTH;
  }

  /**
   * The decrypted body of a frame (a whole MPDU without FCS, which stays as it is): a view of this key's own memory,
   * valid until the next call. Undefined if the frame is too short or too long, has no CCMP header with key id 3, or its
   * MIC does not fit.
   */
  open(frame: Uint8Array): Uint8Array | undefined {
    const pn = packetNumber(frame);
    const length = frame.length - BODY_OFFSET - MIC_LENGTH;
    if (typeof pn !== "number" || length > MAX_BODY_LENGTH) return undefined;
    this.#describe(frame, pn);
    if (this.#opened.length < length + MIC_LENGTH) this.#opened = new Uint8Array(2 * (length + MIC_LENGTH));
    this.#opened.set(frame.subarray(BODY_OFFSET));
    if (!this.#aead.open(this.#nonce, this.#aad, this.#opened, 0, length)) return undefined;
    return this.#opened.subarray(0, length);
  }

  /** Sets nonce and AAD to those of a frame. */
  #describe(frame: Uint8Array, pn: number): void {
    writeNonce(frame, pn, this.#nonce);
    writeAad(frame, this.#aad);
  }
}

function checkKey(key: Uint8Array, name: string): void {
  if (key.length !== KEY_LEN) throw new RangeError(`${name} must have ${KEY_LEN} bytes, not ${key.length}`);
}
