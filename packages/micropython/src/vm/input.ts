import type { VmChannel } from "./vm-channel.ts";

/** What the host typed, until the program reads it. */
export class Input {
  readonly #channel: VmChannel;
  readonly #receive: () => Uint8Array | undefined;
  #piece: Uint8Array = new Uint8Array(0);

  /** `receive` gives the next piece that the host sent, without waiting. */
  constructor(channel: VmChannel, receive: () => Uint8Array | undefined) {
    this.#channel = channel;
    this.#receive = receive;
  }

  /** What was typed at a program is not for the next. */
  clear(): void {
    this.#piece = new Uint8Array(0);
  }

  /** Up to `length` bytes; none where nothing was typed. */
  take(length: number): Uint8Array {
    if (this.#piece.length === 0) this.#piece = this.#receive() ?? this.#piece;
    const taken = this.#piece.subarray(0, length);
    this.#piece = this.#piece.subarray(taken.length);
    this.#channel.control.addInput(-taken.length);
    return taken;
  }
}
