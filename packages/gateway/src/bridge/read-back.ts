import { toValues, type Value, type Values } from "../decoders/decoder.ts";
import type { Gateway } from "../gateway.ts";
import { safeKey } from "../nodes/names.ts";
import type { Node } from "../nodes/node.ts";
import { msOfIsoTime } from "../util/iso-time.ts";
import type { Broker, Delivery } from "./broker.ts";
import type { Topics } from "./topics.ts";

/** A broker sends its retained messages at once; some do so a little after they confirm the subscription. */
const WAIT_MS = 1000;

/**
 * The states that the broker has retained, read once after a start. What a node has said is kept once a minute only: after
 * a crash the broker knows better, and the older state must not take the place of the newer one.
 */
export class ReadBack {
  readonly #gateway: Gateway;
  readonly #broker: Broker;
  readonly #topics: Topics;
  /** The nodes of the time before, by the topics of their states, and when they were heard as far as is kept. */
  readonly #kept = new Map<string, { readonly node: Node; readonly lastSeen: number }>();
  /** What nodes have said since the start. */
  readonly #heard = new Map<Node, Values>();
  #cancel: (() => void) | undefined;
  #isOver: boolean;

  constructor(gateway: Gateway, broker: Broker, topics: Topics) {
    this.#gateway = gateway;
    this.#broker = broker;
    this.#topics = topics;
    for (const node of gateway.nodes.all) {
      if (node.lastSeen !== undefined) this.#kept.set(topics.state(node.name), { node, lastSeen: node.lastSeen });
    }
    this.#isOver = this.#kept.size === 0;
  }

  /** Until then what nodes say is not published. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** For each connection. Calls `done`, at once if there is nothing to read. */
  start(done: () => void): void {
    this.stop();
    if (this.#isOver) {
      done();
      return;
    }
    const unsubscribe = this.#broker.subscribe(this.#topics.state("+"));
    const { clock } = this.#gateway;
    const cancelTimer = clock.schedule(clock.now() + WAIT_MS, () => {
      this.stop();
      this.#isOver = true;
      this.#heard.clear();
      this.#kept.clear();
      done();
    });
    this.#cancel = () => {
      cancelTimer();
      unsubscribe();
    };
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** What a node says meanwhile is newer than anything that is retained. */
  onHeard(node: Node, values: Values): void {
    this.#heard.set(node, { ...this.#heard.get(node), ...values });
  }

  onMessage({ topic, payload, retained }: Delivery): void {
    if (this.#isOver || !retained) return;
    const kept = this.#kept.get(topic);
    const state = kept === undefined ? undefined : parseState(payload);
    if (kept === undefined || state === undefined) return;
    const { node } = kept;
    const lastSeen = msOfIsoTime(String(state["last_seen"]));
    if (!(lastSeen > kept.lastSeen)) return;
    const known = Object.keys(node.seen.values)
      .filter((key) => Object.hasOwn(state, safeKey(key)))
      .map((key): [string, Value] => [key, state[safeKey(key)] as Value]);
    node.restore({ ...toValues(known), ...this.#heard.get(node) }, lastSeen);
  }
}

function parseState(text: string): Values | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : undefined;
  } catch {
    return undefined;
  }
}
