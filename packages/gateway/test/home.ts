import { type AIOESPNow, type MacAddress, type Radio, sleep } from "aioespnow";
import { Air, type SimRadio } from "aioespnow/sim";
import type { Bridge, Gateway, MemoryBroker, Node, Store } from "espnow-gateway";
import { afterEach, beforeEach } from "vitest";
import { GATEWAY, type House, type HouseOptions, NODE, openHouse, switchOnRadio } from "./house.ts";

/** For a test file: each test has an air of its own with a radio for a gateway, and a node. All of it ends with the test. */
export function ownHome(): Home {
  const home = new Home();
  beforeEach(() => home.begin());
  afterEach(() => home.end());
  return home;
}

/** An air with a node, and a house on it once a test has opened one. */
export class Home {
  #air: Air | undefined;
  #radio: SimRadio | undefined;
  #nodeRadio: SimRadio | undefined;
  #node: AIOESPNow | undefined;
  #house: House | undefined;

  begin(): void {
    this.#air = new Air({ seed: 1 });
    this.#radio = this.#air.radio({ mac: GATEWAY, profile: "host" });
    this.#nodeRadio = this.#air.radio({ mac: NODE });
    this.#node = switchOnRadio(this.#nodeRadio);
  }

  async end(): Promise<void> {
    await this.close();
    await this.#air?.[Symbol.asyncDispose]();
  }

  /** Opens a house with the gateway's radio, or with `radios`. */
  open(options: HouseOptions = {}, radios: readonly Radio[] = [this.radio]): void {
    this.#house = openHouse(radios, options);
  }

  /** What was published and kept can still be seen. */
  async close(): Promise<void> {
    await this.#house?.[Symbol.asyncDispose]();
  }

  get air(): Air {
    return there(this.#air);
  }

  /** That of the gateway. */
  get radio(): SimRadio {
    return there(this.#radio);
  }

  get nodeRadio(): SimRadio {
    return there(this.#nodeRadio);
  }

  /** It has the address `NODE`. */
  get node(): AIOESPNow {
    return there(this.#node);
  }

  get gateway(): Gateway {
    return there(this.#house).gateway;
  }

  get bridge(): Bridge {
    return there(this.#house).bridge;
  }

  get broker(): MemoryBroker {
    return there(this.#house).broker;
  }

  get store(): Store {
    return there(this.#house).store;
  }

  /** What the gateway knows of the node. */
  get known(): Node {
    return this.gateway.nodes.find(NODE);
  }

  retained(topic: string): unknown {
    return there(this.#house).retained(topic);
  }

  published(topic: string): unknown[] {
    return there(this.#house).published(topic);
  }

  /** Lets time pass on the air. */
  pass(ms: number): Promise<void> {
    return sleep(ms, { radio: this.radio });
  }

  /** The node says something, and the gateway has heard it. */
  async say(data: string | Uint8Array, to: MacAddress = GATEWAY, from: AIOESPNow = this.node): Promise<void> {
    await from.asend(to, data);
    await this.pass(5);
  }
}

function there<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error("open the house first");
  return thing;
}
