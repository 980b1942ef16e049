import type { MqttClient } from "mqtt";
import { firstTaking } from "./topic-filter.ts";

/**
 * The filters that one connection is subscribed to. A broker may send a message once for each filter that takes it (MQTT 5,
 * 3.3.4), and says for which if the filters have numbers. MQTT 3.1.1 has none: there, a message may come more than once.
 */
export class Subscriptions {
  readonly #client: MqttClient;
  readonly #hasNumbers: boolean;
  /** In the order of their coming. One that was ended stays until the broker has confirmed that. */
  readonly #numbers = new Map<string, number>();
  #next = 1;

  constructor(client: MqttClient, hasNumbers: boolean) {
    this.#client = client;
    this.#hasNumbers = hasNumbers;
  }

  /** The broker sends its retained messages, also where the filter is there already. Rejects where it refuses. */
  async add(filter: string): Promise<void> {
    const number = this.#numbers.get(filter) ?? this.#next++;
    this.#numbers.set(filter, number);
    const properties = this.#hasNumbers ? { properties: { subscriptionIdentifier: number } } : {};
    await this.#client.subscribeAsync(filter, { qos: 1, ...properties });
  }

  /** `isOver`: whether nobody has asked for it again by then. */
  remove(filter: string, isOver: () => boolean): void {
    this.#client.unsubscribe(filter, () => {
      if (isOver()) this.#numbers.delete(filter);
    });
  }

  /** Whether this copy of a message is the one to be read: that for the oldest of the filters that take it. */
  isFirstCopy(topic: string, numbers: readonly number[]): boolean {
    const first = firstTaking(this.#numbers.keys(), topic);
    return numbers.length === 0 || first === undefined || numbers.includes(this.#numbers.get(first) ?? 0);
  }
}
