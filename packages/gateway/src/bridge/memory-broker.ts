import type { Broker, BrokerListener, Delivery, Publication } from "./broker.ts";
import { firstTaking, matchesFilter } from "./topic-filter.ts";

/** When something is to be done soon, on the clock of those who use it. */
export type RunSoon = (work: () => void) => void;

/**
 * A broker inside the process, for tests and in virtual time. `publish` and `subscribe` are those of other clients;
 * `client()` is what a gateway is given.
 */
export class MemoryBroker {
  readonly #soon: RunSoon;
  readonly #retained = new Map<string, string>();
  readonly #subscribers = new Set<{ readonly filter: string; readonly listener: (message: Delivery) => void }>();
  readonly #clients = new Set<MemoryClient>();
  readonly #keepsPublished: boolean;
  #isUp = true;
  /** Everything that was published, in order; empty with `keepsPublished: false`. */
  readonly published: Publication[] = [];

  /**
   * `soon`: `(work) => clock.schedule(clock.now(), work)` for a gateway on that clock. `keepsPublished`: false for a run so
   * long that `published` would fill the memory.
   */
  constructor(soon: RunSoon, { keepsPublished = true }: { readonly keepsPublished?: boolean } = {}) {
    this.#soon = soon;
    this.#keepsPublished = keepsPublished;
  }

  /** The retained messages by topic. */
  get retained(): ReadonlyMap<string, string> {
    return this.#retained;
  }

  /** A connection for one gateway. */
  client(): Broker {
    const client = new MemoryClient(this, this.#soon);
    this.#clients.add(client);
    return client;
  }

  /** False cuts all connections, and refuses new ones until it is true again. */
  set isUp(isUp: boolean) {
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    for (const client of this.#clients) isUp ? client.connect() : client.cut();
  }

  /** Whether its clients reach it. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Calls `listener` with what is published on `filter`, at once with retained messages. Returns a function that stops this. */
  subscribe(filter: string, listener: (message: Delivery) => void): () => void {
    const subscriber = { filter, listener };
    this.#subscribers.add(subscriber);
    for (const [topic, payload] of this.#retained) {
      if (matchesFilter(filter, topic)) listener({ topic, payload, retained: true });
    }
    return () => void this.#subscribers.delete(subscriber);
  }

  /** Publishes as another client of the broker does. */
  publish({
    topic,
    payload,
    retain = false,
    qos = 1,
  }: Partial<Publication> & Pick<Publication, "topic" | "payload">): void {
    if (this.#keepsPublished) this.published.push({ topic, payload, retain, qos });
    if (retain && payload === "") this.#retained.delete(topic);
    else if (retain) this.#retained.set(topic, payload);
    for (const { filter, listener } of this.#subscribers) {
      if (matchesFilter(filter, topic)) this.#soon(() => listener({ topic, payload, retained: false }));
    }
  }
}

class MemoryClient implements Broker {
  readonly #broker: MemoryBroker;
  readonly #soon: RunSoon;
  #session: { listener: BrokerListener; will: Publication; subscriptions: readonly string[] } | undefined;
  /** How to end each subscription of this connection, by filter. */
  readonly #subscribed = new Map<string, () => void>();
  readonly #more = new Set<string>();
  #isConnected = false;

  constructor(broker: MemoryBroker, soon: RunSoon) {
    this.#broker = broker;
    this.#soon = soon;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  start(listener: BrokerListener, will: Publication, subscriptions: readonly string[]): void {
    this.#session = { listener, will, subscriptions };
    if (this.#broker.isUp) this.connect();
  }

  connect(): void {
    this.#soon(() => {
      const session = this.#session;
      if (session === undefined || !this.#broker.isUp || this.#isConnected) return;
      this.#isConnected = true;
      for (const filter of [...session.subscriptions, ...this.#more]) this.#listen(filter);
      session.listener.onConnected();
    });
  }

  subscribe(filter: string): () => void {
    this.#more.add(filter);
    this.#soon(() => this.#listen(filter));
    return () => {
      this.#more.delete(filter);
      this.#subscribed.get(filter)?.();
      this.#subscribed.delete(filter);
    };
  }

  cut(): void {
    if (!this.#isConnected) return;
    this.#disconnect();
    const session = this.#session;
    if (session === undefined) return;
    this.#broker.publish(session.will);
    this.#soon(() => session.listener.onDisconnected("the broker went away"));
  }

  publish(message: Publication, done: (isConfirmed: boolean) => void = () => undefined): void {
    const isSent = this.#isConnected;
    if (isSent) this.#broker.publish(message);
    this.#soon(() => done(isSent));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disconnect();
    this.#session = undefined;
  }

  #listen(filter: string): void {
    const { listener, subscriptions } = this.#session ?? {};
    const isWanted = this.#more.has(filter) || subscriptions?.includes(filter) === true;
    if (!this.#isConnected || !isWanted || this.#subscribed.has(filter)) return;
    const deliver = (message: Delivery): void => {
      // Once for all of its filters that take it.
      const first = message.retained ? filter : firstTaking(this.#subscribed.keys(), message.topic);
      if (first === filter) listener?.onMessage(message);
    };
    this.#subscribed.set(filter, () => undefined);
    this.#subscribed.set(filter, this.#broker.subscribe(filter, deliver));
  }

  #disconnect(): void {
    this.#isConnected = false;
    for (const unsubscribe of this.#subscribed.values()) unsubscribe();
    this.#subscribed.clear();
  }
}
