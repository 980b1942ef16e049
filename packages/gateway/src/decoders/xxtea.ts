/**
 * XXTEA as ESPHome uses it (xxtea.cpp): a key of eight words, chosen with `(p ^ (sum >> 2)) & 7`; words and key are
 * little-endian. It encrypts, and authenticates nothing.
 */
const DELTA = 0x9e37_79b9;
const KEY_MASK = 7;

/** Encrypts `words` in place. One word is possible; none is nothing. */
export function xxteaEncrypt(words: Uint32Array, key: Uint32Array): void {
  const n = words.length;
  if (n === 0) return;
  let sum = 0;
  let z = words[n - 1] as number;
  for (let round = 0; round < rounds(n); round++) {
    sum = (sum + DELTA) >>> 0;
    for (let p = 0; p < n; p++) {
      const y = words[p + 1 < n ? p + 1 : 0] as number;
      z = ((words[p] as number) + mix(y, z, sum, p, key)) >>> 0;
      words[p] = z;
    }
  }
}

/** Decrypts `words` in place. One word is possible; none is nothing. */
export function xxteaDecrypt(words: Uint32Array, key: Uint32Array): void {
  const n = words.length;
  if (n === 0) return;
  let sum = Math.imul(rounds(n), DELTA) >>> 0;
  let y = words[0] as number;
  while (sum !== 0) {
    for (let p = n - 1; p >= 0; p--) {
      const z = words[p > 0 ? p - 1 : n - 1] as number;
      y = ((words[p] as number) - mix(y, z, sum, p, key)) >>> 0;
      words[p] = y;
    }
    sum = (sum - DELTA) >>> 0;
  }
}

function rounds(n: number): number {
  return 6 + Math.floor(52 / n);
}

function mix(y: number, z: number, sum: number, p: number, key: Uint32Array): number {
  const word = key[(p ^ (sum >>> 2)) & KEY_MASK] as number;
  return (((z >>> 5) ^ (y << 2)) + ((y >>> 3) ^ (z << 4))) ^ ((sum ^ y) + (word ^ z));
}
