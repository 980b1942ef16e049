/** A message to publish. */
export interface Publication {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly qos: 0 | 1;
}

/** A message that arrived. */
export interface Delivery {
  readonly topic: string;
  readonly payload: string;
  /** Whether it was kept by the broker from before. */
  readonly retained: boolean;
}

export interface BrokerListener {
  /** The connection is there, and the subscriptions are made. */
  onConnected(): void;
  /** It is gone. `reason` is for people. The broker tries again by itself. */
  onDisconnected(reason: string): void;
  onMessage(message: Delivery): void;
}

/** A connection to a broker that comes back by itself. */
export interface Broker extends AsyncDisposable {
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
