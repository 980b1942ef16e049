import type { EspNowErrorCode } from "../../../errors.ts";

/** Where a line leads: a serial port, or a socket. */
export type LineAddress =
  | { readonly path: string; readonly baud: number }
  | { readonly host: string; readonly port: number };

/**
 * From the program to the thread that has the line: bytes for the board, what keeps it alive, and how many bytes of the
 * board the program has taken.
 */
export type LineOrder =
  | { readonly type: "write"; readonly bytes: Uint8Array }
  | { readonly type: "keep-alive"; readonly bytes: Uint8Array | undefined }
  | { readonly type: "taken"; readonly length: number }
  | { readonly type: "close" };

/** From the thread: bytes of the board, how many bytes the line has taken, and the end. `closed` is the last. */
export type LineNews =
  | { readonly type: "open" }
  | { readonly type: "data"; readonly bytes: Uint8Array }
  | { readonly type: "written"; readonly length: number }
  | { readonly type: "lost"; readonly code: EspNowErrorCode; readonly reason: string }
  | { readonly type: "closed" };

/** Bytes of a board that may be on their way to the program. Then the line is not read until half of them were taken. */
export const MAX_UNTAKEN: number = 256 * 1024;

/** What the process that has a serial port says, on its error output, when the port is open. */
export const OPENED = "open\n";

/** What it says there at its end, as JSON: why. */
export interface SerialEnd {
  readonly code: EspNowErrorCode;
  readonly reason: string;
}
