/** Something that is not known yet and will be, once and for all. Unlike a promise it tells at once, inside a blocking wait too. */
export class Settling {
  readonly #waiting: (() => void)[] = [];
  #isSettled = false;

  /** Whether it is known. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** It is known now. More calls do nothing. */
  settle(): void {
    this.#isSettled = true;
    for (const tell of this.#waiting.splice(0)) tell();
  }

  /** Calls `callback` once it is known; at once if it is already. */
  whenSettled(callback: () => void): void {
    if (this.#isSettled) callback();
    else this.#waiting.push(callback);
  }
}
