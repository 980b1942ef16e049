import type { MacAddress } from "../../codec/mac-address.ts";

/** How many stations are remembered at least, those that were heard last. At most it is twice this many. */
const GENERATION = 512;

/** What is remembered of each station, by generation. */
export interface DuplicateFilterState {
  readonly recent: readonly (readonly [source: MacAddress, random: number])[];
  readonly former: readonly (readonly [source: MacAddress, random: number])[];
}

interface Memory {
  /** Of the last frame that was accepted from a station. */
  random: number;
}

/**
 * The rule against retransmissions that were heard already (docs/protocol.md 1.4): a frame is a duplicate if its Retry
 * bit is set and its random value is that of the frame accepted before it. A device remembers one value for all stations,
 * so that any frame in between makes a retransmission arrive twice. Here each station has its own, and only accepted
 * frames change it: nobody can change what is remembered of a station without speaking in its name.
 */
export class DuplicateFilter {
  /** Stations heard since the last change of generations, and those of the generation before. */
  #recent = new Map<MacAddress, Memory>();
  #former = new Map<MacAddress, Memory>();

  /** How many stations are remembered. */
  get size(): number {
    return this.#recent.size + this.#former.size;
  }

  save(): DuplicateFilterState {
    return { recent: entriesOf(this.#recent), former: entriesOf(this.#former) };
  }

  load({ recent, former }: DuplicateFilterState): void {
    this.#recent = memoryOf(recent);
    this.#former = memoryOf(former);
  }

  /** Whether a frame with the Retry bit repeats the last one that was accepted from its source. */
  repeats(source: MacAddress, random: number): boolean {
    return (this.#recent.get(source) ?? this.#former.get(source))?.random === random;
  }

  /** The frame is handed out: its retransmissions are duplicates from now on. */
  accept(source: MacAddress, random: number): void {
    const known = this.#recent.get(source);
    if (known !== undefined) {
      known.random = random;
      return;
    }
    this.#recent.set(source, { random });
    if (this.#recent.size < GENERATION) return;
    this.#former = this.#recent;
    this.#recent = new Map();
  }
}

type Entries = DuplicateFilterState["recent"];

function entriesOf(memory: ReadonlyMap<MacAddress, Memory>): Entries {
  return [...memory].map(([source, { random }]) => [source, random]);
}

function memoryOf(entries: Entries): Map<MacAddress, Memory> {
  return new Map(entries.map(([source, random]) => [source, { random }]));
}
