import type { Node } from "../nodes/node.ts";
import type { Publication } from "./broker.ts";
import {
  bridgeDiscovery,
  type Discovery,
  type DiscoveryContext,
  discoveryTopic,
  nodeDiscovery,
} from "./home-assistant.ts";

type Components = Readonly<Record<string, { readonly p: string }>>;

/** Keeps Home Assistant's discovery messages as the nodes are. */
export class Announcer {
  readonly #context: DiscoveryContext;
  readonly #publish: (message: Publication) => void;
  /** What was published last on each topic: equal ones are not sent again. */
  readonly #announced = new Map<string, string>();
  /** The components that Home Assistant knows, by topic. */
  readonly #components = new Map<string, Components>();

  constructor(context: DiscoveryContext, publish: (message: Publication) => void) {
    this.#context = context;
    this.#publish = publish;
  }

  /** Home Assistant's birth and will. */
  get birthTopic(): string {
    return `${this.#context.prefix}/status`;
  }

  /** The broker may have forgotten everything. */
  announceAgain(): void {
    this.#announced.clear();
    this.#announce(bridgeDiscovery(this.#context));
  }

  announce(node: Node): void {
    const { topic, payload } = nodeDiscovery(node, this.#context);
    this.#removeGone(topic, payload);
    this.#announce({ topic, payload });
  }

  remove(node: Node): void {
    const topic = discoveryTopic(node, this.#context);
    this.#components.delete(topic);
    this.#announce({ topic, payload: "" });
  }

  /** A component is taken away by a message that has only its platform, and then by one without it. */
  #removeGone(topic: string, payload: string): void {
    const message = JSON.parse(payload) as { readonly cmps: Components };
    const before = this.#components.get(topic) ?? {};
    this.#components.set(topic, message.cmps);
    const gone = Object.entries(before).filter(([key]) => !Object.hasOwn(message.cmps, key));
    if (gone.length === 0) return;
    const reduced = Object.fromEntries(gone.map(([key, { p }]) => [key, { p }]));
    this.#announce({ topic, payload: JSON.stringify({ ...message, cmps: { ...message.cmps, ...reduced } }) });
  }

  #announce({ topic, payload }: Discovery): void {
    if (this.#announced.get(topic) === payload) return;
    this.#announced.set(topic, payload);
    this.#publish({ topic, payload, retain: true, qos: 1 });
  }
}
