import { createHash, createHmac } from "node:crypto";
import { createDecoder, detect, formatOf, readHinch } from "espnow-gateway/decoders";
import { describe, expect, test } from "vitest";
import { fromHex, toHex, toUtf8 } from "#gateway/decoders/bytes.ts";
import { decodeHex, ENCODE_CONTEXT, reasonOf } from "./decode-hex.ts";

const hexOf = (text: string) => toHex(toUtf8(text));

describe("WiZ", () => {
  test("a burst of repeats has one message id, which is the sequence number", () => {
    const on = decodeHex({ format: "wiz" }, "91 07000000 20 01 01 64 aabbccdd");
    expect(on).toEqual({
      values: { battery: 100 },
      events: [{ key: "button", type: "on" }],
      messageId: "7",
      sequence: { number: 7, count: 2 ** 32 },
    });
  });

  test.each([
    ["80a9000000b25f00987eb8", "169"],
    ["80aa00000011587125ca01", "170"],
  ])("a paired remote tells its sequence number only: %s", (message, messageId) => {
    expect(decodeHex({ format: "wiz" }, message)).toMatchObject({ values: { paired: true }, events: [], messageId });
  });

  test.each([
    ["0b", true, "right"],
    ["19", true, "left"],
    ["0a", false, "right"],
    ["18", false, "left"],
  ])("motion event %s", (event, motion, side) => {
    const message = `81 01000000 42 000000 ${event} 000000 aabbccdd`;
    expect(decodeHex({ format: "wiz" }, message)).toMatchObject({ values: { motion, side } });
  });

  test("an unknown button is refused with its number", () => {
    expect(reasonOf(decodeHex({ format: "wiz" }, "81 07000000 20 63 01 64 aabbccdd"))).toBe("unknown button 99");
  });
});

describe("ESPHome", () => {
  const HEAD = "5345076b69746368656e0000";
  const ROLLING = `${HEAD}742e195acbbe16274aef888441388ca66493faee38cf2bf401ccb6891ad93de7`;

  test("the rolling code is the number of boots, then the count", () => {
    const decoded = decodeHex({ format: "esphome", key: "correct horse" }, ROLLING);
    expect(decoded).toMatchObject({ rollingCode: (3n << 32n) | 7n });
  });

  test.each([
    ["another passphrase", { format: "esphome", key: "wrong horse" }, ROLLING, "the key does not fit"],
    ["no passphrase", { format: "esphome" }, ROLLING, "the body is malformed or encrypted"],
    [
      "a length that is not encrypted",
      { format: "esphome", key: "x" },
      `${HEAD}0102`,
      "the length of an encrypted body is a multiple of 4",
    ],
    ["no body", { format: "esphome" }, "5345046b697463000000", "the body is malformed or encrypted"],
    ["a name that is cut off", { format: "esphome" }, "5345ff6b69", "not a packet of ESPHome"],
  ] as const)("refuses with a reason: %s", (_, config, message, reason) => {
    expect(reasonOf(decodeHex(config, message))).toBe(reason);
  });

  test("NaN is an unknown state", () => {
    expect(decodeHex({ format: "esphome" }, `${HEAD} 01 02 0000c07f 01 74`)).toMatchObject({ values: { t: null } });
  });

  test("a ping has no values, and a key that answers have to repeat", () => {
    expect(decodeHex({ format: "esphome", key: "x" }, "4850076b69746368656e11223344")).toEqual({
      values: {},
      events: [],
      challenge: "11223344",
    });
  });

  test("the gateway's ping has its name, and a key", () => {
    const ping = createDecoder({ format: "esphome", name: "hub" }).ping?.(ENCODE_CONTEXT) as Uint8Array;
    expect(toHex(ping)).toBe("4850036875620700000000".slice(0, -2));
  });

  test("what is encrypted is what ESPHome makes of it, with rolling code and without", () => {
    const decoder = createDecoder({ format: "esphome", key: "correct horse", name: "kitchen" });
    const context = { ...ENCODE_CONTEXT, time: 3000, challenge: "44332211" };
    expect(toHex(decoder.encode?.({ temp: 21.5, door: true }, context) as Uint8Array)).toBe(ROLLING);
  });

  test("texts, and names that are too long, cannot be sent", () => {
    const { encode } = createDecoder({ format: "esphome" });
    expect(encode?.({ mode: "heat" }, ENCODE_CONTEXT)).toMatchObject({ reason: expect.stringMatching(/^mode is a/) });
    expect(encode?.({ ["x".repeat(256)]: 1 }, ENCODE_CONTEXT)).toHaveProperty("reason");
    expect(() => createDecoder({ format: "esphome", name: "" })).toThrow("name must have 1 to 255 bytes");
  });
});

describe("EspNowBus", () => {
  const sha = (...parts: (string | Uint8Array)[]) => {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const secret = sha("house");
  const groupId = sha("gid", secret).subarray(0, 4);

  function broadcast(label: string, type: number, body: string): string {
    const message = Buffer.concat([Buffer.from([0xeb, 0x01, type, 0, 9, 0]), groupId, Buffer.from(body)]);
    const tag = createHmac("sha256", sha(label, secret).subarray(0, 16)).update(message).digest().subarray(0, 16);
    return Buffer.concat([message, tag]).toString("hex");
  }

  test("a broadcast is verified by its group's name", () => {
    const decoded = decodeHex({ format: "espnow-bus", group: "house" }, broadcast("bcast", 2, '{"t":1}'));
    expect(decoded).toEqual({ values: { t: 1 }, events: [], messageId: "2 9", isVerified: true });
  });

  test("a heartbeat has another key, and no values", () => {
    const config = { format: "espnow-bus", group: "house" } as const;
    expect(decodeHex(config, broadcast("auth", 5, ""))).toMatchObject({ values: {}, isVerified: true });
    expect(reasonOf(decodeHex(config, broadcast("bcast", 5, "")))).toBe("its authentication does not fit the group");
    expect(reasonOf(decodeHex({ ...config, group: "garden" }, broadcast("auth", 5, "")))).toBe("of another group");
  });

  test("an acknowledgement confirms the message whose id it has", () => {
    const config = { format: "espnow-bus", group: "house" } as const;
    const decoder = createDecoder(config);
    const sent = decoder.encode?.({ on: 1 }, { ...ENCODE_CONTEXT, id: 0x1_0102 }) as Uint8Array;
    const decoded = decodeHex(config, broadcast("auth", 6, "\x02\x01"));
    expect(decoded).toMatchObject({ values: {}, confirms: decoder.awaits?.(sent), isVerified: true });
  });

  test("without the group's name it is read, and not verified", () => {
    const decoded = decodeHex({ format: "espnow-bus" }, broadcast("bcast", 2, "21.5"));
    expect(decoded).toEqual({ values: { text: "21.5" }, events: [], messageId: "2 9" });
  });
});

describe("envelopes", () => {
  const ZH = formatOf("zh-network").examples[0]?.message as string;

  test("tell who said it first, and read the inner message by the decoder that is asked for", () => {
    const config = { format: "zh-network", payload: { format: "text", keys: ["temperature"] } } as const;
    const decoded = decodeHex(config, ZH);
    expect(decoded).toEqual({
      values: { temperature: 21.5 },
      events: [],
      origin: "02:00:00:00:00:a1",
      messageId: "02:00:00:00:00:a1 1",
    });
  });

  test("an encrypted inner message is read with the address of who said it first", () => {
    const sealed = "41a47266c95f730011223378237214";
    const message = `2a0f34120008000000ffffffffff5448e68f80a5${sealed}`;
    const payload = { format: "bthome", key: "231d39c1d7cc1ab1aee224cd096db932" } as const;
    expect(decodeHex({ format: "esp-now", payload }, message)).toMatchObject({ values: { temperature: 25.06 } });
  });

  test("an acknowledgement of the esp-now component, and a confirmation of zh_network, name the message", () => {
    const component = createDecoder({ format: "esp-now" });
    const sent = component.encode?.({ power: true }, ENCODE_CONTEXT) as Uint8Array;
    const ack = `2000070000080000ffffffffffff0200000000a1`;
    expect(decodeHex({ format: "esp-now" }, ack)).toMatchObject({ values: {}, confirms: component.awaits?.(sent) });

    const mesh = createDecoder({ format: "zh-network" });
    const message = mesh.encode?.({ on: 1 }, ENCODE_CONTEXT) as Uint8Array;
    const confirmation = `02fdfcfbfa0100000007000000${"00".repeat(237)}`;
    expect(decodeHex({ format: "zh-network" }, confirmation)).toMatchObject({ confirms: mesh.awaits?.(message) });
  });

  test.each([
    ["esp-now", { power: true, hue: 1 }, "power, brightness and hue are set one at a time"],
    ["esp-now", { brightness: 0.5 }, "brightness is a whole number, or true or false, not 0.5"],
    ["zh-network", { text: "x".repeat(300) }, "311 bytes: a message has room for 218"],
    ["cayenne-lpp", { temperature_300: 1 }, "temperature_300 is no value of CayenneLPP"],
    ["cayenne-lpp", { temperature_3: 4000 }, "temperature_3 cannot be 4000"],
    ["cayenne-lpp", { colour_1_r: 1 }, "colour_1_g cannot be left out"],
    ["wled", { brightness: 1 }, /^a lamp takes button alone, which is one of on, off, night/],
  ] as const)("%s cannot send %j", (format, values, reason) => {
    const refusal = createDecoder({ format }).encode?.(values, ENCODE_CONTEXT);
    expect(refusal).toEqual({ reason: expect.stringMatching(reason) });
  });

  test("an inner format without messages to nodes has none in an envelope either", () => {
    const { encode } = createDecoder({ format: "esp-now", payload: { format: "bthome" } });
    expect(encode?.({ a: 1 }, ENCODE_CONTEXT)).toEqual({ reason: "bthome has no messages to nodes" });
  });

  test("messages of another network, and secured ones, are refused", () => {
    expect(reasonOf(decodeHex({ format: "zh-network", network: 1 }, ZH))).toBe("of another network");
    expect(reasonOf(decodeHex({ format: "esp-now" }, `2a0001004008000000${"00".repeat(11)}`))).toBe(
      "secured: its key is not known here",
    );
  });
});

describe("JSON and CBOR", () => {
  test("keys with a meaning in JavaScript are keys like any other", () => {
    const decoded = decodeHex(
      { format: "json" },
      hexOf('{"__proto__": 1, "constructor": 2, "a": {"__proto__": {"b": 3}}}'),
    );
    expect(Object.entries(decoded)).toContainEqual(["events", []]);
    const { values } = decoded as { values: object };
    expect(Object.entries(values)).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
      ["a___proto___b", 3],
    ]);
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
  });

  test.each([
    ["21.5", { value: 21.5 }],
    ["[1, 2]", { value: [1, 2] }],
    ['{"a": [{"b": null}]}', { a: [{ b: null }] }],
  ])("%s", (text, values) => {
    expect(decodeHex({ format: "json" }, hexOf(text))).toEqual({ values, events: [] });
  });

  test("too many values are refused, and so are objects too deep", () => {
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 129 }, (_, i) => [`k${i}`, i])));
    const deep = `${'{"a":'.repeat(20)}1${"}".repeat(20)}`;
    for (const text of [many, deep])
      expect(reasonOf(decodeHex({ format: "json" }, hexOf(text)))).toMatch(/^more than 128/);
  });

  test("which keys are events can be chosen", () => {
    const decoded = decodeHex({ format: "json", events: ["click"] }, hexOf('{"click": "double", "action": "heat"}'));
    expect(decoded).toEqual({ values: { action: "heat" }, events: [{ key: "click", type: "double" }] });
  });

  test.each([
    ["trailing bytes", "a1616101ff"],
    ["a repeated key", "a2616101616102"],
    ["a number that ends early", "a161611a0000"],
  ])("CBOR with %s is refused", (_, message) => {
    expect(reasonOf(decodeHex({ format: "cbor" }, message))).toMatch(/^not CBOR: \S/);
  });

  test("integers that no number holds become text, and infinity unknown", () => {
    const decoded = decodeHex({ format: "cbor" }, "a2 6161 1bffffffffffffffff 6162 f97c00");
    expect(decoded).toMatchObject({ values: { a: "18446744073709551615", b: null } });
  });

  test("names of values tell what they are, units by their size", () => {
    const values = { bme_temperature: 21, vbat: 3700, soil: 640, temperature_2: 3, door: true, note: "x", list: [1] };
    const entities = createDecoder({ format: "json" }).describe({ values, events: {} });
    expect(entities).toEqual([
      { platform: "sensor", key: "bme_temperature", unit: "°C", deviceClass: "temperature", stateClass: "measurement" },
      { platform: "sensor", key: "vbat", unit: "mV", deviceClass: "voltage", stateClass: "measurement" },
      { platform: "sensor", key: "soil", stateClass: "measurement" },
      { platform: "sensor", key: "temperature_2", unit: "°C", deviceClass: "temperature", stateClass: "measurement" },
      { platform: "binary_sensor", key: "door", deviceClass: "door" },
      { platform: "sensor", key: "note" },
    ]);
  });

  test.each(["json", "cbor", "text"] as const)("%s encodes what it decodes", (format) => {
    const decoder = createDecoder({ format });
    const bytes = decoder.encode?.({ level: 7, mode: "heat" }, ENCODE_CONTEXT) as Uint8Array;
    expect(decodeHex({ format }, toHex(bytes))).toMatchObject({ values: { level: 7, mode: "heat" } });
  });
});

describe("Peter Hinch's requests", () => {
  test.each([
    ['["shed/temp", "21.5", true, 1]', { kind: "publish", topic: "shed/temp", message: "21.5", retain: true, qos: 1 }],
    ['["shed/cmd", 1]', { kind: "subscribe", topic: "shed/cmd", qos: 1 }],
    ['["get"]', { kind: "get" }],
    ['["ping"]', { kind: "ping" }],
    ['["aget"]', { kind: "aget" }],
    ['["chan"]', { kind: "chan" }],
    ['["reboot"]', { reason: "unknown request: reboot" }],
    ['["a", "b", false, 3]', { reason: "not [topic, message, retain, qos]" }],
    ['["a/#", "b", false, 0]', { reason: "a message cannot be published to a topic with wildcards" }],
    ['{"a": 1}', { reason: "not a JSON list" }],
    ["[1]", { reason: "the list does not begin with a topic" }],
  ])("%s", (text, request) => {
    expect(readHinch(toUtf8(text))).toEqual(request);
  });

  test("a node is sent a topic, its message, and that it is not retained", () => {
    const encoded = createDecoder({ format: "hinch" }).encode?.({ "shed/cmd": "on" }, ENCODE_CONTEXT) as Uint8Array;
    expect(new TextDecoder().decode(encoded)).toBe('["shed/cmd","on",false]');
  });
});

describe("finding the format", () => {
  test("likely ones come before possible ones", () => {
    expect(detect(fromHex("4002ca0903bf13")).map(({ format, likeness }) => [format.name, likeness])).toEqual([
      ["bthome", "likely"],
    ]);
    expect(detect(toUtf8('{"a":1}')).map(({ format }) => format.name)).toEqual(["json", "text"]);
  });

  test("a format that is not there is refused with the names of those that are", () => {
    expect(() => formatOf("btome")).toThrow(/^no format is called "btome"; there are json, .*, text$/);
  });
});

describe("JSON", () => {
  test("keys that mean something in the program are keys like any other", () => {
    const message = '{"reason": "boot", "constructor": 1, "__proto__": 2, "t": 21.5}';
    const values = JSON.parse(message) as object;
    expect(decodeHex({ format: "json" }, hexOf(message))).toEqual({ values, events: [] });
  });

  test.each([
    ["an integer", `{"t": 21.5, "n": ${"9".repeat(900)}}`],
    ["a fraction", `{"t": 21.5, "n": ${"9".repeat(900)}.5}`],
    ["an exponent, inside", '{"t": 21.5, "a": [{"n": -1e999}]}'],
    ["alone", "9".repeat(900)],
  ])("a number that is too large is no value: %s", (_, message) => {
    const reason = "a number in it is too large: over 1.8e308";
    expect(reasonOf(decodeHex({ format: "json" }, hexOf(message)))).toBe(reason);
  });
});

test("where texts are values a number that is too large is one", () => {
  const large = "9".repeat(320);
  expect(decodeHex({ format: "text" }, hexOf(large))).toMatchObject({ values: { text: large } });
  expect(decodeHex({ format: "text" }, hexOf("a=1,b=1e999"))).toMatchObject({ values: { a: 1, b: "1e999" } });
  const published = JSON.stringify(["shed/count", large, false, 0]);
  expect(decodeHex({ format: "hinch" }, hexOf(published))).toMatchObject({ values: { count: large } });
});
