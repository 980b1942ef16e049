/**
 * Authenticated encryption with one key: AES-128-CCM with a 13-byte nonce and an 8-byte MIC (RFC 3610 with M = 8 and
 * L = 2; IEEE 802.11-2020, 12.5.3.2). Works in place; nothing is allocated for the caller. Not re-entrant.
 */
export interface Aead {
  /** Encrypts `bytes[start, end)` and writes the MIC to the 8 bytes from `end` on. The caller has made room for it. */
  seal(nonce: Uint8Array, aad: Uint8Array, bytes: Uint8Array, start: number, end: number): void;

  /**
   * Decrypts `bytes[start, end)`, whose MIC is in the 8 bytes from `end` on. Returns whether the MIC fits; if not,
   * `bytes[start, end)` is zeros. The comparison takes the same time wherever they differ.
   */
  open(nonce: Uint8Array, aad: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean;
}

/** Makes the `Aead` of a 16-byte key. */
export type AeadFactory = (key: Uint8Array) => Aead;
