import type { MqttClient } from "mqtt";
import type { Publication } from "./broker.ts";

interface Open {
  readonly message: Publication;
  readonly done: (isConfirmed: boolean) => void;
}

/**
 * The publications of one connection that nobody has been told about yet. mqtt.js sends all at once; a broker may end a
 * connection with more unconfirmed ones than it takes (MQTT 5, 3.3.4). And it forgets those that were not even written.
 */
export class InFlight {
  readonly #client: MqttClient;
  /** How many of QoS 1 the broker takes at a time. */
  readonly #most: number;
  /** Written, or to be written, oldest first. */
  readonly #open = new Set<Open>();
  readonly #waiting = new Set<Open>();
  #unconfirmed = 0;
  #onEmpty = (): void => undefined;

  constructor(client: MqttClient, most: number) {
    this.#client = client;
    this.#most = most;
  }

  get size(): number {
    return this.#open.size;
  }

  /** `done` is called once. */
  publish(message: Publication, done: (isConfirmed: boolean) => void): void {
    const open = { message, done };
    this.#open.add(open);
    if (message.qos === 1 && this.#unconfirmed >= this.#most) this.#waiting.add(open);
    else this.#send(open);
  }

  /** Calls `listener` when nothing is open. */
  whenEmpty(listener: () => void): void {
    this.#onEmpty = listener;
    if (this.#open.size === 0) listener();
  }

  /** The connection is over: what was not confirmed is told so. */
  end(): void {
    this.#waiting.clear();
    for (const open of this.#open) this.#tell(open, false);
  }

  #send(open: Open): void {
    const { topic, payload, retain, qos } = open.message;
    this.#unconfirmed += qos;
    this.#client.publish(topic, payload, { retain, qos }, (error) => {
      if (!this.#open.has(open)) return;
      this.#unconfirmed -= qos;
      this.#tell(open, !error);
      const [next] = this.#waiting;
      if (next === undefined || this.#unconfirmed >= this.#most) return;
      this.#waiting.delete(next);
      this.#send(next);
    });
  }

  #tell(open: Open, isConfirmed: boolean): void {
    this.#open.delete(open);
    open.done(isConfirmed);
    if (this.#open.size === 0) this.#onEmpty();
  }
}
