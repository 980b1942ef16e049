import { SeededRandom } from "aioespnow/sim";
import { configSchema, parseConfig, startService } from "espnow-gateway/service";
import { describe, expect, test } from "vitest";

const EXAMPLE = `# my house
version: 1
radios: ["linux:wlan1?channel=6"]
store: gateway.db
mqtt:
  url: mqtt://localhost
  username: me
nodes:
  24:0a:c4:1d:58:68:
    name: Kitchen
    sleepy: true
    decoder:
      format: struct
      layout: "<hH"
      fields:
        - { key: temperature, scale: 0.01, unit: "°C", deviceClass: temperature }
        - { key: voltage, scale: 0.001 }
`;

test("nothing at all is a gateway on air: with a status page of this computer", () => {
  expect(parseConfig("", "gateway.yaml")).toEqual({
    version: 1,
    radios: ["air:"],
    store: null,
    decoders: null,
    auto_accept: false,
    mqtt: null,
    broker: null,
    http: { listen: "127.0.0.1:8266" },
    nodes: {},
  });
});

test("the example of the documentation is read", () => {
  const config = parseConfig(EXAMPLE, "gateway.yaml");
  expect(config).toMatchObject({
    radios: ["linux:wlan1?channel=6"],
    mqtt: { base: "espnow", discovery: "homeassistant", raw: false },
    nodes: { "24:0a:c4:1d:58:68": { name: "Kitchen", sleepy: true, decoder: { format: "struct" } } },
  });
});

test.each(["a secret, or not", "61207365637265742C206F72206E6F74"])("a key may be %s", async (key) => {
  const config = parseConfig(`radios: ["sim:"]\nhttp: null\nnodes: { "24:0a:c4:1d:58:68": { key: "${key}" } }`);
  await using service = await startService({
    config,
    version: "1",
    random: new SeededRandom(1),
    env: {},
    onRemark() {},
  });
  expect(service.gateway.nodes.all.map(({ settings }) => settings.lmk)).toEqual(["61207365637265742c206f72206e6f74"]);
});

test("a port may be the highest, and a password may look like one", () => {
  const config = parseConfig("http: { listen: '[::1]:65535' }\nmqtt: { url: 'mqtt://me:99999@x' }");
  expect([config.http?.listen, config.mqtt?.url]).toEqual(["[::1]:65535", "mqtt://me:99999@x"]);
});

describe("what is wrong is told with file, line and setting", () => {
  test.each([
    ["radios: 'air:'", /^g\.yaml:1: radios: it must be a list \(radio URLs: air:/],
    ["radios: []", /^g\.yaml:1: radios: it must be a list that is not empty \(radio URLs: air:/],
    ["version: 2", /^g\.yaml:1: version: it must be 1 \(of this file/],
    [
      "\nstore: 5",
      /^g\.yaml:2: store: it must be a text \(the file that keeps what the gateway knows; null: memory only\): write "5" in quotes$/,
    ],
    ["radios:\n  - air:", /^g\.yaml:2: radios\.0: it must be a text: write "air:" in quotes$/],
    ["radios:\n  - air: x", /^g\.yaml:2: radios\.0: it must be a text$/],
    ["decoders: true", /^g\.yaml:1: decoders: it must be a text \(.*\): write "true" in quotes$/],
    [
      "mqtt:\n  base: 0x10\n  url: mqtt://x",
      /^g\.yaml:2: mqtt\.base: it must be a text \(.*\): write "0x10" in quotes$/,
    ],
    ["auto_accept: yes please", /^g\.yaml:1: auto_accept: it must be true or false \(publish nodes/],
    ["- 1", /^g\.yaml:1: it must be a map of settings$/],
    ["store: *file", /^g\.yaml:1: Unresolved alias .*: file$/],
    [
      `a: &a [${"x, ".repeat(10)}]\nb: &b [${"*a, ".repeat(10)}]\nc: &c [${"*b, ".repeat(10)}]\nd: [${"*c, ".repeat(10)}]`,
      /^g\.yaml:1: Excessive alias count/,
    ],
    ["mqtts: {}", /^g\.yaml:1: there is no setting "mqtts"; there are version, radios, store, /],
    ["mqtt: {}", /^g\.yaml:1: mqtt: url is missing, such as mqtt:\/\/localhost; or set broker$/],
    [
      "broker: {}\nmqtt:\n  url: mqtt://x",
      /^g\.yaml:3: mqtt\.url: a gateway with a broker of its own joins no other one$/,
    ],
    ["broker:\n  listen: 1883", /^g\.yaml:2: broker\.listen: it must be a text \(address and port; [^)]*\)$/],
    ["mqtt:\n  url: localhost", /^g\.yaml:2: mqtt\.url: it must be like mqtt:\/\/host or mqtts:\/\/host:8883$/],
    ["mqtt:\n  url: mqtt://x\n  user: me", /^g\.yaml:\d: mqtt: there is no setting "user"; there are url, username, /],
    [
      "mqtt:\n  url: mqtt://x\n  raw: 1",
      /^g\.yaml:3: mqtt\.raw: it must be true or false \(publish raw messages too\)$/,
    ],
    ["http:\n  listen: 8266", /^g\.yaml:2: http\.listen: it must be a text \(address and port/],
    ["http:\n  listen: localhost", /^g\.yaml:2: http\.listen: it must be like 127\.0\.0\.1:8266$/],
    ["http:\n  listen: 127.0.0.1:99999", /^g\.yaml:2: http\.listen: a port is a number from 0 to 65535$/],
    ["broker:\n  listen: '[::1]:1234567'", /^g\.yaml:2: broker\.listen: a port is a number from 0 to 65535$/],
    ["mqtt:\n  url: mqtt://me:1@x:65536/a", /^g\.yaml:2: mqtt\.url: a port is a number from 0 to 65535$/],
    ["mqtt:\n  url: mqtts://[::1]:70000", /^g\.yaml:2: mqtt\.url: a port is a number from 0 to 65535$/],
    ["mqtt:\n  url: mqtt://[::1", /^g\.yaml:2: mqtt\.url: it must be like mqtt:\/\/host or mqtts:\/\/host:8883$/],
    ["nodes:\n  kitchen: {}", /^g\.yaml:\d: nodes\.kitchen: the address of a node must look like/],
    [
      "nodes:\n  24:0a:c4:1d:58:68:\n    name: a/b",
      /^g\.yaml:3: nodes\.24:0a:c4:1d:58:68\.name: a node cannot be called "a\/b"/,
    ],
    ["nodes:\n  24:0a:c4:1d:58:68:\n    sleepy: maybe", /^g\.yaml:3: .*\.sleepy: it must be true or false \(it sleeps/],
    [
      "nodes:\n  24:0a:c4:1d:58:68:\n    key: secret",
      /^g\.yaml:3: .*\.key: a key has 16 characters, or 32 hexadecimal digits$/,
    ],
    [
      "nodes:\n  24:0a:c4:1d:58:68:\n    timeout: -1",
      /^g\.yaml:3: .*\.timeout: it must be greater than 0 \(seconds that it may be silent; left out: learned\)$/,
    ],
    [
      "nodes:\n  24:0a:c4:1d:58:68:\n    decoder:\n      format: btome",
      /^g\.yaml:4: .*\.decoder\.format: it must be one of "json", "hinch", /,
    ],
    [
      "nodes:\n  24:0a:c4:1d:58:68:\n    decoder:\n      format: struct\n      layout: '<z'\n      fields: []",
      /^g\.yaml:4: .*\.decoder: layout "<z" has "z"/,
    ],
    [
      "nodes:\n  24:0a:c4:1d:58:68:\n    decoder: {format: bthome, key: x}",
      /^g\.yaml:3: .*\.decoder: key must be an even number/,
    ],
    [
      "nodes:\n  24:0a:c4:1d:58:68:\n    decoder: {format: script, file: ../x.js}",
      /^g\.yaml:3: .*\.decoder: file is the name of a script in the folder of decoders/,
    ],
    [
      "mqtt: mqtt://localhost",
      /^g\.yaml:1: mqtt: it must be a map of settings \(the connection to a broker; left out: none\)$/,
    ],
    ["nodes: [1]", /^g\.yaml:1: nodes: it must be a map \(the nodes that you know, by address/],
    ["a: [1", /^g\.yaml:1: Flow sequence/],
    ["radios: a\nradios: b", /^g\.yaml:2: Map keys must be unique/],
  ])("%j", (text, message) => {
    expect(() => parseConfig(text, "g.yaml")).toThrow(message);
  });
});

test("the JSON schema describes every setting", () => {
  const schema = configSchema() as { properties: Record<string, { description?: string }> };
  expect(Object.keys(schema.properties)).toEqual([
    "version",
    "radios",
    "store",
    "decoders",
    "auto_accept",
    "mqtt",
    "broker",
    "http",
    "nodes",
  ]);
  expect(schema.properties["radios"]?.description).toMatch(/^radio URLs/);
});
