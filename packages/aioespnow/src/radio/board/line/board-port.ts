// radio/board/line: Lines of bytes to a board: a serial port, a socket, Web Serial. Everything written is written in
// order or the line ends. It knows nothing of what the bytes mean.

import type { EspNowError } from "../../../errors.ts";

/**
 * A line of bytes to a board: a serial port, a socket, a port of the Web Serial API. None of its callbacks is called from
 * inside a call.
 */
export interface BoardPort {
  /** The line is open. Called once, if it ever is. */
  onOpen: (() => void) | undefined;
  /** Called with what came; the bytes are the listener's. */
  onData: ((bytes: Uint8Array) => void) | undefined;
  /** The line is gone, or could not be opened, and why. Called once; not after `close`. */
  onClose: ((error: EspNowError) => void) | undefined;
  /** What is written before the line is open goes out when it is. */
  write(bytes: Uint8Array): void;
  /**
   * Called when the line has taken this many more of the bytes that were written: a writer of much data waits for it. The last
   * 4 KiB may not be told.
   */
  onWritten: ((length: number) => void) | undefined;
  /**
   * For a port in a thread of its own: from now on it writes these bytes itself when nothing else was written for a second,
   * so that a board knows that its computer is there while the program computes. undefined: no more.
   */
  keepAlive?(bytes: Uint8Array | undefined): void;
  /** More calls do nothing. */
  close(): Promise<void>;
}

/** A line that need not be read. */
export interface PausablePort extends BoardPort {
  /** Nothing more is read, until `resume`: what comes waits in the system, and then in the board. */
  pause(): void;
  /** What waits comes, and all that follows. */
  resume(): void;
}

/** A way to reach a board, which can be opened again after the line was lost. */
export interface BoardLine {
  /** As it is called in messages: `/dev/ttyUSB0`. */
  readonly name: string;
  /** Whether what comes over it is delivered while this thread blocks. */
  readonly blocks: boolean;
  /** Opens the line; each call gives a new port. */
  open(): BoardPort;
}
