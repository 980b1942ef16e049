import type { Readable } from "node:stream";
import type { BoardLine, BoardPort } from "aioespnow/board";
import { systemClock } from "aioespnow/sim";
import type { Output } from "../output/output.ts";

/** Ctrl-], as in telnet and miniterm. */
const LEAVE = 0x1d;
/** How long to wait for the answer to the end of a pipe, in milliseconds. */
const ANSWER_MS = 500;
/** A terminal that hands on every key, Ctrl-C too. */
type Keyboard = Readable & { setRawMode?: (raw: boolean) => unknown };

/** Bytes that may wait for a slow line. Then the keyboard waits. */
const MAX_WAITING = 64 * 1024;

/**
 * Types what `input` has at a board, and prints what it says, until Ctrl-], the end of the input, or of the line.
 * @throws by rejection: EspNowError where the line cannot be opened, or ends.
 */
export async function typeAt(line: BoardLine, input: Keyboard, output: Output, signal: AbortSignal): Promise<void> {
  const port = line.open();
  const release = systemClock.keepAlive(); // a keyboard that waits does not
  input.setRawMode?.(true);
  let leave: () => void = () => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      leave = resolve;
      port.onData = (bytes) => output.write(bytes);
      port.onClose = reject;
      signal.addEventListener("abort", leave, { once: true });
      if (signal.aborted) leave();
      input.on("end", () => setTimeout(leave, ANSWER_MS));
      type(port, input, leave);
    });
  } finally {
    signal.removeEventListener("abort", leave);
    input.setRawMode?.(false);
    input.pause();
    await port.close();
    release();
  }
}

function type(port: BoardPort, input: Keyboard, leave: () => void): void {
  let waiting = 0;
  input.on("data", (keys: Uint8Array) => {
    if (keys.includes(LEAVE)) leave();
    else {
      waiting += keys.length;
      if (waiting > MAX_WAITING) input.pause();
      port.write(new Uint8Array(keys));
    }
  });
  port.onWritten = (length) => {
    waiting -= length;
    if (waiting <= MAX_WAITING) input.resume();
  };
}
