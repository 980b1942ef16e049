/** `3 packets left out: the FCS is wrong`, for `Phy.leftOut`; nothing where there is nothing to tell. */
export function leftOutSentence(count: number, thing: string, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${thing}${count === 1 ? "" : "s"} ${what}`];
}
