import { once } from "node:events";
import { createServer, connect as netConnect, type Server, type Socket } from "node:net";
import mqtt, { type MqttClient } from "mqtt";
import type { Mosquitto } from "../../bench/mosquitto.ts";

const ENDS = ["acked", "delivered", "expired", "failed", "replaced"];

/**
 * Notes what a gateway publishes, and what it should not have. The gateway reaches the broker through `port`, which is
 * open only while the witness listens: so it misses nothing that the broker has confirmed.
 */
export class Witness implements AsyncDisposable {
  /** Of each topic with counts, all that were published. */
  readonly counts = new Map<string, Set<number>>();
  /** Values that were published on a topic after a greater one. */
  readonly older: string[] = [];
  /** The commands that were confirmed as queued, with the ends that were reported. */
  readonly commands = new Map<string, Set<string>>();
  readonly #mosquitto: Mosquitto;
  readonly #greatest = new Map<string, number>();
  readonly #gate: Server;
  readonly #sockets = new Set<Socket>();
  #client: MqttClient | undefined;
  #changed = (): void => undefined;
  #isOpen = false;
  #greetings = 0;
  readonly #seen = { reports: 0, states: 0 };

  static async open(mosquitto: Mosquitto): Promise<Witness> {
    const witness = new Witness(mosquitto);
    witness.#gate.listen(0, "127.0.0.1");
    await once(witness.#gate, "listening");
    await witness.listen();
    return witness;
  }

  private constructor(mosquitto: Mosquitto) {
    this.#mosquitto = mosquitto;
    this.#gate = createServer((socket) => this.#pass(socket));
  }

  get port(): number {
    return (this.#gate.address() as { readonly port: number }).port;
  }

  /** Connects, and lets the gateway connect. */
  async listen(): Promise<void> {
    const client = mqtt.connect(this.#mosquitto.url, { reconnectPeriod: 0 });
    this.#client = client;
    client.on("error", () => undefined);
    client.on("message", (topic, payload, { retain }) => {
      if (!retain) this.#note(topic, String(payload));
      this.#changed();
    });
    await new Promise<void>((resolve) => client.once("connect", () => resolve()));
    await client.subscribeAsync("#", { qos: 1 });
    this.#isOpen = true;
  }

  /** The broker is about to go away, or has gone. */
  close(): void {
    this.#isOpen = false;
    this.#client?.end(true);
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Whether somebody can be told to do something. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  publish(topic: string, payload: string): void {
    if (this.#isOpen) this.#client?.publish(topic, payload, { qos: 1 });
  }

  /** Waits until `what` is so, looking whenever something was published. */
  until(what: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = () => what() && resolve();
      this.#changed();
    });
  }

  /** Waits for so many reports of commands, or states of nodes. */
  async next(what: "reports" | "states", count: number): Promise<void> {
    const goal = this.#seen[what] + count;
    await this.until(() => this.#seen[what] >= goal);
  }

  /** Waits until a gateway says that it is there, from now on. */
  async online(): Promise<void> {
    const before = this.#greetings;
    await this.until(() => this.#greetings > before);
  }

  /** Waits for the answer to a request to the gateway. */
  async request(what: string, data: object): Promise<unknown> {
    const answer = new Promise<unknown>((resolve) => {
      this.#client?.on("message", (topic, payload) => {
        if (topic === `espnow/bridge/response/${what}`) resolve(JSON.parse(String(payload)));
      });
    });
    this.publish(`espnow/bridge/request/${what}`, JSON.stringify(data));
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    this.#gate.close();
    await once(this.#gate, "close");
  }

  #note(topic: string, payload: string): void {
    const [, name] = /^(?:espnow\/(\w+)|count\/\w+)$/.exec(topic) ?? [];
    if (topic === "espnow/bridge/state" && payload.includes("online")) this.#greetings++;
    if (topic.endsWith("/command")) this.#noteCommand(payload);
    else if (topic.startsWith("count/")) this.#noteCount(topic, Number(payload));
    else if (name !== undefined && payload !== "") this.#noteCount(topic, (JSON.parse(payload) as { n: number }).n);
  }

  #noteCount(topic: string, count: number): void {
    if (topic.startsWith("espnow/")) this.#seen.states++;
    const greatest = this.#greatest.get(topic) ?? 0;
    if (count < greatest) this.older.push(`${topic} ${count} after ${greatest}`);
    this.#greatest.set(topic, Math.max(count, greatest));
    const counts = this.counts.get(topic) ?? new Set();
    this.counts.set(topic, counts.add(count));
  }

  #noteCommand(payload: string): void {
    this.#seen.reports++;
    const { id, state } = JSON.parse(payload) as { readonly id: string; readonly state: string };
    if (state === "queued") this.commands.set(id, this.commands.get(id) ?? new Set());
    if (ENDS.includes(state)) this.commands.get(id)?.add(state);
  }

  #pass(socket: Socket): void {
    if (!this.#isOpen) {
      socket.destroy();
      return;
    }
    const broker = netConnect(this.#mosquitto.port, "127.0.0.1");
    for (const [one, other] of [
      [socket, broker],
      [broker, socket],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.on("error", () => undefined);
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
