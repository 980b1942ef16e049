import { EspNowError } from "../errors.ts";
import { BoardLink, type BoardLinkOptions } from "../radio/board/board-link.ts";
import { BoardRadio } from "../radio/board/board-radio.ts";
import { boardLine } from "../radio/board/line/board-line.ts";
import type { BoardLine } from "../radio/board/line/board-port.ts";
import { abortable } from "../util/abortable.ts";
import type { Clock } from "../util/clock.ts";
import { systemClock } from "../util/system-clock.ts";
import type { Opening, RadioOpener } from "./opening.ts";
import { checkNames, oneOf, toNumber } from "./parameters.ts";

/** `board:PORT`: a board with MicroPython on a serial port or behind TCP. It has no phy: its firmware does the MAC. */
export const boardOpener: RadioOpener = {
  radio(address, parameters) {
    checkNames("board", parameters, ["baud", "reconnect"]);
    const baud = parameters.get("baud");
    const isBaud = (value: number): boolean => Number.isInteger(value) && value > 0;
    const speed = baud === null ? {} : { baud: toNumber("baud", baud, "a speed like 115200", isBaud) };
    const reconnect = oneOf("reconnect", parameters.get("reconnect"), ["0", "1"]) !== "0";
    return new BoardOpening(boardLine(address, speed), { reconnect });
  },
};

/** How to connect a board. */
export interface BoardOptions extends BoardLinkOptions {
  /** The clock of the radio. Default: the system's. */
  readonly clock?: Clock;
}

/** A board that is being connected. */
export class BoardOpening implements Opening {
  readonly #link: BoardLink;

  /** Connects to the board at the other end of `line`. Read what became of it with `ready` or `readySync`. */
  constructor(line: BoardLine, { clock = systemClock, ...options }: BoardOptions = {}) {
    this.#link = new BoardLink(line, clock, options);
  }

  /** @throws by rejection: EspNowError that says why there is no radio; then the line is closed again. */
  async ready(signal?: AbortSignal): Promise<BoardRadio> {
    const { clock } = this.#link;
    const release = clock.keepAlive();
    try {
      await abortable<void>(signal, (resolve) => {
        this.#link.whenSettled(() => {
          clock.delivered();
          resolve();
        });
        return () => undefined;
      });
    } catch (reason) {
      await this.#link.close();
      throw reason;
    } finally {
      release();
    }
    return this.#connected();
  }

  /** Blocks the thread. @throws EspNowError as `ready`, or `ENOTSUP` for a line that is deaf meanwhile. */
  readySync(): BoardRadio {
    const { clock, line } = this.#link;
    if (!line.blocks) {
      void this.#link.close();
      throw new EspNowError("ENOTSUP", `${line.name} is not heard while the thread blocks; use openRadio()`);
    }
    while (!this.#link.isUp && this.#link.down === undefined) clock.wait(clock.now() + 100);
    return this.#connected();
  }

  #connected(): BoardRadio {
    const { hello, down } = this.#link;
    if (down !== undefined) throw down;
    if (hello === undefined) throw new EspNowError("ERR_RADIO_PROTOCOL", `${this.#link.line.name}: no hello`);
    return new BoardRadio(this.#link, hello);
  }
}

/**
 * Connects a board with MicroPython over a line of one's own: a port of the Web Serial API, a stream, a socket.
 * @throws by rejection: EspNowError `ERR_RADIO_DOWN` for a line that cannot be opened, `ERR_RADIO_PROTOCOL` where no
 *   MicroPython answers, `ENOTSUP` where it has no espnow; within ten seconds after the line was
 *   opened, which may take eight.
 * @example
 * import { WLAN } from "aioespnow";
 * import { boardLine, connectBoard } from "aioespnow/board";
 *
 * await using radio = await connectBoard(boardLine("/dev/ttyUSB0"));
 * new WLAN(WLAN.IF_STA, radio).active(true);
 * console.log(radio.identity, await radio.stats());
 */
export function connectBoard(line: BoardLine, options: BoardOptions = {}): Promise<BoardRadio> {
  return new BoardOpening(line, options).ready();
}
