const CAPACITY = 1024;

/** What is in the FIFO, and what was read from it last. */
export interface Mpu6050FifoState {
  readonly bytes: readonly number[];
  readonly last: number;
}

/** The FIFO of an MPU6050: 1024 bytes, of which the oldest go when it is full (RM-MPU-6000A, 4.31). */
export class Mpu6050Fifo {
  #bytes: number[] = [];
  #last = 0;

  /** How many bytes are in it. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Puts a sample in, `count` times. Returns whether there was room for all. */
  push(sample: Uint8Array, count = 1): boolean {
    const fitting = Math.min(count, sample.length === 0 ? 0 : Math.ceil(CAPACITY / sample.length));
    for (let i = 0; i < fitting; i++) this.#bytes.push(...sample);
    const isFull = this.#bytes.length + (count - fitting) * sample.length > CAPACITY;
    this.#bytes.splice(0, this.#bytes.length - CAPACITY);
    return !isFull;
  }

  /** Takes the oldest byte; empty, it gives the last one again. */
  shift(): number {
    this.#last = this.#bytes.shift() ?? this.#last;
    return this.#last;
  }

  /** Empties it. */
  clear(): void {
    this.#bytes = [];
  }

  save(): Mpu6050FifoState {
    return { bytes: [...this.#bytes], last: this.#last };
  }

  load({ bytes, last }: Mpu6050FifoState): void {
    this.#bytes = [...bytes];
    this.#last = last;
  }
}
