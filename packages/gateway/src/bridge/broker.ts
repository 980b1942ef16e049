/** A message to publish. */
export interface Publication {
  /** With levels, such as `espnow/kitchen`. */
  readonly topic: string;
  /** A text, mostly JSON. */
  readonly payload: string;
  /** Whether the broker keeps it for those who subscribe later. */
  readonly retain: boolean;
  /** 1: it is sent until the broker has confirmed it. */
  readonly qos: 0 | 1;
}

/** A message that arrived. */
export interface Delivery {
  /** On which it was published. */
  readonly topic: string;
  /** A text. */
  readonly payload: string;
  /** Whether it was kept by the broker from before. */
  readonly retained: boolean;
}

/** What a broker tells. */
export interface BrokerListener {
  /** The connection is there, and the subscriptions are made. */
  onConnected(): void;
  /** It is gone. `reason` is for people. The broker tries again by itself. */
  onDisconnected(reason: string): void;
  /** A message on one of its filters. */
  onMessage(message: Delivery): void;
}

/** A connection to a broker that comes back by itself. */
export interface Broker extends AsyncDisposable {
  /** Whether it can be reached now. */
  readonly isConnected: boolean;
  /**
   * Connects, and stays connected. `will`: what the broker publishes when the connection is lost. `subscriptions`: topic filters,
   * for every connection. Called once.
   */
  start(listener: BrokerListener, will: Publication, subscriptions: readonly string[]): void;
  /**
   * Subscribes to one more filter, which none of the others is, now and on every connection to come. Retained messages come
   * first. A broker that refuses it is left alone. Returns how to end it.
   */
  subscribe(filter: string): () => void;
  /**
   * Publishes while connected; else `done(false)`. `done` is called once, later: true when the broker has confirmed it (QoS 1) or
   * it was sent (QoS 0), false when that is not known.
   */
  publish(message: Publication, done?: (isConfirmed: boolean) => void): void;
}
