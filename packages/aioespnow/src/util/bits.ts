/** The number of the lowest bit that is set, 0 to 31. `word` is not 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
