import type { Gateway } from "../gateway.ts";
import type { Publication } from "./broker.ts";
import type { Health } from "./health.ts";
import { nodeSummary } from "./summary.ts";
import type { Topics } from "./topics.ts";

/** Many nodes may come at once: the list of all is published once a second at most. */
const PAUSE_MS = 1000;

/** The interval at which the health of the gateway is published. */
const HEALTH_MS = 10 * 60_000;

interface BridgeInfoOptions {
  readonly gateway: Gateway;
  readonly topics: Topics;
  readonly version: string;
  readonly health: () => Health;
  readonly publish: (message: Publication) => void;
}

/** Publishes what the gateway is and how it is, and the list of its nodes. */
export class BridgeInfo {
  readonly #gateway: Gateway;
  readonly #topics: Topics;
  readonly #version: string;
  readonly #publish: (message: Publication) => void;
  readonly #health: () => Health;
  #cancelHealth: () => void = () => undefined;
  #cancelChange: (() => void) | undefined;
  #cancelPermit: () => void = () => undefined;

  constructor({ gateway, topics, version, health, publish }: BridgeInfoOptions) {
    this.#gateway = gateway;
    this.#topics = topics;
    this.#version = version;
    this.#health = health;
    this.#publish = publish;
  }

  /** Something is different: it is published soon. */
  changed(): void {
    const { clock } = this.#gateway;
    this.#cancelChange ??= clock.schedule(clock.now() + PAUSE_MS, () => this.publish());
  }

  publish(): void {
    this.#cancelChange?.();
    this.#cancelChange = undefined;
    const gateway = this.#gateway;
    const nodes = gateway.nodes.all;
    const accepted = nodes.filter(({ settings }) => settings.isAccepted).length;
    const info = {
      version: this.#version,
      radios: gateway.radios.map((radio) => ({ mac: radio.address(0), channel: radio.channel })),
      nodes: accepted,
      unknown: nodes.length - accepted,
      permit: gateway.permitUntil > gateway.now(),
    };
    this.#retain("info", info);
    this.#retain(
      "nodes",
      nodes.map((node) => nodeSummary(node, gateway)),
    );
    this.#watchPermit();
    this.#publishHealth();
  }

  stop(): void {
    this.#cancelHealth();
    this.#cancelChange?.();
    this.#cancelPermit();
  }

  #publishHealth(): void {
    this.#cancelHealth();
    this.#retain("health", this.#health());
    const { clock } = this.#gateway;
    this.#cancelHealth = clock.schedule(clock.now() + HEALTH_MS, () => this.#publishHealth());
  }

  /** When the time for new nodes is over, that is told too. */
  #watchPermit(): void {
    this.#cancelPermit();
    const { clock, permitUntil } = this.#gateway;
    const leftMs = permitUntil - this.#gateway.now();
    if (leftMs > 0) this.#cancelPermit = clock.schedule(clock.now() + leftMs, () => this.publish());
  }

  #retain(part: "info" | "nodes" | "health", value: object): void {
    this.#publish({ topic: this.#topics.bridge(part), payload: JSON.stringify(value), retain: true, qos: 1 });
  }
}
