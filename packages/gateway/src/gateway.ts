import type { Clock, MacAddress, Radio, SendReport } from "aioespnow";
import type { MessageInfo } from "aioespnow/core";
import { fromHex } from "./decoders/bytes.ts";
import type { Values } from "./decoders/decoder.ts";
import { EventFeed, type GatewayEvent } from "./events.ts";
import type { CommandOptions, MailboxItem } from "./mailbox/command.ts";
import { MailDelivery } from "./mailbox/delivery.ts";
import { Mailbox } from "./mailbox/mailbox.ts";
import { Availability } from "./nodes/availability.ts";
import { planChanges } from "./nodes/changes.ts";
import { Deduplicator } from "./nodes/deduplicator.ts";
import { MessageMaker } from "./nodes/message-maker.ts";
import type { Node, NodeSettings } from "./nodes/node.ts";
import { BUILT_IN, type DecoderSource } from "./nodes/node-decoder.ts";
import { readMessage } from "./nodes/reading.ts";
import { NodeRegistry } from "./nodes/registry.ts";
import { RadioSet } from "./radios/radio-set.ts";
import { type Store, StoreHealth } from "./store/store.ts";
import { type TransferCounters, TransferReceiver } from "./transfers/receiver.ts";

/** What a gateway is made of. */
export interface GatewayOptions {
  /** At least one; all on one clock. They belong to the caller, who closes them after the gateway. */
  readonly radios: readonly Radio[];
  /** Keeps its nodes and what waits for them. */
  readonly store: Store;
  /** The time in ms since 1970 when the clock stood at 0. 0 if left out. */
  readonly epochMs?: number;
  /** Whether a node that was never heard before is accepted at once. */
  readonly autoAccept?: boolean;
  /** Where decoders come from. The formats of `espnow-gateway/decoders` if left out. */
  readonly decoders?: DecoderSource;
  /** How much later another radio's copy of a message may come. 200 ms if left out. */
  readonly duplicateWindowMs?: number;
}

const SLEEPY_EXPIRY_MS = 24 * 3_600_000;
const AWAKE_EXPIRY_MS = 10_000;

/** Hears nodes through its radios, knows them, reads what they say, and brings them what is sent to them. */
export class Gateway implements AsyncDisposable {
  /** All that were heard, or are configured. */
  readonly nodes: NodeRegistry;
  /** What waits for nodes, and what became of it. */
  readonly mailbox: Mailbox;
  /** That of its radios, virtual or real. */
  readonly clock: Clock;
  /** Long messages that come in pieces: how many came whole, failed and were refused. */
  readonly transfers: TransferCounters;
  /** Whether what the gateway knows is kept. */
  readonly storeHealth: StoreHealth;
  /** Whether a node that was never heard before is accepted at once. */
  autoAccept: boolean;
  /** Where the decoders of nodes come from. */
  readonly decoders: DecoderSource;
  readonly #radios: RadioSet;
  readonly #epochMs: number;
  readonly #feed = new EventFeed();
  readonly #duplicates: Deduplicator;
  readonly #availability: Availability;
  readonly #delivery: MailDelivery;
  readonly #receiver: TransferReceiver;
  readonly #messages: MessageMaker;
  #permitUntil = 0;
  #isStarted = false;

  /** @throws RangeError without a radio, or with radios on several clocks. */
  constructor(options: GatewayOptions) {
    const { radios, store, epochMs = 0, autoAccept = false, decoders = BUILT_IN } = options;
    const [first] = radios;
    if (first === undefined) throw new RangeError("a gateway needs at least one radio");
    if (radios.some(({ clock }) => clock !== first.clock))
      throw new RangeError("all radios of a gateway have one clock");
    this.clock = first.clock;
    this.#epochMs = epochMs;
    this.autoAccept = autoAccept;
    this.decoders = decoders;
    this.storeHealth = new StoreHealth();
    this.nodes = new NodeRegistry(store, this.storeHealth, this.decoders);
    this.mailbox = new Mailbox({
      store,
      health: this.storeHealth,
      now: () => this.now(),
      tell: (status) => this.#feed.tell({ kind: "command", node: this.nodes.get(status.mac), status }),
    });
    this.#duplicates = new Deduplicator(radios.length, options.duplicateWindowMs);
    this.#messages = new MessageMaker(
      (node) => this.#radios.at(node.bestRadio).radio.address(0),
      () => this.now(),
    );
    this.#availability = new Availability({
      clock: this.clock,
      now: () => this.now(),
      tell: (node) => this.#feed.tell({ kind: "availability", node }),
      ping: (node) => this.#answerLater(node, this.#messages.ping(node)),
    });
    this.#receiver = new TransferReceiver({
      now: () => this.clock.now(),
      isWelcome: (mac) => this.nodes.get(mac)?.settings.isAccepted === true,
      answer: (mac, data) => this.#answerLater(this.nodes.get(mac) as Node, data),
      deliver: (mac, whole) => this.#read(this.nodes.get(mac) as Node, whole),
    });
    this.transfers = this.#receiver.counters;
    this.#radios = new RadioSet(radios, (radio, message) => this.#onHeard(radio, message));
    this.#delivery = new MailDelivery(this.mailbox, {
      clock: this.clock,
      now: () => this.now(),
      listening: (mac) => this.nodes.get(mac)?.listening ?? "always",
      awaits: (mac, data) => this.nodes.get(mac)?.decoder?.awaits?.(data),
      send: (mac, data, done) => this.#send(mac, data, done),
    });
  }

  /** Hears and delivers from now on. Once. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#radios.start();
    for (const node of this.nodes.all) this.#prepare(node);
    this.#delivery.start();
  }

  /** In ms since 1970. */
  now(): number {
    return this.#epochMs + this.clock.now();
  }

  /** In the order of the options. */
  get radios(): readonly Radio[] {
    return this.#radios.all;
  }

  /** Receptions that another radio had brought already. */
  get duplicates(): number {
    return this.#duplicates.duplicates;
  }

  /** Calls `listener` synchronously with everything that happens from now on. Returns how to stop that. */
  observe(listener: (event: GatewayEvent) => void): () => void {
    return this.#feed.observe(listener);
  }

  /** Until when (in ms since 1970) nodes that were never heard before are accepted; in the past: not. */
  get permitUntil(): number {
    return this.#permitUntil;
  }

  /** Accepts new nodes for this many milliseconds from now; 0: no longer. */
  permit(forMs: number): void {
    this.#permitUntil = this.now() + forMs;
  }

  /** A node that was not heard yet. @throws RangeError for a name that is taken or not possible. */
  addNode(mac: MacAddress, settings: Partial<NodeSettings>): Node {
    const known = this.nodes.get(mac);
    if (known !== undefined) {
      this.changeNode(known, settings);
      return known;
    }
    const node = this.nodes.create(mac, this.now(), settings);
    if (this.#isStarted) this.#prepare(node);
    this.#feed.tell({ kind: "node-new", node });
    return node;
  }

  /**
   * Adds and changes several nodes; they may exchange their names. Nodes that are not in `nodes` stay as they are.
   * @throws RangeError for a name that two would have or that is not possible, for more accepted nodes than there may be, and
   *   for more keys than a radio has room for. Nothing is changed then.
   */
  configure(nodes: ReadonlyMap<MacAddress, Partial<NodeSettings>>): void {
    const room = Math.min(...this.radios.map(({ capabilities }) => capabilities.maxEncryptedPeers));
    for (const [node, name] of planChanges(this.nodes.all, nodes, room)) this.changeNode(node, { name });
    for (const [mac, settings] of nodes) this.addNode(mac, settings);
  }

  /** No changes: its decoder is different. @throws RangeError for an impossible name, or a decoder with wrong options. */
  changeNode(node: Node, changes: Partial<NodeSettings>): void {
    const { name, isAccepted } = node.settings;
    if (changes.isAccepted === true) node.pinDecoder();
    this.nodes.change(node, changes);
    if (this.#isStarted) this.#radios.useKey(node.mac, keyOf(node));
    this.#feed.tell({ kind: "node-changed", node, before: { name, isAccepted } });
  }

  /** Forgets a node. If it is heard again, it is a new one. */
  removeNode(node: Node): void {
    for (const item of this.mailbox.list(node.mac)) this.mailbox.end(item, "failed", "the node was removed");
    this.#availability.remove(node);
    if (this.#isStarted) this.#radios.useKey(node.mac, undefined);
    this.nodes.remove(node);
    this.#feed.tell({ kind: "node-removed", node });
  }

  /**
   * Sends bytes to a node, as soon as it listens. When this returns, the item is kept.
   * @throws RangeError for more bytes than a message has, or if the mailbox of the node is full; StoreError if it cannot be
   *   kept.
   */
  send(node: Node, data: Uint8Array, options: CommandOptions = {}): MailboxItem {
    const { maxDataLength } = this.#radios.at(node.bestRadio).radio.capabilities;
    if (data.length === 0 || data.length > maxDataLength) {
      throw new RangeError(`a message has 1 to ${maxDataLength} bytes, not ${data.length}`);
    }
    const expiresInMs = node.listening === "always" ? AWAKE_EXPIRY_MS : SLEEPY_EXPIRY_MS;
    const item = this.mailbox.put({ expiresInMs, ...options, mac: node.mac, data });
    this.#delivery.added(node.mac);
    return item;
  }

  /** Sends bytes to a node that waits for them right now: once, whatever becomes of them. */
  answer(node: Node, data: Uint8Array): void {
    this.#send(node.mac, data, () => undefined);
  }

  /**
   * Sets values of a node, by its decoder.
   * @throws RangeError where its format has no messages to nodes, or the values do not fit.
   */
  set(node: Node, values: Values, options: CommandOptions = {}): MailboxItem {
    return this.send(node, this.#messages.set(node, values), { key: Object.keys(values).sort().join(","), ...options });
  }

  /** Stops, and keeps what is known. The radios and the store stay open. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    this.#radios.stop();
    this.#delivery.stop();
    this.#availability.stop();
    for (const node of this.nodes.all) this.nodes.save(node, "kill");
  }

  #prepare(node: Node): void {
    this.#availability.add(node);
    this.#radios.useKey(node.mac, keyOf(node));
  }

  #onHeard(radio: number, message: MessageInfo): void {
    const { source, rssi } = message;
    const node = this.nodes.get(source) ?? this.#meet(source);
    node.rssi.set(radio, rssi);
    if (!this.#duplicates.isNew(radio, source, message.data, this.clock.now())) return;
    const data = message.data.slice();
    node.counters.messages++;
    this.#availability.heard(node);
    this.#feed.tell({ kind: "raw", node, data, rssi });
    if (!this.#receiver.take(source, data)) this.#read(node, data);
    if (node.decoder?.asks?.(data) === false) return;
    this.clock.defer(() => this.#delivery.heard(source));
  }

  #meet(mac: MacAddress): Node {
    const isAccepted = this.autoAccept || this.now() < this.#permitUntil;
    const node = this.nodes.create(mac, this.now(), { isAccepted });
    this.#feed.tell({ kind: "node-new", node });
    return node;
  }

  #read(node: Node, data: Uint8Array): void {
    const decoded = readMessage(node, data);
    if (decoded === undefined) {
      node.counters.undecoded++;
      return;
    }
    const judgement = node.filter.judge(decoded, this.clock.now());
    if (judgement !== "new") {
      node.counters[judgement]++;
      return;
    }
    if (node.settings.isAccepted) node.pinDecoder();
    const isNewKey = node.take(decoded);
    // Rolling codes at once: a replay after a restart is one too.
    this.nodes.saveSaid(node, this.clock.now(), isNewKey || decoded.rollingCode !== undefined);
    const { values, events, confirms, challenge } = decoded;
    this.#feed.tell({ kind: "uplink", node, data, values, events, isNewKey, time: this.now() });
    if (confirms !== undefined) this.clock.defer(() => this.#delivery.confirmed(node.mac, confirms));
    if (challenge !== undefined) this.#answerLater(node, this.#messages.answer(node, challenge));
  }

  #answerLater(node: Node, message: Uint8Array | undefined): boolean {
    if (message !== undefined) this.clock.defer(() => this.answer(node, message));
    return message !== undefined;
  }

  #send(mac: MacAddress, data: Uint8Array, done: (report: SendReport) => void): void {
    const node = this.nodes.get(mac);
    this.#radios.at(node?.bestRadio ?? 0).send(mac, node && keyOf(node), data, (report) => {
      if (report.status === "acked" && node !== undefined && this.nodes.get(mac) === node) {
        this.#availability.acknowledged(node);
      }
      done(report);
    });
  }
}

function keyOf({ settings: { lmk } }: Node): Uint8Array | undefined {
  return lmk === undefined ? undefined : fromHex(lmk, "lmk");
}
