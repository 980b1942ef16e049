import type { SendReport } from "../radio/radio.ts";

/** What was sent, and what became of it. */
export interface SendAccountState {
  readonly packets: number;
  readonly responses: number;
  readonly failures: number;
  /** Messages whose reports are to come. */
  readonly inFlight: number;
}

/** Counts what is sent and reported, and keeps the process alive while reports are to come. */
export class SendAccount {
  #packets = 0;
  #responses = 0;
  #failures = 0;
  #inFlight = 0;
  readonly #keepAlive: () => () => void;
  #release: () => void = () => undefined;

  constructor(keepAlive: () => () => void) {
    this.#keepAlive = keepAlive;
  }

  get packets(): number {
    return this.#packets;
  }

  get responses(): number {
    return this.#responses;
  }

  get failures(): number {
    return this.#failures;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Those of them whose reports will not count: they were sent before the others. */
  get forgotten(): number {
    return this.#inFlight - (this.#packets - this.#responses);
  }

  /** Counts `count` more messages that are on their way. */
  sent(count: number): void {
    if (this.#inFlight === 0) this.#release = this.#keepAlive();
    this.#inFlight += count;
    this.#packets += count;
  }

  /** A report came. `counts`: of a message that was not forgotten. */
  reported({ status }: SendReport, counts: boolean): void {
    if (--this.#inFlight === 0) this.#release();
    if (!counts) return;
    this.#responses++;
    if (status === "no-ack" || status === "failed") this.#failures++;
  }

  /** The reports of what is on its way will not count. */
  forget(): void {
    this.#packets = this.#responses;
  }

  save(): SendAccountState {
    return {
      packets: this.#packets,
      responses: this.#responses,
      failures: this.#failures,
      inFlight: this.#inFlight,
    };
  }

  load({ packets, responses, failures, inFlight }: SendAccountState): void {
    this.#release();
    this.#packets = packets;
    this.#responses = responses;
    this.#failures = failures;
    this.#inFlight = inFlight;
    if (inFlight > 0) this.#release = this.#keepAlive();
  }
}
