/** What ping(8) says of a series of times. */
export interface Summary {
  readonly min: number;
  readonly avg: number;
  readonly max: number;
  readonly stddev: number;
}

/** Of at least one value. */
export function summarize(values: readonly number[]): Summary {
  let [min, max, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  const avg = sum / values.length;
  for (const value of values) squares += (value - avg) ** 2;
  return { min, avg, max, stddev: Math.sqrt(squares / values.length) };
}

/** The value that a share of the values (0..1) does not exceed. Of at least one value. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
}

const BAR_WIDTH = 40;
/** Narrower ranges would look alike. */
const MIN_BIN_WIDTH = 0.01;

/**
 * How the values are distributed, a line for each of at most `bins` equal ranges:
 *
 *       1.20 - 1.45   | ######## 12
 */
export function histogram(values: readonly number[], bins = 8): string[] {
  const { min, max } = summarize(values);
  const width = Math.max((max - min) / bins, MIN_BIN_WIDTH);
  const last = Math.max(1, Math.ceil((max - min) / width)) - 1;
  const counts = new Array<number>(last + 1).fill(0);
  for (const value of values) {
    const bin = Math.min(last, Math.floor((value - min) / width));
    counts[bin] = (counts[bin] as number) + 1;
  }
  const highest = Math.max(...counts);
  return counts.map((number, bin) => {
    const from = (min + bin * width).toFixed(2).padStart(8);
    const to = (min + (bin + 1) * width).toFixed(2).padStart(8);
    return `${from} - ${to} | ${bar(number / highest, BAR_WIDTH)} ${number}`.replace("|  ", "| ");
  });
}

/** `share` (0..1) of `width` characters; at least one for what is not nothing. */
export function bar(share: number, width: number): string {
  return "#".repeat(share === 0 ? 0 : Math.max(1, Math.round(share * width)));
}
