import type { Clock } from "aioespnow";
import type { RandomSource } from "aioespnow/sim";
import mqtt, { type IClientOptions, type IConnackPacket, type IPublishPacket, type MqttClient } from "mqtt";
import type { Broker, BrokerListener, Publication } from "./broker.ts";
import { InFlight } from "./in-flight.ts";
import { Subscriptions } from "./subscriptions.ts";

/** Where a broker is, and how to log in there. */
export interface MqttBrokerOptions {
  /** `mqtt://host`, `mqtts://host:8883`, `ws://host/path`, `wss://`. */
  readonly url: string;
  /** For the pauses between attempts: real time. */
  readonly clock: Clock;
  /** For the pauses between attempts and for `clientId`. */
  readonly random: RandomSource;
  /** Left out: none is sent. */
  readonly username?: string;
  /** Left out: none is sent. */
  readonly password?: string;
  /** `espnow-` and a random number if left out. */
  readonly clientId?: string;
  /** Of a private authority, in PEM. */
  readonly ca?: string;
  /** The client's own certificate, in PEM. */
  readonly cert?: string;
  /** The key of that certificate, in PEM. */
  readonly key?: string;
  /** Told what people should know: that the connection failed, and why. */
  readonly onRemark?: (text: string) => void;
}

/** A connection whose subscriptions are made. */
interface Connection {
  readonly subscriptions: Subscriptions;
  readonly inFlight: InFlight;
}

interface Session {
  readonly listener: BrokerListener;
  readonly will: Publication;
  readonly subscriptions: readonly string[];
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_S = 30;
/** Of CONNACK: a version that the broker does not speak (MQTT 3.1.1, 3.2.2.3; MQTT 5, 3.2.2.2). */
const WRONG_VERSION = [1, 0x84];
/** Messages that wait for their confirmation. */
const MAX_UNCONFIRMED = 10_000;
/** What a broker that says nothing else takes at a time (MQTT 5, 3.2.2.3.3); one of 3.1.1 says nothing. */
const RECEIVE_MAXIMUM = 65_535;

/**
 * A broker on the network, with MQTT 5, or 3.1.1 where it does not speak that. It connects again after 1 to 60 seconds, with
 * some chance so that not all clients come at once. Each connection is a new client of mqtt.js: it queues without limit
 * while it is away, and nothing is to wait there.
 */
export class MqttBroker implements Broker {
  readonly #options: MqttBrokerOptions;
  readonly #more = new Set<string>();
  #session: Session | undefined;
  #client: MqttClient | undefined;
  /** While connected. */
  #connection: Connection | undefined;
  #version: 4 | 5 = 5;
  #isClosed = false;
  #failures = 0;
  #lastRemark = "";
  #cancelPause: () => void = () => undefined;

  /** @throws RangeError for a URL that is not that of a broker. */
  constructor(options: MqttBrokerOptions) {
    if (!/^(mqtts?|wss?):\/\/[^/]/.test(options.url)) {
      throw new RangeError(
        `a broker's URL is like mqtt://host or mqtts://host:8883, not ${JSON.stringify(options.url)}`,
      );
    }
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** The version of MQTT that is spoken: 5, or 4 for 3.1.1. */
  get protocolVersion(): 4 | 5 {
    return this.#version;
  }

  start(listener: BrokerListener, will: Publication, subscriptions: readonly string[]): void {
    this.#session = { listener, will, subscriptions };
    this.#connect(this.#session);
  }

  subscribe(filter: string): () => void {
    this.#more.add(filter);
    this.#connection?.subscriptions.add(filter).catch(ignore);
    return () => {
      this.#more.delete(filter);
      this.#connection?.subscriptions.remove(filter, () => !this.#more.has(filter));
    };
  }

  publish(message: Publication, done: (isConfirmed: boolean) => void = () => undefined): void {
    const inFlight = this.#connection?.inFlight;
    if (inFlight === undefined || inFlight.size >= MAX_UNCONFIRMED) queueMicrotask(() => done(false));
    else inFlight.publish(message, done);
  }

  /** Says goodbye properly: the broker does not publish the will. What was published before is sent. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelPause();
    await new Promise<void>((resolve) => {
      if (this.#connection === undefined) resolve();
      else this.#connection.inFlight.whenEmpty(resolve);
    });
    await this.#client?.endAsync(this.#connection === undefined);
    this.#connection = undefined;
  }

  #connect(session: Session): void {
    const { url } = this.#options;
    const client = mqtt.connect(url, this.#clientOptions(session));
    this.#client = client;
    let reason = "the connection was closed";
    client.on("connect", (connack) => void this.#onConnect(client, session, connack));
    client.on("error", (error) => {
      reason = reasonOf(error);
      if (this.#speaksOlder(error)) {
        this.#version = 4;
        reason = "it does not speak MQTT 5: trying 3.1.1 (Home Assistant needs MQTT 5 from 2027.1 on)";
      }
    });
    client.on("close", () => this.#onClose(client, session, reason));
  }

  #clientOptions({ will }: Session): IClientOptions {
    const { username, password, clientId, ca, cert, key, random } = this.#options;
    return {
      protocolVersion: this.#version,
      clientId: clientId ?? `espnow-${random.uint32().toString(16).padStart(8, "0")}`,
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      queueQoSZero: false,
      will: { topic: will.topic, payload: Buffer.from(will.payload), retain: will.retain, qos: will.qos },
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    };
  }

  async #onConnect(client: MqttClient, session: Session, { properties }: IConnackPacket): Promise<void> {
    const { listener } = session;
    const hasNumbers = this.#version === 5 && properties?.subscriptionIdentifiersAvailable !== false;
    const subscriptions = new Subscriptions(client, hasNumbers);
    client.on("message", (topic, payload, packet) => {
      const { retain: retained } = packet;
      if (this.#client !== client || !(retained || subscriptions.isFirstCopy(topic, numbersOf(packet)))) return;
      listener.onMessage({ topic, payload: payload.toString(), retained });
    });
    try {
      await Promise.all(session.subscriptions.map((filter) => subscriptions.add(filter)));
    } catch {
      client.end(true); // `close` tells it
      return;
    }
    if (this.#client !== client || this.#isClosed) return;
    this.#connection = { subscriptions, inFlight: new InFlight(client, properties?.receiveMaximum ?? RECEIVE_MAXIMUM) };
    this.#failures = 0;
    this.#lastRemark = "";
    for (const filter of this.#more) subscriptions.add(filter).catch(ignore);
    listener.onConnected();
  }

  #onClose(client: MqttClient, session: Session, reason: string): void {
    if (this.#client !== client) return;
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.inFlight.end();
    if (this.#isClosed) return;
    this.#client = undefined;
    client.end(true);
    if (connection !== undefined) session.listener.onDisconnected(reason);
    this.#remark(`the broker ${this.#options.url.replace(/\/\/[^@/]*@/, "//")} cannot be reached: ${reason}`);
    const { clock, random } = this.#options;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    const delayMs = pause * (0.5 + random.uint32() / 2 ** 33);
    this.#cancelPause = clock.schedule(clock.now() + delayMs, () => this.#connect(session));
  }

  #speaksOlder(error: Error & { readonly code?: unknown }): boolean {
    return this.#version === 5 && WRONG_VERSION.includes(Number(error.code));
  }

  /** Once for each reason, not for each attempt. */
  #remark(text: string): void {
    if (text === this.#lastRemark) return;
    this.#lastRemark = text;
    this.#options.onRemark?.(text);
  }
}

/** Of a subscription that a broker refuses there is nothing to be done. */
const ignore = (): void => undefined;

/** For which of the filters this copy of a message is. */
function numbersOf({ properties }: IPublishPacket): readonly number[] {
  return [properties?.subscriptionIdentifier ?? []].flat();
}

/** What mqtt.js says when it cannot connect, for people. */
function reasonOf(error: Error & { readonly code?: unknown; readonly errors?: readonly Error[] }): string {
  const code = Number(error.code) as IConnackPacket["returnCode"];
  if (code === 4 || code === 0x86) return "the user name or the password is wrong";
  if (code === 5 || code === 0x87) return "the broker does not let this user in";
  return error.message || error.errors?.[0]?.message || String(error.code);
}
