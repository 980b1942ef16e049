import type { Readable } from "node:stream";
import type { BoardLine } from "aioespnow/board";
import type { Output } from "../output/output.ts";

/** Ctrl-], as in telnet and miniterm. */
const LEAVE = 0x1d;
/** What a board says to the last of what came from a pipe is waited for so long. */
const ANSWER_MS = 500;
/** A terminal that hands on every key, Ctrl-C too. */
type Keyboard = Readable & { setRawMode?: (raw: boolean) => unknown };

/**
 * Types what `input` has at a board, and prints what it says, until Ctrl-], the end of the input, or of the line.
 * @throws by rejection: EspNowError where the line cannot be opened, or ends.
 */
export async function typeAt(line: BoardLine, input: Keyboard, output: Output, signal: AbortSignal): Promise<void> {
  const port = line.open();
  input.setRawMode?.(true);
  try {
    await new Promise<void>((resolve, reject) => {
      port.onData = (bytes) => output.write(bytes);
      port.onClose = reject;
      signal.addEventListener("abort", () => resolve(), { once: true });
      input.on("end", () => setTimeout(resolve, ANSWER_MS));
      input.on("data", (keys: Uint8Array) => {
        if (keys.includes(LEAVE)) resolve();
        else port.write(new Uint8Array(keys));
      });
    });
  } finally {
    input.setRawMode?.(false);
    input.pause();
    await port.close();
  }
}
