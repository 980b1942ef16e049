import type { Clock, MacAddress, SendReport } from "aioespnow";
import type { MailboxItem } from "./command.ts";
import type { Mailbox } from "./mailbox.ts";

/** MicroPython's receive buffer holds two messages: what is sent beyond that is acknowledged, and lost. */
const BURST = 2;
/** After a burst, for a node that does not sleep. */
const PAUSE_MS = 100;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

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
  send(mac: MacAddress, data: Uint8Array, done: (report: SendReport) => void): void;
}

interface Progress {
  inFlight: boolean;
  /** Messages since the node was heard, or the pause was over. */
  burst: number;
  failures: number;
  cancelRetry: () => void;
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
    for (const { cancelRetry } of this.#progress.values()) cancelRetry();
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

  #deliver(mac: MacAddress): void {
    const [item] = this.#mailbox.list(mac);
    if (item === undefined) {
      this.#progress.get(mac)?.cancelRetry();
      this.#progress.delete(mac);
      return;
    }
    const progress = this.#of(mac);
    if (this.#isStopped || progress.inFlight) return;
    const listening = this.#port.listening(mac);
    if (progress.burst >= BURST && !listening.startsWith("asking")) {
      if (listening === "always") this.#retryAfter(mac, PAUSE_MS);
      return;
    }
    progress.inFlight = true;
    progress.burst++;
    const sent = this.#mailbox.sent(item);
    this.#port.send(mac, Uint8Array.from(Buffer.from(item.data, "hex")), (report) => {
      progress.inFlight = false;
      if (!this.#isStopped) this.#onReport(sent, report);
    });
  }

  #onReport(item: MailboxItem, report: SendReport): void {
    const { mac } = item;
    if (report.status === "no-ack" || report.status === "failed") {
      this.#onFailure(mac);
      return;
    }
    this.#mailbox.end(item, report.status === "acked" ? "acked" : "sent");
    this.#of(mac).failures = 0;
    this.#deliver(mac);
  }

  /** A node that does not always listen is tried when it is heard again. */
  #onFailure(mac: MacAddress): void {
    const progress = this.#of(mac);
    progress.failures++;
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
      progress = { inFlight: false, burst: 0, failures: 0, cancelRetry: nothing };
      this.#progress.set(mac, progress);
    }
    return progress;
  }

  #scheduleExpiry(): void {
    this.#cancelExpiry();
    const { clock } = this.#port;
    const waiting = this.#mailbox.recipients.flatMap((mac) => this.#mailbox.list(mac));
    if (waiting.length === 0 || this.#isStopped) return;
    const next = waiting.reduce((earliest, { expiresAt }) => Math.min(earliest, expiresAt), Number.POSITIVE_INFINITY);
    this.#cancelExpiry = clock.schedule(clock.now() + Math.max(0, next - this.#port.now()), () => {
      const now = this.#port.now();
      for (const item of waiting) if (item.expiresAt <= now) this.#expire(item);
      this.#scheduleExpiry();
    });
  }

  /** One that is on its way ends with its report. */
  #expire(item: MailboxItem): void {
    const [first] = this.#mailbox.list(item.mac);
    if (first?.id === item.id && this.#progress.get(item.mac)?.inFlight === true) return;
    this.#mailbox.end(item, "expired");
  }
}
