// nodes: What is known of nodes: their names and decoders, what they said, whether they are there, which messages are
// copies. What strangers can fill has a limit. It knows no radio, no mailbox and no broker.

import { type MacAddress, toMac } from "aioespnow";
import { type Durability, type Store, StoreError, type StoreHealth } from "../store/store.ts";
import { checkName, defaultName } from "./names.ts";
import { Node, type NodeRecord, type NodeSettings } from "./node.ts";
import type { DecoderSource } from "./node-decoder.ts";

/** Anybody can send with any address: those that nobody has accepted are limited. */
const MAX_UNKNOWN = 1024;
export const MAX_ACCEPTED = 4096;
/** The shortest time between two writes of what a node has said: a flash card wears out. */
const SAVE_EVERY_MS = 60_000;

/** All nodes, by address and by name. What was decided about them is in the store. */
export class NodeRegistry {
  readonly #health: StoreHealth;
  readonly #store: Store;
  readonly #decoders: DecoderSource;
  readonly #nodes = new Map<MacAddress, Node>();
  readonly #names = new Map<string, Node>();
  readonly #savedAt = new Map<MacAddress, number>();
  /** Unknown nodes that were forgotten because there were too many. */
  forgotten = 0;

  /** @throws StoreError that names the node whose record in the store cannot be read. */
  constructor(store: Store, health: StoreHealth, decoders: DecoderSource) {
    this.#store = store;
    this.#decoders = decoders;
    this.#health = health;
    for (const [mac, text] of store.entries("nodes")) this.#add(readRecord(mac, text, decoders));
  }

  /** In the order in which they became known. */
  get all(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  /** By address; undefined if it is not known. */
  get(mac: MacAddress): Node | undefined {
    return this.#nodes.get(mac);
  }

  /** By name or address. @throws RangeError if there is none. */
  find(nameOrMac: string): Node {
    const node = this.#names.get(nameOrMac) ?? this.#byAddress(nameOrMac);
    if (node !== undefined) return node;
    throw new RangeError(`no node is called ${JSON.stringify(nameOrMac)}`);
  }

  /** A node that was heard for the first time, or that the configuration names. `now` is in ms since 1970. */
  create(mac: MacAddress, now: number, settings: Partial<NodeSettings> = {}): Node {
    this.#makeRoom();
    const decided = { name: defaultName(mac), isAccepted: false, isSleepy: false, ...settings };
    checkName(decided.name);
    if (this.#names.has(decided.name))
      throw new RangeError(`two nodes cannot be called ${JSON.stringify(decided.name)}`);
    const node = new Node(mac, { settings: decided, firstSeen: now, values: {}, events: {} }, this.#decoders);
    this.#add(node);
    if (decided.isAccepted) this.save(node);
    return node;
  }

  /** @throws RangeError for a name that is taken or not possible, and for a decoder with wrong options. */
  change(node: Node, changes: Partial<NodeSettings>): void {
    const settings = { ...node.settings, ...changes };
    checkName(settings.name);
    const other = this.#names.get(settings.name);
    if (other !== undefined && other !== node)
      throw new RangeError(`another node is called ${JSON.stringify(settings.name)}`);
    const accepted = this.all.filter((one) => one.settings.isAccepted && one !== node).length;
    if (settings.isAccepted && accepted >= MAX_ACCEPTED)
      throw new RangeError(`there are ${MAX_ACCEPTED} nodes already`);
    const before = node.name;
    node.settings = settings;
    this.#names.delete(before);
    this.#names.set(settings.name, node);
    this.save(node);
  }

  /** Forgets a node, and what was decided about it. */
  remove(node: Node): void {
    this.#nodes.delete(node.mac);
    this.#names.delete(node.name);
    this.#savedAt.delete(node.mac);
    this.#health.tolerate(() => this.#store.delete("nodes", node.mac));
  }

  /** Keeps what an accepted node has said; unless that is urgent, once a minute at most. `nowMs`: of any clock that runs on. @internal */
  saveSaid(node: Node, nowMs: number, isUrgent: boolean): void {
    const last = this.#savedAt.get(node.mac) ?? Number.NEGATIVE_INFINITY;
    if (!node.settings.isAccepted || (!isUrgent && nowMs - last < SAVE_EVERY_MS)) return;
    this.#savedAt.set(node.mac, nowMs);
    this.save(node, isUrgent ? "power-loss" : "kill");
  }

  /** Keeps what is known of an accepted node. @internal */
  save(node: Node, survives: Durability = "power-loss"): void {
    this.#health.tolerate(() => {
      this.#store.transaction(() => {
        if (node.settings.isAccepted) this.#store.put("nodes", node.mac, JSON.stringify(node.record));
        else if (this.#store.get("nodes", node.mac) !== undefined) this.#store.delete("nodes", node.mac);
      }, survives);
    });
  }

  #add(node: Node): void {
    this.#nodes.set(node.mac, node);
    this.#names.set(node.name, node);
  }

  #byAddress(text: string): Node | undefined {
    try {
      return this.#nodes.get(toMac(text));
    } catch {
      return undefined;
    }
  }

  /** The unknown node that was not heard for longest goes. */
  #makeRoom(): void {
    const unknown = this.all.filter(({ settings }) => !settings.isAccepted);
    if (unknown.length < MAX_UNKNOWN) return;
    const oldest = unknown.reduce((a, b) => ((b.lastSeen ?? 0) < (a.lastSeen ?? 0) ? b : a));
    this.remove(oldest);
    this.forgotten++;
  }
}

function readRecord(mac: string, text: string, decoders: DecoderSource): Node {
  try {
    return new Node(toMac(mac), JSON.parse(text) as NodeRecord, decoders);
  } catch (error) {
    throw new StoreError(`the store's record of the node ${mac} cannot be read: ${(error as Error).message}`);
  }
}
