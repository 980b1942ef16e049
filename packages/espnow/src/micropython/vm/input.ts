import type { ControlBlock } from "../control-block.ts";

/** What the host typed, until the program reads it. */
export class Input {
  readonly #control: ControlBlock;
  readonly #receive: () => Uint8Array | undefined;
  #piece: Uint8Array = new Uint8Array(0);

  /** `receive` gives the next piece that the host sent, without waiting. */
  constructor(control: ControlBlock, receive: () => Uint8Array | undefined) {
    this.#control = control;
    this.#receive = receive;
  }

  /** Up to `length` bytes; none where nothing was typed. */
  take(length: number): Uint8Array {
    if (this.#piece.length === 0) this.#piece = this.#receive() ?? this.#piece;
    const taken = this.#piece.subarray(0, length);
    this.#piece = this.#piece.subarray(taken.length);
    this.#control.addInput(-taken.length);
    return taken;
  }
}
