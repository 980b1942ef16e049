/** Numbers in [0, 1) that are the same in every run: Lehmer's generator (Park and Miller, CACM 31(10), 1988). */
export function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 0x7fff_ffff;
    return state / 0x7fff_ffff;
  };
}
