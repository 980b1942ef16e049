import { EspNowError } from "./errors.ts";
import { BoardLink, type BoardLinkOptions } from "./radio/board/board-link.ts";
import { BoardRadio } from "./radio/board/board-radio.ts";
import type { BoardLine } from "./radio/board/line/board-port.ts";
import { threadLine } from "./radio/board/line/thread-line.ts";
import type { BoardIdentity } from "./radio/board/repl/connecting.ts";
import { type Dialogue, DialogueRunner, type Speaker } from "./radio/board/repl/dialogue.ts";
import { askIdentity, installAgent, removeAgent } from "./radio/board/repl/installation.ts";
import { checkInteger } from "./util/bytes.ts";
import type { Clock } from "./util/clock.ts";
import { systemClock } from "./util/system-clock.ts";

export { AGENT } from "./radio/board/agent.ts";
export type { BoardLinkOptions, LinkCounters } from "./radio/board/board-link.ts";
export { type BoardStats, NoticeType, RequestType } from "./radio/board/board-protocol.ts";
export { BoardRadio } from "./radio/board/board-radio.ts";
export { encodeLineFrame, type LineFrame, LineReader } from "./radio/board/framing.ts";
export type { BoardLine, BoardPort } from "./radio/board/line/board-port.ts";
export { type DuplexStream, duplexLine } from "./radio/board/line/duplex-port.ts";
export { type SerialPortInfo, serialPorts } from "./radio/board/line/serial-ports.ts";
export { type WebSerialPort, webSerialLine } from "./radio/board/line/web-serial.ts";
export type { BoardIdentity } from "./radio/board/repl/connecting.ts";

export interface BoardOptions extends BoardLinkOptions {
  readonly clock?: Clock;
}

/** A board that is being connected. */
export class BoardOpening {
  readonly #link: BoardLink;

  constructor(line: BoardLine, { clock = systemClock, ...options }: BoardOptions = {}) {
    this.#link = new BoardLink(line, clock, options);
  }

  /** @throws by rejection: EspNowError that says why there is no radio; then the line is closed again. */
  async connected(): Promise<BoardRadio> {
    const { clock } = this.#link;
    const release = clock.keepAlive();
    await new Promise<void>((resolve) => {
      this.#link.whenSettled(() => {
        clock.delivered();
        resolve();
      });
    });
    release();
    return this.#radio();
  }

  /** Blocks the thread. @throws EspNowError as `connected`, or `ENOTSUP` for a line that is deaf meanwhile. */
  waitUntilConnected(): BoardRadio {
    const { clock, line } = this.#link;
    if (!line.blocks) {
      void this.#link.close();
      throw new EspNowError("ENOTSUP", `${line.name} is not heard while the thread blocks; use openRadio()`);
    }
    while (!this.#link.isUp && this.#link.down === undefined) clock.wait(clock.now() + 100);
    return this.#radio();
  }

  #radio(): BoardRadio {
    const { hello, down } = this.#link;
    if (down !== undefined) throw down;
    if (hello === undefined) throw new EspNowError("ERR_RADIO_PROTOCOL", `${this.#link.line.name}: no hello`);
    return new BoardRadio(this.#link, hello);
  }
}

/**
 * Connects a board with MicroPython over a line of one's own: a port of the Web Serial API, a stream, a socket.
 * @throws by rejection: EspNowError `ERR_RADIO_DOWN` for a line that cannot be opened, `ERR_RADIO_PROTOCOL` where no
 *   MicroPython answers, `ENOTSUP` where it has no espnow; within ten seconds.
 */
export function connectBoard(line: BoardLine, options: BoardOptions = {}): Promise<BoardRadio> {
  return new BoardOpening(line, options).connected();
}

/** What MicroPython's UART has unless it was told otherwise. */
const DEFAULT_BAUD = 115_200;
const MAX_BAUD = 4_000_000;
const TCP = /^tcp:\/\/(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

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

/** Asks the board on a line what it is: its program is interrupted. @throws by rejection: as `connectBoard`. */
export function identifyBoard(line: BoardLine): Promise<BoardIdentity> {
  return converse(line, askIdentity);
}

/**
 * Writes the agent onto the board, as the main.py that runs whenever the board does.
 * @throws by rejection: as `connectBoard`; EspNowError `ERR_RADIO_PROTOCOL` for a main.py of another program, unless `force`.
 */
export function installAgentOn(
  line: BoardLine,
  { force = false }: { readonly force?: boolean } = {},
): Promise<BoardIdentity> {
  return converse(line, (name, board) => installAgent(name, board, force));
}

/** Removes it again. @throws by rejection: as `connectBoard`; EspNowError `ERR_RADIO_PROTOCOL` where it is not there. */
export function removeAgentFrom(line: BoardLine): Promise<BoardIdentity> {
  return converse(line, removeAgent);
}

/** Leads a dialogue over a line of its own. */
async function converse<T>(line: BoardLine, dialogue: (name: string, board: Speaker) => Dialogue<T>): Promise<T> {
  const port = line.open();
  const release = systemClock.keepAlive();
  const result = await new Promise<T | EspNowError>((resolve) => {
    new DialogueRunner(port, systemClock, (board) => dialogue(line.name, board), resolve);
  });
  await port.close();
  release();
  if (result instanceof EspNowError) throw result;
  return result;
}
