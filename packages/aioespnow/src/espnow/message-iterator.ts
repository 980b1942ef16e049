const DONE = { done: true, value: undefined } as const;

/**
 * An async iterator over messages. Calls of `next` that overlap are served in turn. It ends for good when `take` says
 * so (undefined), when it fails, and when the consumer leaves its loop.
 */
export class MessageIterator<T> implements AsyncIterableIterator<T> {
  readonly #take: (signal: AbortSignal) => Promise<T | undefined>;
  readonly #signal: AbortSignal | undefined;
  readonly #waiting = new AbortController();
  readonly #onAbort = (): void => this.#waiting.abort(this.#signal?.reason);
  #listening = false;
  #ended = false;

  /**
   * `take` waits for the next message, and is to reject with the reason of the signal that it is given. An aborted
   * `signal` ends the iteration with its reason.
   */
  constructor(take: (signal: AbortSignal) => Promise<T | undefined>, signal?: AbortSignal) {
    this.#take = take;
    this.#signal = signal;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#ended) return DONE;
    this.#listen();
    try {
      const value = await this.#take(this.#waiting.signal);
      if (value !== undefined) return { done: false, value };
    } catch (error) {
      if (this.#ended) return DONE;
      this.#end();
      throw error;
    }
    this.#end();
    return DONE;
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#end();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Not before the first call: an iterator that is never used leaves nothing on the signal. */
  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    if (this.#signal?.aborted) this.#onAbort();
    else this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  #end(): void {
    this.#ended = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#waiting.abort();
  }
}
