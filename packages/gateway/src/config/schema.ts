// config: What a person can set. Every fault is found before anything is started, and told with its line; what the
// gateway writes back keeps comments. It knows names and formats, and no running gateway.

import { keyFromText, toMac } from "aioespnow";
import { z } from "zod";
import { FORMATS } from "../decoders/registry.ts";
import { checkName } from "../nodes/names.ts";
import { BUILT_IN, checkScriptName, type NodeDecoderConfig } from "../nodes/node-decoder.ts";

/** Of the configuration's form. */
const CONFIG_VERSION = 1;

/** What `check` throws for a value is what is wrong with it. */
function checked<T extends z.ZodType>(shape: T, check: (value: z.output<T>) => unknown): T {
  return shape.superRefine((value, context) => {
    try {
      check(value);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
    }
  });
}

const decoder = checked(
  z.looseObject({
    format: z
      .enum([...FORMATS.map(({ name }) => name), "script"])
      .describe("the name of a format of docs/decoders.md; script: a decoder of your own, with its file"),
  }),
  (value) => {
    if (value.format === "script") checkScriptName(value as { readonly file?: unknown });
    else BUILT_IN.check(value as unknown as NodeDecoderConfig);
  },
);

const node = z
  .strictObject({
    name: checked(z.string(), checkName).optional().describe("what it is called in topics; its address if left out"),
    decoder: decoder.optional().describe("how its messages are read; left out: by what they look like"),
    sleepy: z.boolean().default(false).describe("it sleeps: what it is sent waits until it is heard"),
    key: checked(z.string(), keyFromText)
      .optional()
      .describe("the local master key of its messages: 16 characters, or 32 hexadecimal digits"),
    timeout: z.number().positive().optional().describe("seconds that it may be silent; left out: learned"),
  })
  .describe("a node, by its address");

const HIGHEST_PORT = 0xffff;
const BROKER_URL = "like mqtt://host or mqtts://host:8883";

/** @throws RangeError for a port that there is not, at the end of an address. */
function checkPort(address: string): void {
  if (Number(/:(\d+)$/.exec(address)?.[1] ?? 0) > HIGHEST_PORT) {
    throw new RangeError(`a port is a number from 0 to ${HIGHEST_PORT}`);
  }
}

/** @throws RangeError for what is no URL. */
function checkBrokerUrl(url: string): void {
  checkPort(url.split(/[/?#]/)[2] ?? "");
  if (/^\w+:\/\/[^/]/.test(url) && !URL.canParse(url)) throw new RangeError(`it must be ${BROKER_URL}`);
}

const mqtt = z
  .strictObject({
    url: checked(z.string().regex(/^(mqtts?|wss?):\/\/[^/]/, BROKER_URL), checkBrokerUrl)
      .optional()
      .describe("the broker; left out: the embedded one"),
    username: z.string().optional(),
    password_file: z.string().optional().describe("a file with the password; or set ESPNOW_MQTT_PASSWORD"),
    ca_file: z.string().optional().describe("the certificate of a private authority, in PEM"),
    cert_file: z.string().optional().describe("the client's certificate, in PEM"),
    key_file: z.string().optional().describe("the key of that, in PEM"),
    base: z.string().default("espnow").describe("the first level of all topics"),
    discovery: z.string().nullable().default("homeassistant").describe("Home Assistant's prefix; null: no discovery"),
    raw: z.boolean().default(false).describe("publish raw messages too"),
  })
  .describe("the connection to a broker; left out: none");

const ADDRESS = /^(\[[0-9a-f:]+\]|[\w.-]+):\d+$/i;

const broker = z
  .strictObject({
    listen: checked(z.string().regex(ADDRESS, "like 127.0.0.1:1883"), checkPort)
      .default("127.0.0.1:1883")
      .describe("address and port; another address than this computer's own needs users_file"),
    users_file: z
      .string()
      .optional()
      .describe("a file with NAME:PASSWORD on each line; left out: everybody on this computer is served"),
  })
  .describe("the embedded broker; null: none");

const http = z
  .strictObject({
    listen: checked(z.string().regex(ADDRESS, "like 127.0.0.1:8266"), checkPort)
      .default("127.0.0.1:8266")
      .describe("address and port; another address than this computer's own needs a token"),
    token_file: z.string().optional().describe("a file with the token; or set ESPNOW_GATEWAY_TOKEN"),
  })
  .describe("the status page and the API; null: none");

const whole = z.strictObject({
  version: z.literal(CONFIG_VERSION).default(CONFIG_VERSION).describe("of this file's form"),
  radios: z
    .array(z.string().min(1))
    .min(1)
    .default(["air:"])
    .describe("radio URLs: air:, linux:wlan1?channel=6, board:PORT"),
  store: z.string().nullable().default(null).describe("the file that keeps what the gateway knows; null: memory only"),
  decoders: z.string().nullable().default(null).describe("the folder of the decoders that you wrote; null: none"),
  auto_accept: z.boolean().default(false).describe("publish nodes that were never heard before"),
  mqtt: mqtt.nullable().default(null),
  broker: broker.nullable().default(null),
  http: http.nullable().default({ listen: "127.0.0.1:8266" }),
  nodes: z
    .record(
      checked(z.string(), (mac) => toMac(mac, "the address of a node")),
      node,
    )
    .default({})
    .describe("the nodes that you know, by address; all of them are accepted"),
});

/** Of the whole configuration. */
export const configShape: z.ZodType = whole.superRefine(({ mqtt, broker }, context) => {
  const isNamed = mqtt?.url !== undefined;
  if (isNamed && broker !== null) {
    context.addIssue({
      code: "custom",
      path: ["mqtt", "url"],
      message: "a gateway with a broker of its own joins no other one",
    });
  }
  if (mqtt !== null && !isNamed && broker === null) {
    context.addIssue({
      code: "custom",
      path: ["mqtt"],
      message: "url is missing, such as mqtt://localhost; or set broker",
    });
  }
});

/** What a person can configure, with the defaults for what is left out. */
export interface GatewayConfig {
  /** The version of the file's form. */
  readonly version: 1;
  /** Radio URLs, at least one: `air:`, `linux:wlan1?channel=6`, `board:/dev/ttyUSB0`. */
  readonly radios: readonly string[];
  /** The path of the SQLite file; null: in memory only. */
  readonly store: string | null;
  /** The folder of the decoders that the user wrote; null: there are none. */
  readonly decoders: string | null;
  /** Whether nodes that were never heard before are published at once. */
  readonly auto_accept: boolean;
  /** Null: no broker. */
  readonly mqtt: MqttConfig | null;
  /** Null: no embedded broker. */
  readonly broker: BrokerConfig | null;
  /** Null: no status page and no API. */
  readonly http: HttpConfig | null;
  /** The nodes that are known, by address; all of them are accepted. */
  readonly nodes: Readonly<Record<string, NodeConfig>>;
}

/** The embedded broker. */
export interface BrokerConfig {
  /** Address and port: `127.0.0.1:1883`. An address that others can reach needs users. */
  readonly listen: string;
  /** A file with `NAME:PASSWORD` on each line; left out: everybody on this computer is served. */
  readonly users_file?: string | undefined;
}

/** The connection to a broker. Names of files are paths. */
export interface MqttConfig {
  /** `mqtt://host`, `mqtts://host:8883`, `ws://host/path`, `wss://`. Left out: the embedded broker. */
  readonly url?: string | undefined;
  /** Left out: none is sent. */
  readonly username?: string | undefined;
  /** A file with the password; left out: `ESPNOW_MQTT_PASSWORD`. */
  readonly password_file?: string | undefined;
  /** The certificate of a private authority, in PEM. */
  readonly ca_file?: string | undefined;
  /** The client's certificate, in PEM. */
  readonly cert_file?: string | undefined;
  /** The key of that certificate, in PEM. */
  readonly key_file?: string | undefined;
  /** The first level of all topics: `espnow`. */
  readonly base: string;
  /** Home Assistant's prefix: `homeassistant`; null: no discovery. */
  readonly discovery: string | null;
  /** Whether raw messages are published too. */
  readonly raw: boolean;
}

/** The status page and the API. */
export interface HttpConfig {
  /** Address and port: `127.0.0.1:8266`. An address that others can reach needs a token. */
  readonly listen: string;
  /** A file with the token, 16 characters or more; left out: `ESPNOW_GATEWAY_TOKEN`. */
  readonly token_file?: string | undefined;
}

/** A node that is known. */
export interface NodeConfig {
  /** What it is called in topics; left out: its address. */
  readonly name?: string | undefined;
  /** How its messages are read; left out: by what they look like. */
  readonly decoder?: NodeDecoderConfig | undefined;
  /** Whether it sleeps: what it is sent waits until it is heard. */
  readonly sleepy: boolean;
  /** The local master key of its messages: 16 characters, or 32 hexadecimal digits. */
  readonly key?: string | undefined;
  /** Seconds that it may be silent; left out: learned. */
  readonly timeout?: number | undefined;
}

/** How topics are called where there is a broker. Null: there is none. */
export function mqttOf(config: GatewayConfig): MqttConfig | null {
  return config.mqtt ?? (config.broker === null ? null : (mqtt.parse({}) as MqttConfig));
}

/** The JSON schema of the configuration, for editors. */
export function configSchema(): object {
  return z.toJSONSchema(configShape, { io: "input", unrepresentable: "any" });
}
