import type { MacAddress } from "../../codec/mac-address.ts";
import { EspNowError } from "../../errors.ts";
import type { Clock } from "../../util/clock.ts";
import { Settling } from "../../util/settling.ts";
import {
  BOARD_PROTOCOL_VERSION,
  type BoardMessage,
  type Hello,
  LEAVE,
  type Reply,
  type Request,
} from "./board-protocol.ts";
import type { BoardLine, BoardPort } from "./line/board-port.ts";
import { type BoardIdentity, connectBoard } from "./repl/connecting.ts";
import { DialogueRunner } from "./repl/dialogue.ts";
import { BoardSession, type LineCounters } from "./session.ts";

/** The interval at which a lost board is looked for. */
const RETRY_MS = 500;
/** How long a board has to say goodbye when its radio is closed. */
const FAREWELL_MS = 500;

/** What happens when a board is lost. */
export interface BoardLinkOptions {
  /** Whether a lost board is looked for (default). If not, the radio ends with the line. */
  readonly reconnect?: boolean;
}

/** The user of a link: called with what happens on it. */
export interface BoardLinkListener {
  /** The board is there again. It has lost all its settings. */
  onUp(): void;
  /** The board is lost and looked for. Called again whenever the reason changes why it is not found. */
  onDown(error: EspNowError): void;
  /** The board is lost for good. */
  onLost(error: EspNowError): void;
  /** Valid only during the call. */
  onMessage(message: BoardMessage): void;
}

/** What happened since the link was made, counted. */
export interface LinkCounters extends LineCounters {
  /** How many times the agent was sent to the board. */
  connections: number;
}

/** The link to one board: opens the line, sends the agent, and does so again after the board was lost. */
export class BoardLink {
  readonly line: BoardLine;
  readonly clock: Clock;
  listener: BoardLinkListener | undefined;
  /** Called with what the board prints: boot messages, tracebacks. */
  onText: ((text: string) => void) | undefined;
  readonly #reconnect: boolean;
  readonly #settling = new Settling();
  #identity: BoardIdentity | undefined;
  #hello: Hello | undefined;
  #port: BoardPort | undefined;
  #runner: DialogueRunner<BoardIdentity | undefined> | undefined;
  #session: BoardSession | undefined;
  #isUp = false;
  #down: EspNowError | undefined;
  #closed = false;
  #onFarewell: (() => void) | undefined;
  #cancelRetry: () => void = () => undefined;
  readonly #counters: LinkCounters = { malformed: 0, tooLong: 0, repeated: 0, lost: 0, connections: 0 };

  constructor(line: BoardLine, clock: Clock, { reconnect = true }: BoardLinkOptions = {}) {
    this.line = line;
    this.clock = clock;
    this.#reconnect = reconnect;
    this.#open();
  }

  /** What MicroPython said about itself before it got the agent; undefined if the board needed no agent. */
  get identity(): BoardIdentity | undefined {
    return this.#identity;
  }

  get hello(): Hello | undefined {
    return this.#hello;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Why there is no board at the moment; undefined if there is one, or if that is not known yet. */
  get down(): EspNowError | undefined {
    return this.#down;
  }

  /** Calls `callback` once it is known whether there is a board. */
  whenSettled(callback: () => void): void {
    this.#settling.whenSettled(callback);
  }

  get counters(): LinkCounters {
    return add(this.#counters, this.#session?.counters);
  }

  /** Sends a request; only while the link is up. `done` gets undefined if the board is lost before it replies. */
  request(request: Request, done: (reply: Reply | undefined) => void): void {
    this.#session?.request(request, done);
  }

  /** The board returns to its REPL. More calls do nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelRetry();
    this.#runner?.abandon();
    if (this.#isUp) await this.#sayFarewell();
    const port = this.#port;
    this.#port = undefined;
    await port?.close();
  }

  #sayFarewell(): Promise<void> {
    const release = this.clock.keepAlive();
    return new Promise((resolve) => {
      const cancel = this.clock.schedule(this.clock.now() + FAREWELL_MS, () => this.#onFarewell?.());
      this.#onFarewell = () => {
        cancel();
        release();
        this.#onFarewell = undefined;
        this.#session?.end(new EspNowError("ERR_RADIO_CLOSED", "the radio was closed"));
        this.clock.delivered();
        resolve();
      };
      this.request(LEAVE, () => undefined);
    });
  }

  #open(): void {
    const port = this.line.open();
    this.#port = port;
    this.#runner = new DialogueRunner(
      port,
      this.clock,
      (speaker) => connectBoard(this.line.name, speaker),
      (result) => {
        if (result instanceof EspNowError) this.#lose(result);
        else this.#begin(port, result);
      },
    );
  }

  /** The agent was started. */
  #begin(port: BoardPort, identity: BoardIdentity | undefined): void {
    const unread = this.#runner?.unread ?? "";
    this.#runner = undefined;
    const session = new BoardSession(port, this.clock, {
      onHello: (hello) => this.#onHello(hello, identity),
      onMessage: (message) => this.listener?.onMessage(message),
      onText: (text) => this.onText?.(text),
      onEnd: (error) => this.#onEnd(error),
    });
    this.#session = session;
    session.hear(Uint8Array.from(unread, (character) => character.charCodeAt(0)));
  }

  #onHello(hello: Hello, identity: BoardIdentity | undefined): void {
    const fault = this.#objection(hello);
    if (fault !== undefined) {
      this.#session?.end(fault);
      return;
    }
    this.#hello ??= hello;
    this.#identity ??= identity;
    this.#counters.connections++;
    this.#isUp = true;
    this.#down = undefined;
    this.#settling.settle();
    this.listener?.onUp();
  }

  /** Why a board that says this cannot be used; undefined if it can. */
  #objection({ version, station }: Hello): EspNowError | undefined {
    const { name } = this.line;
    if (version !== BOARD_PROTOCOL_VERSION) {
      const reason = `${name}: the agent on the board speaks version ${version} of the protocol`;
      return new EspNowError("ERR_RADIO_PROTOCOL", `${reason}, not ${BOARD_PROTOCOL_VERSION}`);
    }
    const known: MacAddress | undefined = this.#hello?.station;
    if (known === undefined || station === known) return undefined;
    return new EspNowError("ERR_RADIO_DOWN", `${name}: there is another board now: ${station}, not ${known}`);
  }

  #onEnd(error: EspNowError): void {
    const session = this.#session;
    this.#session = undefined;
    Object.assign(this.#counters, add(this.#counters, session?.counters));
    if (this.#closed) this.#onFarewell?.();
    else this.#lose(error);
  }

  /** The board, or the agent on it, is gone. Looks for it again, unless it was never there. */
  #lose(error: EspNowError): void {
    const isNews = this.#down?.message !== error.message;
    const isFirst = this.#hello === undefined;
    this.#isUp = false;
    this.#down = error;
    this.#runner = undefined;
    const port = this.#port;
    this.#port = undefined;
    void port?.close();
    if (!isFirst && this.#reconnect)
      this.#cancelRetry = this.clock.schedule(this.clock.now() + RETRY_MS, () => this.#open());
    else this.#closed = true;
    this.#settling.settle();
    if (this.#closed) this.listener?.onLost(error);
    else if (isNews) this.listener?.onDown(error);
  }
}

function add(counters: LinkCounters, line: LineCounters | undefined): LinkCounters {
  if (line === undefined) return { ...counters };
  return {
    connections: counters.connections,
    malformed: counters.malformed + line.malformed,
    tooLong: counters.tooLong + line.tooLong,
    repeated: counters.repeated + line.repeated,
    lost: counters.lost + line.lost,
  };
}
