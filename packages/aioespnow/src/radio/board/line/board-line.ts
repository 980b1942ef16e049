import { checkInteger } from "../../../util/check.ts";
import type { BoardLine } from "./board-port.ts";
import { threadLine } from "./thread-line.ts";

/** What MicroPython's UART has unless it was told otherwise. */
const DEFAULT_BAUD = 115_200;
const MAX_BAUD = 4_000_000;
const TCP = /^tcp:\/\/(?:\[([^\]]+)\]|([^:]+)):(\d+)$/;

/**
 * The line to the board at a serial port (`/dev/ttyUSB0`, `COM3`; empty: the only one there is), or behind a TCP server of
 * raw bytes (`tcp://host:port`, as ser2net has them), in a thread of its own.
 * @throws RangeError for an address that cannot be one; EspNowError `ENOTSUP` where there are no threads.
 */
export function boardLine(address: string, { baud = DEFAULT_BAUD }: { readonly baud?: number } = {}): BoardLine {
  checkInteger(baud, "baud", 300, MAX_BAUD);
  const [, literal, name, digits] = TCP.exec(address) ?? [];
  const host = literal ?? name;
  if (host === undefined) {
    if (address.startsWith("tcp:")) throw new RangeError(`a board behind TCP is tcp://HOST:PORT, not ${address}`);
    return threadLine(address || "board", { path: address, baud });
  }
  return threadLine(address, { host, port: checkInteger(Number(digits), "port", 1, 65_535) });
}
