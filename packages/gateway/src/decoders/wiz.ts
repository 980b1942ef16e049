import { littleEndian, viewOf } from "./bytes.ts";
import {
  type Decoded,
  type DecodeResult,
  type Decoder,
  type Format,
  refuse,
  type Seen,
  type Value,
} from "./decoder.ts";
import type { Entity } from "./entity.ts";
import { numbered } from "./self-describing.ts";

//              0          1..4               5     6       7     8        9..12
// remote:      91 on, 81  sequence, LE       20    button  01    battery  tag
// paired:      80         sequence, LE       the rest is encrypted (11 bytes)
// motion:      81         sequence, LE       42    ...  offset 9: event, 13..16 tag (17 bytes)
const REMOTE_LENGTH = 13;
const PAIRED_LENGTH = 11;
const MOTION_LENGTH = 17;
const SEQUENCE = 1;
const TYPE = 5;
const BUTTON = 6;
const BATTERY_TYPE = 7;
const BATTERY = 8;
const MOTION_EVENT = 9;

const FIRST_BYTE = { PAIRED: 0x80, OTHER: 0x81, ON: 0x91 } as const;
const DATA_TYPE = { BATTERY: 0x01, BUTTON: 0x20, MOTION: 0x42 } as const;

/** Of the WizMote, and of WiZ smart buttons (WLED, remote.cpp). */
const BUTTONS: ReadonlyMap<number, string> = new Map([
  [1, "on"],
  [2, "off"],
  [3, "night"],
  [8, "dimmer"],
  [9, "brighter"],
  ...Array.from({ length: 7 }, (_, i): [number, string] => [16 + i, `scene_${i + 1}`]),
  [100, "smart_on"],
  [101, "smart_off"],
  [102, "smart_up"],
  [103, "smart_down"],
]);

const MOTIONS: ReadonlyMap<number, { readonly motion: boolean; readonly side: string }> = new Map([
  [0x0b, { motion: true, side: "right" }],
  [0x19, { motion: true, side: "left" }],
  [0x0a, { motion: false, side: "right" }],
  [0x18, { motion: false, side: "left" }],
]);

/**
 * The remote control (WizMote) and the motion sensor of WiZ. They send each message many times, and on several channels:
 * `messageId` tells the copies apart.
 */
export const wiz: Format = {
  name: "wiz",
  title: "WiZ remote (WizMote) and motion sensor",
  recognize: (bytes) => ("reason" in decode(bytes) ? "none" : "likely"),
  create(): Decoder {
    return { format: "wiz", decode, describe };
  },
  examples: [
    {
      title: "a remote: on",
      options: {},
      message: "910700000020010164aabbccdd",
      values: { battery: 100 },
      events: [{ key: "button", type: "on" }],
    },
    {
      title: "a remote that is paired with the app tells nothing; reset it to use it here",
      options: {},
      message: "80a9000000b25f00987eb8",
      values: { paired: true },
    },
    {
      title: "a motion sensor",
      options: {},
      message: "8101000000420000000b000000aabbccdd",
      values: { motion: true, side: "right" },
    },
  ],
};

function decode(bytes: Uint8Array): DecodeResult {
  const [first] = bytes;
  const isRemote = bytes.length === REMOTE_LENGTH && (first === FIRST_BYTE.ON || first === FIRST_BYTE.OTHER);
  if (isRemote) return decodeRemote(bytes);
  if (bytes.length === PAIRED_LENGTH && first === FIRST_BYTE.PAIRED) {
    return { values: { paired: true }, events: [], ...sequenceOf(bytes) };
  }
  if (bytes.length === MOTION_LENGTH && first === FIRST_BYTE.OTHER) return decodeMotion(bytes);
  return refuse("neither a WiZ remote nor a motion sensor");
}

function decodeRemote(bytes: Uint8Array): DecodeResult {
  if (bytes[TYPE] !== DATA_TYPE.BUTTON) return refuse(`unknown data type ${bytes[TYPE]}`);
  const type = BUTTONS.get(bytes[BUTTON] as number);
  if (type === undefined) return refuse(`unknown button ${bytes[BUTTON]}`);
  const hasBattery = bytes[BATTERY_TYPE] === DATA_TYPE.BATTERY && (bytes[BATTERY] as number) <= 100;
  const values = hasBattery ? { battery: bytes[BATTERY] as number } : {};
  return { values, events: [{ key: "button", type }], ...sequenceOf(bytes) };
}

function decodeMotion(bytes: Uint8Array): DecodeResult {
  if (bytes[TYPE] !== DATA_TYPE.MOTION) return refuse(`unknown data type ${bytes[TYPE]}`);
  const motion = MOTIONS.get(bytes[MOTION_EVENT] as number);
  if (motion === undefined) return refuse(`unknown motion event ${bytes[MOTION_EVENT]}`);
  return { values: { ...motion }, events: [], ...sequenceOf(bytes) };
}

/** Names of buttons that a remote has. */
export const BUTTON_NAMES: readonly string[] = [...BUTTONS.values()];

/** What a remote sends when a button is pressed; undefined if it has no such button. Its tag is empty: WLED does not check it. */
export function wizButton(name: Value | undefined, sequence: number): Uint8Array | undefined {
  const button = [...BUTTONS].find(([, one]) => one === name)?.[0];
  if (button === undefined) return undefined;
  const message = new Uint8Array(REMOTE_LENGTH);
  message[0] = name === "on" ? FIRST_BYTE.ON : FIRST_BYTE.OTHER;
  viewOf(message).setUint32(SEQUENCE, sequence, true);
  message[TYPE] = DATA_TYPE.BUTTON;
  message[BUTTON] = button;
  message[BATTERY_TYPE] = DATA_TYPE.BATTERY;
  message[BATTERY] = 100;
  return message;
}

function sequenceOf(bytes: Uint8Array): Required<Pick<Decoded, "messageId" | "sequence">> {
  return numbered(littleEndian(bytes, SEQUENCE, 4), 2 ** 32);
}

const ENTITIES: Readonly<Record<string, Entity>> = {
  battery: {
    platform: "sensor",
    key: "battery",
    unit: "%",
    deviceClass: "battery",
    stateClass: "measurement",
    category: "diagnostic",
  },
  motion: { platform: "binary_sensor", key: "motion", deviceClass: "motion" },
  side: { platform: "sensor", key: "side" },
  paired: { platform: "binary_sensor", key: "paired", category: "diagnostic" },
};

function describe({ values, events }: Seen): Entity[] {
  const entities = Object.keys(values).flatMap((key) => ENTITIES[key] ?? []);
  if (events["button"] === undefined) return entities;
  return [...entities, { platform: "event", key: "button", eventTypes: BUTTON_NAMES }];
}
