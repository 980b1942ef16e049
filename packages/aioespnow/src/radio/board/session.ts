import { EspNowError } from "../../errors.ts";
import type { Clock } from "../../util/clock.ts";
import {
  type BoardMessage,
  decodeHello,
  decodeMessage,
  decodeReply,
  type Hello,
  NoticeType,
  PING,
  type Reply,
  type Request,
  RequestType,
} from "./board-protocol.ts";
import { encodeRequestFrame, type FramingCounters, type LineFrame, LineReader } from "./framing.ts";
import type { BoardPort } from "./line/board-port.ts";

/** How long a reply may take before the request is repeated. A board may be busy with a send for 100 ms. */
const REPLY_TIMEOUT_MS = 500;
/** Attempts at a request, the first included, before the board is given up. */
const ATTEMPTS = 6;
/** The interval at which an idle board is asked whether it is there. */
const PING_MS = 1000;
/** Attempts at asking the board for its hello. */
const HELLO_REPEAT_MS = 250;
const HELLO_ATTEMPTS = 8;
/** A board sends 32 messages beyond those that it knows to have been received. It is told after this many. */
const ACKNOWLEDGE_EVERY = 8;
/** More requests than that do not wait: a program that changes peers faster than the line can carry is too fast. */
const MAX_QUEUE = 4096;
/** Numbers of messages are modulo 256: a greater step forward is one back. */
const MAX_STEP = 0x7f;
/** What a board says when it restarts. */
const BOOT = /MicroPython v\d|rst:0x|>>> /;

const ALIVE: Request = { type: RequestType.alive, payload: new Uint8Array(0) };
/** An alive with this sequence number asks for a hello. */
const ASK_HELLO = 1;

/** What the agent on a board makes known. */
export interface SessionListener {
  onHello(hello: Hello): void;
  /** Valid only during the call. */
  onMessage(message: BoardMessage): void;
  /** What the board printed: a line or a piece of one. */
  onText(text: string): void;
  /** The agent is gone. Called once; the port is still there unless it was the cause. */
  onEnd(error: EspNowError): void;
}

/** What happened on the line. */
export interface LineCounters extends FramingCounters {
  /** Requests that were made again because their reply did not come. */
  repeated: number;
  /** Messages that the board handed on and that did not arrive. */
  lost: number;
}

interface PendingRequest {
  readonly request: Request;
  readonly done: (reply: Reply | undefined) => void;
}

/** What is said to a board to ask whether its agent is there. */
export const GREETING: Uint8Array = encodeRequestFrame({ ...ALIVE, sequence: ASK_HELLO, events: 0 });

/** A conversation in frames with the agent on a board, from its hello to its end. */
export class BoardSession {
  readonly #port: BoardPort;
  readonly #clock: Clock;
  readonly #listener: SessionListener;
  readonly #reader: LineReader;
  readonly #queue: PendingRequest[] = [];
  #greeted = false;
  #ended = false;
  /** How many times the first of the queue was sent; 0: it was not. */
  #attempt = 0;
  #sequence = 0;
  #cancelTimer: () => void;
  /** Numbers of the messages of the board: the last one that came, and the last one that was acknowledged. */
  #received = 0;
  #acknowledged = 0;
  #repeated = 0;
  #lost = 0;

  constructor(port: BoardPort, clock: Clock, listener: SessionListener) {
    this.#port = port;
    this.#clock = clock;
    this.#listener = listener;
    this.#reader = new LineReader(
      (frame) => this.#onFrame(frame),
      (text) => this.#onText(text),
    );
    port.onData = (bytes) => this.#reader.push(bytes);
    port.onClose = (error) => this.end(error);
    this.#cancelTimer = this.#later(HELLO_REPEAT_MS, () => this.#askHello(HELLO_ATTEMPTS));
  }

  get counters(): LineCounters {
    return { ...this.#reader.counters, repeated: this.#repeated, lost: this.#lost };
  }

  /** For what was read before there was a session. */
  hear(bytes: Uint8Array): void {
    this.#reader.push(bytes);
  }

  /** Requests are made in the order of these calls. `done` is given undefined if the session ends before. */
  request(request: Request, done: (reply: Reply | undefined) => void): void {
    this.#queue.push({ request, done });
    if (this.#queue.length > MAX_QUEUE) this.end(down(`${MAX_QUEUE} changes wait for the board: they come too fast`));
    else if (this.#greeted && this.#attempt === 0) this.#make(1);
  }

  /** Ends it: what was asked is not answered any more. More calls do nothing. */
  end(error: EspNowError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTimer();
    this.#port.onData = undefined;
    this.#port.onClose = undefined;
    this.#port.keepAlive?.(undefined);
    for (const { done } of this.#queue.splice(0)) done(undefined);
    this.#listener.onEnd(error);
  }

  #onFrame(frame: LineFrame): void {
    if (this.#ended) return;
    switch (frame.type) {
      case NoticeType.hello:
        this.#onHello(frame);
        break;
      case NoticeType.reply:
        this.#onReply(frame);
        break;
      case NoticeType.message:
        this.#onMessage(frame);
        break;
      case NoticeType.bye:
        this.end(down(`the agent on the board has left: ${new TextDecoder().decode(frame.payload)}`));
        break;
    }
  }

  #onText(text: string): void {
    this.#listener.onText(text);
    if (this.#greeted && BOOT.test(text)) this.end(down("the board was reset"));
  }

  #askHello(attempts: number): void {
    if (attempts === 0) {
      this.end(new EspNowError("ERR_RADIO_PROTOCOL", "the agent was started on the board and does not answer"));
      return;
    }
    this.#port.write(GREETING);
    this.#cancelTimer = this.#later(HELLO_REPEAT_MS, () => this.#askHello(attempts - 1));
  }

  #onHello({ sequence, events, payload }: LineFrame): void {
    if (this.#greeted) {
      if (sequence !== ASK_HELLO) this.end(down("the board was reset"));
      return;
    }
    const hello = decodeHello(payload);
    if ("reason" in hello) return;
    this.#greeted = true;
    this.#received = events;
    this.#acknowledged = events;
    this.#port.keepAlive?.(encodeRequestFrame({ ...ALIVE, sequence: 0, events }));
    this.#listener.onHello(hello);
    this.#next();
  }

  #onReply({ sequence, events, payload }: LineFrame): void {
    const [first] = this.#queue;
    const reply = decodeReply(payload);
    if (first === undefined || "reason" in reply || this.#attempt === 0 || sequence !== this.#sequence) return;
    this.#skipTo(events);
    this.#queue.shift();
    this.#attempt = 0;
    this.#cancelTimer();
    first.done(reply);
    this.#next();
  }

  /** What the board has said up to this number and was not heard is lost. */
  #skipTo(events: number): void {
    const missed = (events - this.#received) & 0xff;
    if (missed > MAX_STEP) return; // older than what was heard since
    this.#lost += missed;
    this.#received = events;
  }

  #onMessage({ events, payload }: LineFrame): void {
    const step = (events - this.#received) & 0xff;
    const message = decodeMessage(payload);
    if (!this.#greeted || "reason" in message || step === 0 || step > MAX_STEP) return;
    this.#lost += step - 1;
    this.#received = events;
    this.#listener.onMessage(message);
    if (this.#attempt === 0) this.#acknowledge();
  }

  /** Makes the next request, or has time for other things. */
  #next(): void {
    if (this.#ended || this.#attempt !== 0) return;
    if (this.#queue.length > 0) {
      this.#make(1);
      return;
    }
    this.#acknowledge();
    this.#cancelTimer();
    this.#cancelTimer = this.#later(PING_MS, () => this.request(PING, () => undefined));
  }

  #make(attempt: number): void {
    const [first] = this.#queue;
    if (first === undefined || this.#ended) return;
    if (attempt > ATTEMPTS) {
      this.end(down("the board does not answer any more"));
      return;
    }
    if (attempt === 1) this.#sequence = (this.#sequence + 1) & 0xff;
    else this.#repeated++;
    this.#attempt = attempt;
    this.#write(first.request, this.#sequence);
    this.#cancelTimer();
    this.#cancelTimer = this.#later(REPLY_TIMEOUT_MS, () => this.#make(attempt + 1));
  }

  /** Tells the board how many of its messages have come, if it is time. */
  #acknowledge(): void {
    const unacknowledged = (this.#received - this.#acknowledged) & 0xff;
    if (unacknowledged >= ACKNOWLEDGE_EVERY) this.#write(ALIVE, 0);
  }

  #write(request: Request, sequence: number): void {
    this.#acknowledged = this.#received;
    this.#port.write(encodeRequestFrame({ ...request, sequence, events: this.#received }));
  }

  #later(delayMs: number, callback: () => void): () => void {
    return this.#clock.schedule(this.#clock.now() + delayMs, callback);
  }
}

function down(reason: string): EspNowError {
  return new EspNowError("ERR_RADIO_DOWN", reason);
}
