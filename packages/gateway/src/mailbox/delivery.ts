import type { Clock, MacAddress, SendReport } from "aioespnow";
import type { MailboxItem } from "./command.ts";
import type { Mailbox } from "./mailbox.ts";

/** MicroPython's receive buffer holds two messages: what is sent beyond that is acknowledged, and lost. */
const BURST = 2;
/** After a burst, for a node that does not sleep. */
const PAUSE_MS = 100;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** A program that confirms does so at once. */
const CONFIRMATION_MS = 1000;

/**
 * When a node listens: `always`; for a moment after it was `heard`; when it is `asking` for what waits, and at other times
 * too while nothing waits; or `asking-only`.
 */
type Listening = "always" | "heard" | "asking" | "asking-only";

/** What delivery needs to know of the rest. */
export interface DeliveryPort {
  readonly clock: Clock;
  /** In ms since 1970. */
  now(): number;
  listening(mac: MacAddress): Listening;
  /** What the node's program confirms this message with; undefined: it does not. */
  awaits(mac: MacAddress, data: Uint8Array): string | undefined;
  send(mac: MacAddress, data: Uint8Array, done: (report: SendReport) => void): void;
}

interface Progress {
  /** On its way, or waiting for its confirmation. */
  current: MailboxItem | undefined;
  /** The last item that the node's radio has acknowledged. */
  ackedId: string | undefined;
  /** Messages since the node was heard, or the pause was over. */
  burst: number;
  failures: number;
  cancelRetry: () => void;
  cancelConfirmation: () => void;
}

const nothing = (): void => undefined;

/**
 * Brings what waits in the mailbox to its node, in order: at once to one that is awake, again after a while if that fails;
 * to one that sleeps, as soon as it is heard, and to one that asks, when it does.
 */
export class MailDelivery {
  readonly #mailbox: Mailbox;
  readonly #port: DeliveryPort;
  readonly #progress = new Map<MacAddress, Progress>();
  #cancelExpiry: () => void = nothing;
  #isStopped = false;

  constructor(mailbox: Mailbox, port: DeliveryPort) {
    this.#mailbox = mailbox;
    this.#port = port;
  }

  /** What waits from the time before is on its way again. */
  start(): void {
    for (const mac of this.#mailbox.recipients) this.added(mac);
    this.#scheduleExpiry();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelExpiry();
    for (const { cancelRetry, cancelConfirmation } of this.#progress.values()) {
      cancelRetry();
      cancelConfirmation();
    }
  }

  /** Something new waits. */
  added(mac: MacAddress): void {
    this.#scheduleExpiry();
    const listening = this.#port.listening(mac);
    const isFirst = this.#mailbox.list(mac).length === 1;
    if (listening === "always" || (listening === "asking" && isFirst)) this.#deliver(mac);
  }

  /** The node was heard, and has asked if it does that: now it listens. */
  heard(mac: MacAddress): void {
    if (this.#mailbox.list(mac).length === 0) return;
    const progress = this.#of(mac);
    progress.burst = 0;
    progress.failures = 0;
    progress.cancelRetry();
    this.#deliver(mac);
  }

  /** The node's program says that it has a message. It may say so later than it should, or twice. */
  confirmed(mac: MacAddress, confirmation: string): void {
    const [item] = this.#mailbox.list(mac);
    if (item === undefined || item.attempts === 0 || this.#port.awaits(mac, bytesOf(item)) !== confirmation) return;
    const progress = this.#of(mac);
    progress.cancelConfirmation();
    progress.current = undefined;
    progress.failures = 0;
    this.#mailbox.end(item, "delivered");
    this.#deliver(mac);
  }

  #deliver(mac: MacAddress): void {
    const [item] = this.#mailbox.list(mac);
    if (item === undefined) {
      this.#progress.get(mac)?.cancelRetry();
      this.#progress.delete(mac);
      return;
    }
    const progress = this.#of(mac);
    if (this.#isStopped || progress.current !== undefined) return;
    const listening = this.#port.listening(mac);
    if (progress.burst >= BURST && !listening.startsWith("asking")) {
      if (listening === "always") this.#retryAfter(mac, PAUSE_MS);
      return;
    }
    progress.burst++;
    const sent = this.#mailbox.sent(item);
    progress.current = sent;
    this.#port.send(mac, bytesOf(item), (report) => {
      if (!this.#isStopped && progress.current === sent) this.#onReport(sent, report);
    });
  }

  #onReport(item: MailboxItem, report: SendReport): void {
    const progress = this.#of(item.mac);
    const isAcked = report.status === "acked";
    if (report.status === "no-ack" || report.status === "failed") {
      progress.current = undefined;
      this.#onFailure(item);
    } else if (this.#port.awaits(item.mac, bytesOf(item)) !== undefined) {
      if (isAcked) this.#mailbox.acked(item);
      if (isAcked) progress.ackedId = item.id;
      this.#awaitConfirmation(item);
    } else {
      progress.current = undefined;
      progress.failures = 0;
      this.#mailbox.end(item, isAcked ? "acked" : "sent");
      this.#deliver(item.mac);
    }
  }

  #awaitConfirmation(item: MailboxItem): void {
    const { clock } = this.#port;
    const progress = this.#of(item.mac);
    progress.cancelConfirmation = clock.schedule(clock.now() + CONFIRMATION_MS, () => {
      progress.current = undefined;
      this.#onFailure(item);
    });
  }

  /** A node that does not always listen is tried when it is heard again. */
  #onFailure(item: MailboxItem): void {
    const { mac } = item;
    const progress = this.#of(mac);
    progress.failures++;
    this.#scheduleExpiry();
    if (this.#port.listening(mac) !== "always") return;
    this.#retryAfter(mac, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (progress.failures - 1)));
  }

  #retryAfter(mac: MacAddress, delayMs: number): void {
    const progress = this.#of(mac);
    progress.cancelRetry();
    const { clock } = this.#port;
    progress.cancelRetry = clock.schedule(clock.now() + delayMs, () => {
      progress.burst = 0;
      this.#deliver(mac);
    });
  }

  #of(mac: MacAddress): Progress {
    let progress = this.#progress.get(mac);
    if (progress === undefined) {
      progress = {
        current: undefined,
        ackedId: undefined,
        burst: 0,
        failures: 0,
        cancelRetry: nothing,
        cancelConfirmation: nothing,
      };
      this.#progress.set(mac, progress);
    }
    return progress;
  }

  /** What is on its way does not expire before it is known what became of it. */
  #scheduleExpiry(): void {
    this.#cancelExpiry();
    const { clock } = this.#port;
    const waiting = this.#mailbox.recipients.flatMap((mac) => {
      const current = this.#progress.get(mac)?.current;
      return this.#mailbox.list(mac).filter((item) => item !== current);
    });
    if (waiting.length === 0 || this.#isStopped) return;
    const next = waiting.reduce((earliest, { expiresAt }) => Math.min(earliest, expiresAt), Number.POSITIVE_INFINITY);
    this.#cancelExpiry = clock.schedule(clock.now() + Math.max(0, next - this.#port.now()), () => {
      const now = this.#port.now();
      for (const item of waiting) if (item.expiresAt <= now) this.#expire(item);
      this.#scheduleExpiry();
    });
  }

  #expire(item: MailboxItem): void {
    const { current, ackedId } = this.#of(item.mac);
    if (current?.id === item.id) return;
    const isAcked = ackedId === item.id;
    this.#mailbox.end(item, "expired", isAcked ? "its program did not confirm it" : undefined);
  }
}

function bytesOf({ data }: MailboxItem): Uint8Array {
  return Uint8Array.from(Buffer.from(data, "hex"));
}
