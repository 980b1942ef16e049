/** What an event is about. The number of a transmission or of a station goes with it. */
export const EventKind = {
  transmissionEnd: 0,
  softwareDone: 1,
  ackTimeout: 2,
  wakeChange: 3,
  notify: 4,
  ackStart: 5,
} as const;

export type EventKind = (typeof EventKind)[keyof typeof EventKind];

/**
 * The events of one instant run in this order: what ends, then timers and requests, then what begins. So a frame that
 * begins as another ends finds the medium idle, and all that begin in one microsecond collide.
 */
const PHASE_OF_KIND: readonly number[] = [0, 1, 1, 1, 1, 2];
const PHASE_SPAN = 2 ** 50;

/** The phase in which transmissions begin. */
export const START_PHASE = 2;

/** The events of a queue, as they lie in its heap. */
export interface EventQueueState {
  readonly times: readonly number[];
  readonly ranks: readonly number[];
  readonly kinds: readonly number[];
  readonly subjects: readonly number[];
  readonly arrivals: number;
}

/** Events by time, phase and order of arrival: a binary heap in typed arrays. Times are whole microseconds. */
export class EventQueue {
  #times = new Float64Array(256);
  /** Phase and arrival in one number. */
  #ranks = new Float64Array(256);
  #kinds = new Uint8Array(256);
  #subjects = new Int32Array(256);
  #size = 0;
  #arrivals = 0;

  /** Infinity if there is none. */
  get nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  get nextPhase(): number {
    return PHASE_OF_KIND[this.#kinds[0] as number] as number;
  }

  get nextKind(): EventKind {
    return this.#kinds[0] as EventKind;
  }

  get nextSubject(): number {
    return this.#subjects[0] as number;
  }

  add(timeUs: number, kind: EventKind, subject: number): void {
    if (this.#size === this.#times.length) this.#grow(2 * this.#size);
    const rank = (PHASE_OF_KIND[kind] as number) * PHASE_SPAN + this.#arrivals++;
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#isAfter(parent, timeUs, rank)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, timeUs, rank, kind, subject);
  }

  /** Takes the next event out. There must be one. */
  drop(): void {
    const last = --this.#size;
    const time = this.#times[last] as number;
    const rank = this.#ranks[last] as number;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      if (
        child + 1 < last &&
        this.#isAfter(child, this.#times[child + 1] as number, this.#ranks[child + 1] as number)
      ) {
        child++;
      }
      if (this.#isAfter(child, time, rank)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#put(hole, time, rank, this.#kinds[last] as number, this.#subjects[last] as number);
  }

  save(): EventQueueState {
    const part = (array: ArrayLike<number>): number[] => Array.prototype.slice.call(array, 0, this.#size);
    return {
      times: part(this.#times),
      ranks: part(this.#ranks),
      kinds: part(this.#kinds),
      subjects: part(this.#subjects),
      arrivals: this.#arrivals,
    };
  }

  load({ times, ranks, kinds, subjects, arrivals }: EventQueueState): void {
    this.#size = times.length;
    while (this.#times.length < this.#size) this.#grow(2 * this.#times.length);
    this.#times.set(times);
    this.#ranks.set(ranks);
    this.#kinds.set(kinds);
    this.#subjects.set(subjects);
    this.#arrivals = arrivals;
  }

  #isAfter(index: number, time: number, rank: number): boolean {
    const other = this.#times[index] as number;
    return other > time || (other === time && (this.#ranks[index] as number) > rank);
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] as number;
    this.#ranks[to] = this.#ranks[from] as number;
    this.#kinds[to] = this.#kinds[from] as number;
    this.#subjects[to] = this.#subjects[from] as number;
  }

  #put(index: number, time: number, rank: number, kind: number, subject: number): void {
    this.#times[index] = time;
    this.#ranks[index] = rank;
    this.#kinds[index] = kind;
    this.#subjects[index] = subject;
  }

  #grow(capacity: number): void {
    const times = new Float64Array(capacity);
    const ranks = new Float64Array(capacity);
    const kinds = new Uint8Array(capacity);
    const subjects = new Int32Array(capacity);
    times.set(this.#times);
    ranks.set(this.#ranks);
    kinds.set(this.#kinds);
    subjects.set(this.#subjects);
    this.#times = times;
    this.#ranks = ranks;
    this.#kinds = kinds;
    this.#subjects = subjects;
  }
}
