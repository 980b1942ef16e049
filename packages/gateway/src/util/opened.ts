/** What was opened, to be closed in the opposite order. (Node has an `AsyncDisposableStack` from 24 on.) */
export class Opened implements AsyncDisposable {
  readonly #close: (() => void | Promise<void>)[] = [];

  use<T extends AsyncDisposable>(opened: T): T {
    this.#close.push(() => opened[Symbol.asyncDispose]() as Promise<void>);
    return opened;
  }

  defer(close: () => void): void {
    this.#close.push(close);
  }

  /** Closes all, once. What one of them throws does not keep the others open; the first is thrown. */
  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.#close.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
