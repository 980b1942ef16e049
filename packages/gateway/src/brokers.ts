import { readFileSync } from "node:fs";
import { type RandomSource, systemClock } from "aioespnow/sim";
import type { MqttBroker } from "./bridge/mqtt-broker.ts";
import type { EmbeddedBroker } from "./broker/embedded-broker.ts";
import { parseUsers, type Users } from "./broker/users.ts";
import type { BrokerConfig, MqttConfig } from "./config/schema.ts";
import type { Gateway } from "./gateway.ts";
import { isLoopback, listenAddress } from "./listening.ts";
import type { Store } from "./store/store.ts";

/** What brokers need beside their settings. */
export interface BrokerSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly random: RandomSource;
  readonly onRemark: (text: string) => void;
}

/** Where a broker is, and who the gateway is there. */
type Login = Pick<MqttConfig, "url" | "username"> & { readonly password?: string };

/** mqtt.js is loaded where there is a broker. `login`: to the embedded one. */
export async function joinBroker(
  config: MqttConfig,
  login: Login | undefined,
  { env, random, onRemark }: BrokerSurroundings,
): Promise<MqttBroker> {
  const { password_file: passwordFile, ca_file: ca, cert_file: cert, key_file: key } = config;
  const { url = "", username } = login ?? config;
  const { MqttBroker } = await import("./bridge/mqtt-broker.ts");
  const ownPassword = (): string | undefined =>
    passwordFile === undefined ? env["ESPNOW_MQTT_PASSWORD"] : secret(passwordFile, "mqtt.password_file");
  const password = login === undefined ? ownPassword() : login.password;
  return new MqttBroker({
    url,
    clock: systemClock,
    random,
    onRemark,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca: secret(ca, "mqtt.ca_file") }),
    ...(cert === undefined ? {} : { cert: secret(cert, "mqtt.cert_file") }),
    ...(key === undefined ? {} : { key: secret(key, "mqtt.key_file") }),
  });
}

/** The embedded broker, and how the gateway itself logs in there. */
export interface Embedded {
  readonly broker: EmbeddedBroker;
  readonly login: Login;
}

/** @throws Error that says what to do, by rejection: without users where others could connect. */
export async function openEmbedded(
  { listen, users_file: file }: BrokerConfig,
  gateway: Gateway,
  store: Store,
  { random, onRemark }: BrokerSurroundings,
): Promise<Embedded> {
  if (file === undefined && !isLoopback(listenAddress(listen).host))
    throw new Error(`a broker on ${listen} needs users: set broker.users_file`);
  const users = file === undefined ? undefined : usersOf(file);
  const username = `gateway-${random.uint32().toString(16)}`;
  const password = Array.from({ length: 4 }, () => random.uint32().toString(16)).join("");
  const all = users === undefined ? undefined : new Map([...users, [username, password]]);
  const { startEmbeddedBroker } = await import("./broker/embedded-broker.ts");
  const { storeHealth: health, clock } = gateway;
  const broker = await startEmbeddedBroker({
    listen,
    users: all,
    store,
    health,
    now: gateway.now(),
    clock,
    onRemark,
  });
  return { broker, login: { url: broker.url, ...(users === undefined ? {} : { username, password }) } };
}

/** @throws Error that names the setting. */
function usersOf(file: string): Users {
  const text = secret(file, "broker.users_file");
  try {
    return parseUsers(text);
  } catch (error) {
    throw new Error(`broker.users_file: ${(error as Error).message}`);
  }
}

/** What a file has to say. @throws Error that names the setting. */
export function secret(file: string, setting: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new Error(`${setting}: ${(error as Error).message}`);
  }
}
