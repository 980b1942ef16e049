// transfers: puts messages together that come in pieces, each delivered once. It knows addresses, and no nodes.

import { crc32 } from "node:zlib";
import type { MacAddress } from "aioespnow";
import {
  encodeStatus,
  readTransfer,
  TRANSFER_STATE,
  type TransferData,
  type TransferStart,
} from "../decoders/transfer.ts";

/** For all nodes together: 256 KiB at most. */
const MAX_SESSIONS = 4;
const MAX_BYTES = 64 * 1024;
/** Fragments that a sender may send before it waits for an answer. */
const WINDOW = 8;
/** How long a session may be silent before another one takes its place. */
const IDLE_MS = 10_000;
/** How long a sender can continue where it stopped. */
const FORGET_MS = 600_000;
/** A sender whose last answer was lost asks again. */
const REMEMBERED = 8;
const REMEMBERED_MS = 60_000;

interface Session {
  readonly mac: MacAddress;
  start: TransferStart;
  readonly whole: Uint8Array;
  readonly isThere: Uint8Array;
  missing: number;
  lowest: number;
  heardMs: number;
}

/** What the receiver needs of the gateway. */
export interface ReceiverPort {
  /** In ms; never goes back. */
  now(): number;
  /** Whether what a node sends is taken at all. */
  isWelcome(mac: MacAddress): boolean;
  /** Sends an answer to a node. */
  answer(mac: MacAddress, data: Uint8Array): void;
  /** A message that has come in pieces. */
  deliver(mac: MacAddress, whole: Uint8Array): void;
}

/** What became of long messages. */
export interface TransferCounters {
  /** Messages that have come whole. */
  completed: number;
  /** Messages whose checksum was wrong, and those that nobody went on with. */
  failed: number;
  /** Messages that were not taken: too long, files, too many at a time, or of nodes that nobody has accepted. */
  refused: number;
}

/** Puts the pieces of long messages together (docs/transfers.md). */
export class TransferReceiver {
  /** What became of transfers. */
  readonly counters: TransferCounters = { completed: 0, failed: 0, refused: 0 };
  readonly #port: ReceiverPort;
  #sessions: Session[] = [];
  #done: { readonly mac: MacAddress; readonly session: number; readonly crc: number; readonly endMs: number }[] = [];

  constructor(port: ReceiverPort) {
    this.#port = port;
  }

  /** Takes a message that is part of a transfer. False: it is not. */
  take(mac: MacAddress, bytes: Uint8Array): boolean {
    const message = readTransfer(bytes);
    if (message === undefined) return false;
    this.#forget();
    if (message.kind === "start") this.#onStart(mac, message);
    else if (message.kind === "data") return this.#onData(mac, message);
    else this.#drop(this.#sessions.find((one) => isOf(one, mac, message.session)));
    return true;
  }

  #onStart(mac: MacAddress, start: TransferStart): void {
    const done = this.#done.find((one) => one.mac === mac && one.session === start.session && one.crc === start.crc);
    if (done !== undefined) {
      this.#say(mac, start.session, TRANSFER_STATE.COMPLETE);
      return;
    }
    const known = this.#sessions.find((one) => one.mac === mac && isSame(one.start, start));
    if (known !== undefined) {
      known.start = start;
      known.heardMs = this.#port.now();
      this.#tell(known);
      return;
    }
    const refusal = this.#refusalOf(mac, start);
    if (refusal !== undefined) {
      this.counters.refused++;
      if (!start.isBroadcast) this.#say(mac, start.session, refusal);
      return;
    }
    const fragments = Math.ceil(start.total / start.fragmentSize);
    const session: Session = {
      mac,
      start,
      whole: new Uint8Array(start.total),
      isThere: new Uint8Array(fragments),
      missing: fragments,
      lowest: 0,
      heardMs: this.#port.now(),
    };
    this.#sessions.push(session);
    this.#tell(session);
  }

  #refusalOf(mac: MacAddress, { isFile, total }: TransferStart): number | undefined {
    if (isFile || !this.#port.isWelcome(mac)) return TRANSFER_STATE.REFUSED;
    if (total > MAX_BYTES) return TRANSFER_STATE.TOO_LARGE;
    if (this.#sessions.length < MAX_SESSIONS) return undefined;
    const oldest = this.#sessions.reduce((a, b) => (b.heardMs < a.heardMs ? b : a));
    if (this.#port.now() - oldest.heardMs < IDLE_MS) return TRANSFER_STATE.BUSY;
    this.#drop(oldest);
    return undefined;
  }

  /** False: it belongs to no transfer; other formats may begin alike. */
  #onData(mac: MacAddress, { session: id, index, data, isAsking }: TransferData): boolean {
    const done = this.#done.find((one) => one.mac === mac && one.session === id);
    if (done !== undefined && isAsking) this.#say(mac, id, TRANSFER_STATE.COMPLETE);
    if (done !== undefined) return true;
    const session = this.#sessions.find((one) => isOf(one, mac, id));
    if (session === undefined) return false;
    session.heardMs = this.#port.now();
    const at = index * session.start.fragmentSize;
    const length = Math.min(session.start.fragmentSize, session.start.total - at);
    if (data.length !== length) return true;
    if (session.isThere[index] === 0) {
      session.isThere[index] = 1;
      session.missing--;
      session.whole.set(data, at);
      while (session.isThere[session.lowest] === 1) session.lowest++;
    }
    if (session.missing === 0) this.#finish(session);
    else if (isAsking) this.#tell(session);
    return true;
  }

  #finish({ mac, start, whole }: Session): void {
    this.#sessions = this.#sessions.filter((one) => one.whole !== whole);
    const isRight = crc32(whole) === start.crc;
    if (!start.isBroadcast)
      this.#say(mac, start.session, isRight ? TRANSFER_STATE.COMPLETE : TRANSFER_STATE.WRONG_CHECKSUM);
    if (!isRight) {
      this.counters.failed++;
      return;
    }
    this.counters.completed++;
    const endMs = this.#port.now() + REMEMBERED_MS;
    this.#done = [...this.#done, { mac, session: start.session, crc: start.crc, endMs }].slice(-REMEMBERED);
    this.#port.deliver(mac, whole);
  }

  #tell({ mac, start: { session, isBroadcast }, lowest, isThere }: Session): void {
    let bitmap = 0;
    for (let i = 0; i < 32; i++) if (isThere[lowest + 1 + i] === 1) bitmap |= 1 << i;
    if (!isBroadcast) this.#say(mac, session, TRANSFER_STATE.GO_ON, lowest, bitmap);
  }

  #say(mac: MacAddress, session: number, state: number, lowest = 0, bitmap = 0): void {
    this.#port.answer(mac, encodeStatus({ session, state, window: WINDOW, lowest, bitmap }));
  }

  #forget(): void {
    const now = this.#port.now();
    this.#done = this.#done.filter(({ endMs }) => endMs > now);
    for (const session of this.#sessions) if (now - session.heardMs >= FORGET_MS) this.#drop(session);
  }

  #drop(session: Session | undefined): void {
    if (session === undefined) return;
    this.#sessions = this.#sessions.filter((one) => one !== session);
    this.counters.failed++;
  }
}

function isOf({ mac, start }: Session, source: MacAddress, session: number): boolean {
  return mac === source && start.session === session;
}

/** Whether it is the same message: a sender that has started again goes on with it under another number. */
function isSame(a: TransferStart, b: TransferStart): boolean {
  return a.crc === b.crc && a.total === b.total && a.fragmentSize === b.fragmentSize && a.name === b.name;
}
