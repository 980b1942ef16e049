import { EspNowError } from "#lib/errors.ts";
import { RequestType } from "#lib/radio/board/board-protocol.ts";
import { decodeRequestFrame, type LineFrame } from "#lib/radio/board/framing.ts";
import type { BoardLine, BoardPort } from "#lib/radio/board/line/board-port.ts";
import type { Clock } from "#lib/util/clock.ts";

/** Whatever hangs on a line. */
export interface Talker {
  hear(bytes: Uint8Array): void;
  onOutput: (bytes: Uint8Array) => void;
}

/** What a line does to a piece of what is said over it; "up" is to the board. Returns the pieces that arrive. */
export type LineFault = (bytes: Uint8Array, direction: "up" | "down") => readonly Uint8Array[];

export interface LineOptions {
  readonly latencyMs?: number;
  readonly fault?: LineFault;
}

/** A line in the hands of a test: it disturbs what is said over it, and knows what the board was asked for. */
export class TestLine implements BoardLine {
  readonly name = "line";
  readonly blocks = true;
  /** Whether the board is plugged in. */
  plugged = true;
  fault: LineFault | undefined;
  /** How much longer than others a piece takes, in ms; those behind it wait. */
  delay: (direction: "up" | "down") => number = () => 0;
  /** What the board was asked for, as it was sent; without signs of life. */
  readonly requests: LineFrame[] = [];
  readonly #sent: number[] = [];
  #port: TestPort | undefined;
  #board: Talker | undefined;
  readonly #clock: Clock;
  readonly #latencyMs: number;
  readonly #lastAt = { up: 0, down: 0 };

  constructor(board: Talker, clock: Clock, { latencyMs = 0.1, fault }: LineOptions = {}) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
    this.fault = fault;
    this.attach(board);
  }

  /** From now on it is this one that hangs on it. */
  attach(board: Talker): void {
    this.#board = board;
    board.onOutput = (bytes) => {
      if (board === this.#board) this.#carry(bytes, "down", (part) => this.#port?.onData?.(part));
    };
  }

  open(): BoardPort {
    const port = new TestPort((bytes) => {
      this.#note(bytes);
      this.#carry(bytes, "up", (part) => this.#board?.hear(part));
    });
    this.#port = port;
    if (this.plugged) this.#clock.schedule(this.#clock.now(), () => port.onOpen?.());
    else this.#lose(port, "there is no such port");
    return port;
  }

  unplug(): void {
    this.plugged = false;
    if (this.#port !== undefined) this.#lose(this.#port, "the device was unplugged");
  }

  #lose(port: TestPort, reason: string): void {
    this.#port = undefined;
    this.#clock.schedule(this.#clock.now(), () => port.onClose?.(new EspNowError("ERR_RADIO_DOWN", reason)));
  }

  #note(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte !== 0) this.#sent.push(byte);
      else {
        const frame = decodeRequestFrame(Uint8Array.from(this.#sent.splice(0)));
        if (frame !== undefined && frame.type !== RequestType.alive) this.requests.push(frame);
      }
    }
  }

  #carry(bytes: Uint8Array, direction: "up" | "down", deliver: (part: Uint8Array) => void): void {
    const { plugged } = this;
    for (const part of this.fault?.(bytes.slice(), direction) ?? [bytes.slice()]) {
      const at = Math.max(this.#clock.now() + this.#latencyMs + this.delay(direction), this.#lastAt[direction]);
      this.#lastAt[direction] = at;
      this.#clock.schedule(at, () => {
        if (plugged && this.plugged) deliver(part);
      });
    }
  }
}

class TestPort implements BoardPort {
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onClose: ((error: EspNowError) => void) | undefined;
  onWritten: ((length: number) => void) | undefined;
  readonly write: (bytes: Uint8Array) => void;

  constructor(write: (bytes: Uint8Array) => void) {
    this.write = write;
  }

  async close(): Promise<void> {
    this.onOpen = undefined;
    this.onData = undefined;
    this.onClose = undefined;
  }
}
