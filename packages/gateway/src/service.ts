/**
 * A whole gateway as a configuration describes it: radios, store, broker, status page. What the command `espnow gateway` runs.
 *
 * @module espnow-gateway/service
 */
import { keyFromText, type MacAddress, openRadio, type PacketNumbers, type Radio, toMac } from "aioespnow";
import type { RandomSource } from "aioespnow/sim";
import { Bridge } from "./bridge/bridge.ts";
import { type Health, healthOf } from "./bridge/health.ts";
import type { MqttBroker } from "./bridge/mqtt-broker.ts";
import type { OwnPowers } from "./bridge/request-service.ts";
import type { EmbeddedBroker } from "./broker/embedded-broker.ts";
import { joinBroker, openEmbedded, secret } from "./brokers.ts";
import { ConfigFile } from "./config/config-file.ts";
import { type GatewayConfig, type HttpConfig, type MqttConfig, mqttOf, type NodeConfig } from "./config/schema.ts";
import { toHex } from "./decoders/bytes.ts";
import type { Decoder } from "./decoders/decoder.ts";
import { DEMO_NAMES, startDemo } from "./demo/demo-nodes.ts";
import { Gateway } from "./gateway.ts";
import { Access } from "./http/access.ts";
import { httpApp } from "./http/app.ts";
import { EventFeed } from "./http/event-feed.ts";
import { serveHttp } from "./http/server.ts";
import { isLoopback, listenAddress } from "./listening.ts";
import type { NodeSettings } from "./nodes/node.ts";
import { Scripts } from "./scripts/scripts.ts";
import { MemoryStore } from "./store/memory-store.ts";
import { openStore } from "./store/sqlite-store.ts";
import type { Store } from "./store/store.ts";
import { epochOf } from "./util/epoch.ts";
import { Opened } from "./util/opened.ts";

export { ConfigError, parseConfig } from "./config/load.ts";
export {
  type BrokerConfig,
  configSchema,
  type GatewayConfig,
  type HttpConfig,
  type MqttConfig,
  type NodeConfig,
} from "./config/schema.ts";
export { openScript } from "./scripts/scripts.ts";
export { StoreError } from "./store/store.ts";

/** What a gateway is started with. */
export interface ServiceOptions {
  /** The configuration, with its defaults. */
  readonly config: GatewayConfig;
  /** Reads the configuration again, for `reload`; left out: it cannot be read again. */
  readonly readConfig?: () => GatewayConfig;
  /** Where it is: what people change goes into it. Left out: into the store only. */
  readonly configFile?: string | undefined;
  /** That of the program, for people: `0.1.0`. */
  readonly version: string;
  /** Decides pauses and makes the keys of sessions: cryptographic in use, seeded in tests. */
  readonly random: RandomSource;
  /** Where the packet numbers of encrypted messages are kept, for all radios; left out: they begin again with each start. */
  readonly packetNumbers?: PacketNumbers;
  /** For secrets: `ESPNOW_MQTT_PASSWORD`, `ESPNOW_GATEWAY_TOKEN`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Starts the gateway again, when somebody asks for it; left out: it cannot be. */
  readonly restart?: () => void;
  /** Told what people should know. */
  readonly onRemark: (text: string) => void;
  /** Adds simulated nodes on the first radio's air. */
  readonly demo?: boolean;
}

/** A gateway that runs. Disposing of it stops all of it. */
export interface Service extends AsyncDisposable {
  /** Its nodes and their mailbox. */
  readonly gateway: Gateway;
  /** That of the status page, `http://127.0.0.1:8266`; undefined where there is none. */
  readonly url: string | undefined;
  /** That of the embedded broker, `mqtt://127.0.0.1:1883`; undefined where there is none. */
  readonly brokerUrl: string | undefined;
  /**
   * Reads the configuration again, and takes the nodes and `auto_accept` from it. Connections stay as they are. Returns the
   * settings that differ and count only after a restart.
   * @throws Error that says what is wrong with the configuration, or that it cannot be read again; nothing is changed then.
   */
  reload(): readonly string[];
}

/** Settings that count only when the gateway starts. */
const AT_START = ["radios", "store", "decoders", "mqtt", "broker", "http"] as const;

/**
 * Starts a gateway. What could not be started leaves nothing behind.
 * @throws Error that says what to do, by rejection: a radio that is not there, a store that cannot be opened, a port in use.
 * @example
 * import { SeededRandom } from "aioespnow/sim";
 * import { parseConfig, startService } from "espnow-gateway/service";
 *
 * const config = parseConfig("radios: ['air:']");
 * const random = new SeededRandom(1); // a cryptographic one where it counts
 * await using service = await startService({ config, version: "1", random, env: {}, onRemark: console.log });
 * console.log(service.url);
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, demo } = options;
  checkDemo(options);
  const token = config.http === null ? undefined : tokenOf(config.http, options.env);
  const stack = new Opened();
  try {
    const store = stack.use(
      config.store === null ? new MemoryStore() : await openStore(config.store, undefined, options.onRemark),
    );
    const gateway = await makeGateway(stack, store, options);
    const parts = { gateway, store, powers: powersOf(options), reload: () => reloadInto(gateway, options) };
    const mqtt = await makeBridge(stack, parts, options);
    const server = config.http === null ? undefined : stack.use(await serve(config.http, token, parts, mqtt, options));
    stack.use(gateway);
    gateway.start();
    if (mqtt !== undefined) {
      stack.use(mqtt.broker);
      stack.defer(() => mqtt.bridge.stop());
      mqtt.bridge.start();
    }
    if (demo === true) await addDemo(stack, gateway, config);
    const { reload } = parts;
    const [url, brokerUrl] = [server?.url, mqtt?.embedded?.url];
    return { gateway, url, brokerUrl, reload, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

/** Opens radios and decoders, and makes a gateway that knows the configured nodes. It is not started. */
async function makeGateway(stack: Opened, store: Store, options: ServiceOptions): Promise<Gateway> {
  const { config, demo, onRemark } = options;
  const radios = await openRadios(stack, options);
  const [{ clock }] = radios as [Radio];
  const onChange = (decoder: Decoder): void => {
    for (const node of gateway.nodes.all) if (node.decoder === decoder) gateway.changeNode(node, {});
  };
  const { decoders: folder } = config;
  const scripts = folder === null ? undefined : stack.use(new Scripts(folder, { onRemark, onChange }));
  const gateway = new Gateway({
    radios,
    ...(scripts === undefined ? {} : { decoders: scripts }),
    store,
    epochMs: epochOf(clock),
    autoAccept: config.auto_accept || demo === true,
  });
  gateway.configure(nodesOf(config, gateway));
  await scripts?.ready();
  return gateway;
}

/** What MQTT and HTTP work on. */
interface Parts {
  readonly gateway: Gateway;
  readonly store: Store;
  readonly powers: OwnPowers;
  readonly reload: () => readonly string[];
}

interface Mqtt {
  readonly broker: MqttBroker;
  readonly bridge: Bridge;
  readonly embedded: EmbeddedBroker | undefined;
}

/** The bridge to a broker, which may be embedded; undefined where there is none. */
async function makeBridge(stack: Opened, parts: Parts, options: ServiceOptions): Promise<Mqtt | undefined> {
  const { gateway, store, powers } = parts;
  const { config, random, version } = options;
  const mqtt = mqttOf(config);
  if (mqtt === null) return undefined;
  const own = config.broker === null ? undefined : await openEmbedded(config.broker, gateway, store, options);
  if (own !== undefined) stack.use(own.broker);
  const broker = await joinBroker(mqtt, own?.login, options);
  const bridge = new Bridge({ gateway, broker, store, random, version, powers, ...bridgeOptions(mqtt) });
  return { broker, bridge, embedded: own?.broker };
}

function serve(
  { listen }: HttpConfig,
  token: string | undefined,
  { gateway, powers, reload }: Parts,
  mqtt: Mqtt | undefined,
  { random, version }: ServiceOptions,
): ReturnType<typeof serveHttp> {
  const startedAt = gateway.now();
  const health = (): Health => healthOf(gateway, startedAt, mqtt?.broker.isConnected);
  const access = new Access({ token, random, now: () => gateway.now() });
  const app = httpApp({
    gateway,
    bridge: mqtt?.bridge,
    embedded: mqtt?.embedded,
    health,
    access,
    version,
    reload,
    powers,
  });
  return serveHttp(app, listen, new EventFeed(gateway, access));
}

function powersOf({ restart, configFile, onRemark }: ServiceOptions): OwnPowers {
  const file = configFile === undefined ? undefined : new ConfigFile(configFile, onRemark);
  return { restart, keepNode: file && ((mac, settings) => file.keepNode(mac, settings)) };
}

/** @throws RangeError where simulated nodes could not be heard. */
function checkDemo({ config, demo }: ServiceOptions): void {
  const [url = ""] = config.radios;
  if (demo === true && !/^(air|sim):/.test(url)) {
    throw new RangeError(`the simulated nodes need an air: or sim: radio, not ${url}`);
  }
}

/** Opens the radios, one after the other. */
async function openRadios(stack: Opened, { config, packetNumbers }: ServiceOptions): Promise<readonly Radio[]> {
  const radios: Radio[] = [];
  const opening = packetNumbers === undefined ? {} : { packetNumbers };
  for (const url of config.radios) radios.push(stack.use(await openRadio(url, opening)));
  return radios;
}

function reloadInto(gateway: Gateway, { config: before, readConfig, demo }: ServiceOptions): readonly string[] {
  if (readConfig === undefined) throw new Error("there is no configuration that could be read again");
  const config = readConfig();
  gateway.configure(nodesOf(config, gateway));
  gateway.autoAccept = config.auto_accept || demo === true;
  return AT_START.filter((setting) => JSON.stringify(config[setting]) !== JSON.stringify(before[setting]));
}

async function addDemo(stack: Opened, gateway: Gateway, { radios: [url = "air:"] }: GatewayConfig): Promise<void> {
  const radios: Radio[] = [];
  for (const name of DEMO_NAMES) {
    const radio = stack.use(await openRadio(url));
    gateway.addNode(radio.address(0), { name: freeName(gateway, name), isAccepted: true });
    radios.push(radio);
  }
  stack.defer(startDemo(radios));
}

/** The nodes of an earlier demonstration may be in the store. */
function freeName(gateway: Gateway, name: string): string {
  const taken = new Set(gateway.nodes.all.map((node) => node.name));
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : `${name} ${n}`;
    if (!taken.has(free)) return free;
  }
}

function bridgeOptions({ base, discovery, raw }: MqttConfig): {
  base: string;
  discoveryPrefix: string | null;
  raw: boolean;
} {
  return { base, discoveryPrefix: discovery, raw };
}

/** @throws Error where others than this computer could connect without one. */
function tokenOf({ listen, token_file: file }: HttpConfig, env: ServiceOptions["env"]): string | undefined {
  const token = file === undefined ? env["ESPNOW_GATEWAY_TOKEN"] : secret(file, "http.token_file");
  if (token !== undefined && token.length < 16) throw new Error("the token of the API must have 16 characters or more");
  if (token === undefined && !isLoopback(listenAddress(listen).host)) {
    throw new Error(`listening on ${listen} needs a token: set http.token_file, or ESPNOW_GATEWAY_TOKEN`);
  }
  return token;
}

/** @throws RangeError for a decoder of the user's that is not there. */
function nodesOf({ nodes }: GatewayConfig, gateway: Gateway): ReadonlyMap<MacAddress, Partial<NodeSettings>> {
  for (const { decoder } of Object.values(nodes)) if (decoder !== undefined) gateway.decoders.check(decoder);
  return new Map(Object.entries(nodes).map(([mac, node]) => [toMac(mac), settingsOf(node)]));
}

function settingsOf({ name, decoder, sleepy, key, timeout }: NodeConfig): Partial<NodeSettings> {
  return {
    isAccepted: true,
    isSleepy: sleepy,
    ...(name === undefined ? {} : { name }),
    ...(decoder === undefined ? {} : { decoder }),
    ...(key === undefined ? {} : { lmk: toHex(keyFromText(key)) }),
    ...(timeout === undefined ? {} : { timeoutMs: 1000 * timeout }),
  };
}
