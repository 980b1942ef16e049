import { createCipheriv } from "node:crypto";
import { createDecoder } from "espnow-gateway/decoders";
import { describe, expect, test } from "vitest";
import { openCcm } from "#gateway/decoders/ccm.ts";
import { decodeHex, reasonOf } from "./decode-hex.ts";

const PLAIN = { format: "bthome" } as const;
const KEY = "231d39c1d7cc1ab1aee224cd096db932";
const MAC = "54:48:E6:8F:80:A5";
const SEALED = "41a47266c95f730011223378237214";

describe("BTHome v2", () => {
  test.each([
    ["40 02ca09 03bf13", { temperature: 25.06, humidity: 50.55 }],
    ["40 00 09 01 5d 02 5d09 03 b718", { battery: 93, temperature: 23.97, humidity: 63.27 }],
    ["40 0c020c", { voltage: 3.074 }],
    ["40 57 ea", { temperature: -22 }],
    ["40 58 ea", { temperature: -7.7 }],
    ["40 45 11 01 45 12 01", { temperature: 27.3, temperature_2: 27.4 }],
    ["40 15 01 2d 00", { battery_low: true, window: false }],
    ["40 5c 02fbffff", { power: -12.78 }],
    ["40 53 03 616263 54 02 ff00", { text: "abc", raw: "ff00" }],
    ["40 f1 00010204", { firmware: "4.2.1.0" }],
  ])("%s", (message, values) => {
    expect(decodeHex(PLAIN, message)).toMatchObject({ values, events: [] });
  });

  test("the packet id tells repeated messages apart, and is no value", () => {
    expect(decodeHex(PLAIN, "4000090102")).toEqual({
      values: { battery: 2 },
      events: [],
      messageId: "9",
      sequence: { number: 9, count: 256 },
    });
  });

  test("of two buttons, the second was pressed", () => {
    const pressed = { values: {}, events: [{ key: "button_2", type: "press" }] };
    expect(decodeHex(PLAIN, "44 3a00 3a01")).toEqual(pressed);
  });

  test("what follows an unknown id is not read: its length is unknown", () => {
    expect(decodeHex(PLAIN, "40 015d ee 0102")).toMatchObject({ values: { battery: 93 } });
    expect(reasonOf(decodeHex(PLAIN, "40 ee 0102"))).toBe("unknown object id 0xee");
  });

  test("a value that is cut off makes the message unreadable", () => {
    expect(reasonOf(decodeHex(PLAIN, "40 015d 02ca"))).toBe("ends inside a value");
    expect(reasonOf(decodeHex(PLAIN, "40 5309 61"))).toBe("ends inside a value");
  });

  test("an encrypted message is verified, and its counter is a rolling code", () => {
    const decoded = decodeHex({ format: "bthome", key: KEY }, SEALED, MAC);
    expect(decoded).toMatchObject({ values: { temperature: 25.06 }, isVerified: true, rollingCode: 0x33221100n });
  });

  test.each([
    ["another key", { format: "bthome", key: "00".repeat(16) }, SEALED, MAC, "the key does not fit"],
    ["another sender", { format: "bthome", key: KEY }, SEALED, "54:48:e6:8f:80:a6", "the key does not fit"],
    ["a changed byte", { format: "bthome", key: KEY }, SEALED.replace("a472", "a473"), MAC, "the key does not fit"],
    ["no key", PLAIN, SEALED, MAC, "encrypted, and the node has no key"],
    ["too little", { format: "bthome", key: KEY }, "41a472", MAC, "too short for an encrypted message"],
    ["plain text", { format: "bthome", key: KEY }, "4002ca09", MAC, "not encrypted, although the node has a key"],
  ] as const)("refuses with a reason: %s", (_, config, message, mac, reason) => {
    expect(reasonOf(decodeHex(config, message, mac))).toBe(reason);
  });

  test.each(["", "00", `${KEY}00`])("the key %j is refused when the decoder is made", (key) => {
    expect(() => createDecoder({ format: "bthome", key })).toThrow("key must have 32 hexadecimal digits");
  });
});

test("CCM opens what node:crypto seals, at lengths around whole blocks", () => {
  const key = Buffer.from(KEY, "hex");
  const nonce = Buffer.from("000102030405060708090a0b0c", "hex");
  for (const length of [1, 15, 16, 17, 250]) {
    const plain = Uint8Array.from({ length }, (_, i) => i);
    const cipher = createCipheriv("aes-128-ccm", key, nonce, { authTagLength: 4 });
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    expect(openCcm(key, nonce, sealed, cipher.getAuthTag())).toEqual(plain);
  }
});
