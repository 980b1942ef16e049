// bridge: MQTT and Home Assistant. Only what accepted nodes say is published; a state topic never gets an older value;
// what is promised to a node is in the store until the broker has confirmed it. It knows the interface of a broker,
// whichever it is, and no radio.

import type { RandomSource } from "aioespnow/sim";
import type { GatewayEvent } from "../events.ts";
import type { Gateway } from "../gateway.ts";
import { safeKey, safeValues } from "../nodes/names.ts";
import type { Node } from "../nodes/node.ts";
import type { Store } from "../store/store.ts";
import { isoTime } from "../util/iso-time.ts";
import { Announcer } from "./announcer.ts";
import { Backlog } from "./backlog.ts";
import { BridgeInfo } from "./bridge-info.ts";
import type { Broker, Delivery, Publication } from "./broker.ts";
import { Commands } from "./commands.ts";
import { HinchService } from "./hinch-service.ts";
import { Outbox } from "./outbox.ts";
import { ReadBack } from "./read-back.ts";
import { type OwnPowers, RequestService } from "./request-service.ts";
import { Spool, type SpoolLimits } from "./spool.ts";
import { nodeSummary } from "./summary.ts";
import { Topics } from "./topics.ts";

/** What a bridge joins, and how. */
export interface BridgeOptions {
  /** Whose nodes are published. */
  readonly gateway: Gateway;
  /** Where they are published. The bridge connects it, and does not close it. */
  readonly broker: Broker;
  /** Keeps the spool, and what the broker has not confirmed. Give it the gateway's. */
  readonly store: Store;
  /** Spreads what all gateways would do at the same time after Home Assistant's start. */
  readonly random: RandomSource;
  /** That of the program, for people: `0.1.0`. */
  readonly version: string;
  /** `espnow` if left out. */
  readonly base?: string;
  /** Of Home Assistant's discovery: `homeassistant` if left out; null: no discovery. */
  readonly discoveryPrefix?: string | null;
  /** Publishes raw messages too. */
  readonly raw?: boolean;
  /** How much waits while the broker is away; left out: 10,000 messages, 4 MiB, 24 hours. */
  readonly spool?: SpoolLimits;
  /** What requests may do beside what the gateway can. */
  readonly powers?: OwnPowers;
}

/** Home Assistant asks for a random delay after its birth. */
const BIRTH_DELAY_MS = 1000;
const BIRTH_JITTER_MS = 4000;

/**
 * Joins a gateway to MQTT and Home Assistant. docs/mqtt.md describes every topic.
 * @example
 * import { Air, SeededRandom } from "aioespnow/sim";
 * import { Bridge, Gateway, MemoryBroker, MemoryStore } from "espnow-gateway";
 *
 * const air = new Air();
 * const store = new MemoryStore();
 * const broker = new MemoryBroker((work) => air.clock.schedule(air.clock.now(), work));
 * const gateway = new Gateway({ radios: [air.radio()], store, autoAccept: true });
 * const bridge = new Bridge({ gateway, broker: broker.client(), store, random: new SeededRandom(1), version: "1" });
 * gateway.start();
 * bridge.start();
 */
export class Bridge {
  /** What waits while the broker is away. */
  readonly spool: Spool;
  /** What must reach the broker and has not been confirmed yet: the ends of commands, what nodes asked to publish. @internal */
  readonly outbox: Outbox;
  readonly #gateway: Gateway;
  readonly #broker: Broker;
  readonly #topics: Topics;
  readonly #random: RandomSource;
  readonly #raw: boolean;
  readonly #info: BridgeInfo;
  readonly #announcer: Announcer | undefined;
  readonly #commands: Commands;
  readonly #backlog: Backlog;
  readonly #readBack: ReadBack;
  readonly #hinch: HinchService;
  readonly #requests: RequestService;
  #stopObserving: () => void = () => undefined;
  #cancelBirth: () => void = () => undefined;

  /** @throws RangeError for a base topic with wildcards. */
  constructor({ gateway, broker, store, random, version, ...options }: BridgeOptions) {
    const { base = "espnow", discoveryPrefix: prefix = "homeassistant", raw = false, spool, powers = {} } = options;
    this.#gateway = gateway;
    this.#broker = broker;
    this.#random = random;
    this.#topics = new Topics(base);
    this.#raw = raw;
    this.#requests = new RequestService(gateway, broker, this.#topics, powers);
    this.#info = new BridgeInfo({
      gateway,
      topics: this.#topics,
      version,
      health: () => this.#requests.health(),
      publish: (message) => this.#publish(message),
    });
    const context = { topics: this.#topics, prefix: prefix ?? "", version, canRestart: powers.restart !== undefined };
    this.#announcer = prefix === null ? undefined : new Announcer(context, (message) => this.#publish(message));
    const publish = (message: Publication, done?: (isConfirmed: boolean) => void) => this.#publish(message, done);
    this.spool = new Spool(store, gateway.storeHealth, spool);
    this.outbox = new Outbox(store, gateway.storeHealth, publish);
    this.#backlog = new Backlog({
      spool: this.spool,
      outbox: this.outbox,
      broker,
      clock: gateway.clock,
      topics: this.#topics,
    });
    this.#commands = new Commands(gateway, this.#topics, publish);
    this.#readBack = new ReadBack(gateway, broker, this.#topics);
    this.#hinch = new HinchService({
      gateway,
      broker,
      store,
      outbox: this.outbox,
      onPublication: () => this.#backlog.send(),
      reserved: [base, ...(prefix === null ? [] : [prefix])],
    });
  }

  /** Announces the nodes, and publishes from now on. */
  start(): void {
    const will = this.#state("offline");
    const birth = this.#announcer === undefined ? [] : [this.#announcer.birthTopic];
    this.#stopObserving = this.#gateway.observe((event) => this.#onEvent(event));
    const listener = {
      onConnected: () => this.#onConnected(),
      onDisconnected: () => undefined,
      onMessage: (message: Delivery) => this.#onMessage(message),
    };
    this.#hinch.start();
    this.#broker.start(listener, will, [...this.#topics.subscriptions, ...birth]);
  }

  /** Says goodbye. The broker stays open. */
  stop(done: () => void = () => undefined): void {
    this.#stopObserving();
    this.#cancelBirth();
    this.#info.stop();
    this.#readBack.stop();
    this.#backlog.stop();
    this.#broker.publish(this.#state("offline"), done);
  }

  #onConnected(): void {
    this.#publish(this.#state("online"));
    this.#info.publish();
    this.#announcer?.announceAgain();
    this.#commands.tellUntold();
    this.#readBack.start(() => {
      for (const node of this.#accepted) this.#publishNode(node);
      this.#backlog.send();
    });
  }

  get #accepted(): readonly Node[] {
    return this.#gateway.nodes.all.filter(({ settings }) => settings.isAccepted);
  }

  #onEvent(event: GatewayEvent): void {
    const { node } = event;
    switch (event.kind) {
      case "uplink":
        this.#onUplink(event);
        return;
      case "raw":
        this.#onRaw(event.node, event.data, event.rssi);
        return;
      case "command":
        this.#commands.tell(event.status);
        return;
      case "availability":
        if (event.node.settings.isAccepted) this.#publishAvailability(event.node);
        break;
      case "node-changed":
        this.#onChanged(event.node, event.before);
        this.#hinch.onChanged(event.node);
        break;
      case "node-new":
        if (event.node.settings.isAccepted) this.#publishNode(event.node);
        this.#info.changed();
        break;
      case "node-removed":
        this.#clear(event.node, event.node.name);
        this.#hinch.onRemoved(event.node);
        this.#info.changed();
    }
    if (node !== undefined) this.#tellBridge(event.kind.replace("-", "_"), node);
  }

  #onUplink({ node, data, values, events, isNewKey, time }: GatewayEvent & { kind: "uplink" }): void {
    if (node.decoder?.format === "hinch") this.#hinch.onMessage(node, data);
    if (!node.settings.isAccepted || (Object.keys(values).length === 0 && events.length === 0)) return;
    const { name, mac } = node;
    const spool = (): void => this.spool.add(time, { node: name, mac, values: safeValues(values), events });
    if (!this.#broker.isConnected || !this.#readBack.isOver) {
      this.#readBack.onHeard(node, values);
      spool();
      return;
    }
    if (isNewKey) this.#announcer?.announce(node);
    this.#publish(this.#nodeState(node), (isConfirmed) => {
      if (isConfirmed) return;
      spool();
      this.#backlog.send();
    });
    for (const { key, type } of events) {
      const payload = JSON.stringify({ event_type: type });
      this.#publish({ topic: this.#topics.action(node.name, safeKey(key)), payload, retain: false, qos: 1 });
    }
  }

  #onRaw(node: Node, data: Uint8Array, rssi: number | undefined): void {
    if (!this.#raw) return;
    const payload = JSON.stringify({ hex: Buffer.from(data).toString("hex"), rssi: rssi ?? null });
    this.#publish({ topic: this.#topics.raw(node.mac), payload, retain: false, qos: 0 });
  }

  /** A new name has new topics: those of the old one go. */
  #onChanged(node: Node, before: { readonly name: string; readonly isAccepted: boolean }): void {
    const { isAccepted } = node.settings;
    if (before.isAccepted && !isAccepted) this.#clear(node, before.name);
    if (!isAccepted) return;
    this.#publishNode(node);
    if (before.isAccepted && before.name !== node.name) this.#clearTopics(before.name);
    this.#info.changed();
  }

  #clear(node: Node, name: string): void {
    this.#announcer?.remove(node);
    this.#clearTopics(name);
  }

  #clearTopics(name: string): void {
    for (const topic of [this.#topics.state(name), this.#topics.availability(name)]) {
      this.#publish({ topic, payload: "", retain: true, qos: 1 });
    }
  }

  #publishNode(node: Node): void {
    this.#announcer?.announce(node);
    this.#publishAvailability(node);
    if (node.lastSeen !== undefined) this.#publish(this.#nodeState(node));
  }

  #nodeState(node: Node): Publication {
    const own = { gateway_rssi: node.rssi.get(node.bestRadio) ?? null, last_seen: isoTime(node.lastSeen ?? 0) };
    const payload = JSON.stringify({ ...safeValues(node.seen.values), ...own });
    return { topic: this.#topics.state(node.name), payload, retain: true, qos: 1 };
  }

  #publishAvailability(node: Node): void {
    const payload = JSON.stringify({ state: node.isOnline ? "online" : "offline" });
    this.#publish({ topic: this.#topics.availability(node.name), payload, retain: true, qos: 1 });
  }

  #tellBridge(type: string, node: Node): void {
    const payload = JSON.stringify({ type, data: nodeSummary(node, this.#gateway) });
    this.#publish({ topic: this.#topics.bridge("event"), payload, retain: false, qos: 1 });
  }

  #state(state: "online" | "offline"): Publication {
    return { topic: this.#topics.bridge("state"), payload: JSON.stringify({ state }), retain: true, qos: 1 };
  }

  #onMessage(message: Delivery): void {
    const { topic, payload, retained } = message;
    this.#readBack.onMessage(message);
    this.#hinch.onDelivery(message);
    if (retained) return; // an old command is not given again
    if (topic === this.#announcer?.birthTopic) {
      this.#onBirth(payload);
      return;
    }
    const parsed = this.#topics.parse(topic);
    if (parsed?.kind === "request") {
      this.#requests.answer(parsed.what, payload, (message, done) => this.#publish(message, done));
      if (parsed.what === "permit") this.#info.publish();
    } else if (parsed !== undefined) this.#commands.set(parsed.name, parsed.key, payload);
  }

  /** Home Assistant has started: the state of the bridge first, else the nodes would be unavailable. */
  #onBirth(payload: string): void {
    if (payload !== "online") return;
    this.#cancelBirth();
    const { clock } = this.#gateway;
    const delay = BIRTH_DELAY_MS + (this.#random.uint32() / 2 ** 32) * BIRTH_JITTER_MS;
    this.#cancelBirth = clock.schedule(clock.now() + delay, () => this.#onConnected());
  }

  #publish(message: Publication, done?: (isConfirmed: boolean) => void): void {
    this.#broker.publish(message, done);
  }
}
