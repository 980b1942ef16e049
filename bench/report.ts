/** One printed figure of a bench. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What is asked of it: `">= 10 M/s"`. Left out where there is no limit. */
  readonly target?: string;
  /** What it is compared with, or how to read it. */
  readonly note?: string;
}

/** A bench yields its figures one by one, so that long ones show progress. `smoke`: as short as makes sense. */
export type Bench = (smoke: boolean) => AsyncIterable<Figure>;

/** Seconds that `work` took. */
export function seconds(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

/** Seconds of a processor that this process has had: what others do on the machine changes them little. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** The median of the rates (operations per second) of several timed batches, after one that is not counted. */
export function rate(operations: number, batch: () => void, batches = 21): number {
  batch();
  const rates = Array.from({ length: batches }, () => operations / seconds(batch));
  return rates.sort((a, b) => a - b)[batches >> 1] as number;
}

/** The median of the times, in milliseconds of `now`, that `work` takes again and again. */
export async function median(
  times: number,
  work: () => Promise<void> | void,
  now: () => number = () => performance.now(),
): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const begin = now();
    await work();
    taken.push(now() - begin);
  }
  return taken.sort((a, b) => a - b)[times >> 1] as number;
}
