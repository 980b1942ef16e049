import { EspNowError } from "./errors.ts";
import { BoardLink, type BoardLinkOptions } from "./radio/board/board-link.ts";
import type { BoardLine } from "./radio/board/board-port.ts";
import { BoardRadio } from "./radio/board/board-radio.ts";
import type { Clock } from "./util/clock.ts";
import { systemClock } from "./util/system-clock.ts";

export { AGENT } from "./radio/board/agent.ts";
export type { BoardLinkOptions, LinkCounters } from "./radio/board/board-link.ts";
export type { BoardLine, BoardPort } from "./radio/board/board-port.ts";
export type { BoardStats } from "./radio/board/board-protocol.ts";
export { BoardRadio } from "./radio/board/board-radio.ts";
export type { BoardIdentity } from "./radio/board/connecting.ts";

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
