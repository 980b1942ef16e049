import type { MacAddress } from "aioespnow";
import { toUtf8 } from "../decoders/bytes.ts";
import { type HinchRequest, readHinch } from "../decoders/hinch.ts";
import type { Gateway } from "../gateway.ts";
import type { Node } from "../nodes/node.ts";
import { recordsOf, type Store, StoreError } from "../store/store.ts";
import type { Broker, Delivery } from "./broker.ts";
import type { Outbox } from "./outbox.ts";
import { isFilter, matchesFilter } from "./topic-filter.ts";

/** Every node is subscribed to it. */
const ALL_NODES = "allnodes";
const MAX_SUBSCRIPTIONS = 16;

export interface HinchServiceOptions {
  readonly gateway: Gateway;
  readonly broker: Broker;
  readonly store: Store;
  readonly outbox: Outbox;
  /** Called when there is something to publish. */
  readonly onPublication: () => void;
  /** First levels of topics that belong to the gateway and to Home Assistant: nodes have no business there. */
  readonly reserved: readonly string[];
}

/**
 * The gateway of Peter Hinch's micropython-mqtt: nodes publish and subscribe to topics of their own choice.
 * https://github.com/peterhinch/micropython-mqtt
 */
export class HinchService {
  readonly #options: HinchServiceOptions;
  /** Of each node, also of those that are not accepted (yet): a node subscribes only when it starts. */
  readonly #subscriptions = new Map<MacAddress, ReadonlySet<string>>();
  /** What the broker is asked for, and how to end that. */
  readonly #filters = new Map<string, () => void>();

  constructor(options: HinchServiceOptions) {
    this.#options = options;
    for (const [mac, filters] of recordsOf<readonly string[]>(options.store, "subscriptions")) {
      this.#subscriptions.set(mac as MacAddress, new Set(filters));
    }
  }

  start(): void {
    this.#subscribe();
  }

  onMessage(node: Node, data: Uint8Array): void {
    const request = readHinch(data);
    if ("reason" in request) return;
    if (node.settings.isAccepted && !this.#subscriptions.has(node.mac)) this.#remember(node, ALL_NODES);
    const answer = this.#answerOf(node, request);
    if (answer !== undefined) this.#options.gateway.answer(node, toUtf8(answer));
  }

  /** A message of the broker's, for all nodes that are subscribed to it. Those of the gateway itself are not passed on. */
  onDelivery({ topic, payload, retained }: Delivery): void {
    if (this.#isReserved(topic)) return;
    const { gateway } = this.#options;
    const data = toUtf8(JSON.stringify([topic, payload, retained]));
    for (const [mac, filters] of this.#subscriptions) {
      const node = gateway.nodes.get(mac);
      if (!isServed(node) || ![...filters].some((filter) => matchesFilter(filter, topic))) continue;
      try {
        gateway.send(node, data, { makesRoom: true });
      } catch (error) {
        if (!(error instanceof RangeError || error instanceof StoreError)) throw error;
        node.problem = `a message of ${topic} cannot be sent to it: ${error.message}`;
      }
    }
  }

  /** A node was accepted, or is not any more. */
  onChanged(node: Node): void {
    if (!this.#subscriptions.has(node.mac)) return;
    this.#keep(node);
    this.#subscribe();
  }

  onRemoved({ mac }: Node): void {
    if (!this.#subscriptions.delete(mac)) return;
    this.#options.gateway.storeHealth.tolerate(() => this.#options.store.delete("subscriptions", mac));
    this.#subscribe();
  }

  #answerOf(node: Node, request: HinchRequest): string | undefined {
    const { gateway, broker } = this.#options;
    switch (request.kind) {
      case "publish":
        return node.settings.isAccepted ? this.#publish(request) : "BAD";
      case "subscribe":
        if (isFilter(request.topic)) this.#remember(node, request.topic);
        return undefined;
      case "chan":
        return String(gateway.radios[node.bestRadio]?.channel);
      case "get":
        return undefined;
      default:
        return broker.isConnected && node.settings.isAccepted ? "UP" : "DOWN";
    }
  }

  /** `ACK` and `NAK` are promises; `NAK` asks for a pause. `BAD`: it is lost. */
  #publish({ topic, message, retain }: HinchRequest & { readonly kind: "publish" }): "ACK" | "NAK" | "BAD" {
    const { outbox, onPublication } = this.#options;
    if (this.#isReserved(topic)) return "BAD";
    try {
      // QoS 1 also where the node asks for 0: else nobody would know that the broker has it.
      outbox.add({ topic, payload: message, retain, qos: 1 });
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof StoreError)) throw error;
      return "BAD";
    }
    onPublication();
    return outbox.isFilling ? "NAK" : "ACK";
  }

  #isReserved(topic: string): boolean {
    return topic.startsWith("$") || this.#options.reserved.some((base) => matchesFilter(`${base}/#`, topic));
  }

  #remember(node: Node, filter: string): void {
    const before = this.#subscriptions.get(node.mac) ?? [ALL_NODES];
    const after = new Set([...before, filter]);
    if (after.size > MAX_SUBSCRIPTIONS) {
      node.problem = `it has ${MAX_SUBSCRIPTIONS} subscriptions: there is no room for ${filter}`;
      return;
    }
    this.#subscriptions.set(node.mac, after);
    this.#keep(node);
    // Once more for a filter that another node has: the broker sends the retained messages again.
    this.#filters.get(filter)?.();
    this.#filters.delete(filter);
    this.#subscribe();
  }

  #keep({ mac, settings }: Node): void {
    const { gateway, store } = this.#options;
    const filters = [...(this.#subscriptions.get(mac) ?? [])];
    gateway.storeHealth.tolerate(() => {
      if (settings.isAccepted) store.put("subscriptions", mac, JSON.stringify(filters));
      else store.delete("subscriptions", mac);
    });
  }

  /** Asks the broker for what the nodes want. */
  #subscribe(): void {
    const { gateway, broker } = this.#options;
    const served = [...this.#subscriptions].filter(([mac]) => isServed(gateway.nodes.get(mac)));
    const wanted = new Set(served.flatMap(([, filters]) => [...filters]));
    for (const [filter, end] of this.#filters) {
      if (wanted.has(filter)) continue;
      end();
      this.#filters.delete(filter);
    }
    for (const filter of wanted) {
      if (!this.#filters.has(filter)) this.#filters.set(filter, broker.subscribe(filter));
    }
  }
}

function isServed(node: Node | undefined): node is Node {
  return node?.settings.isAccepted === true && node.decoder?.format === "hinch";
}
