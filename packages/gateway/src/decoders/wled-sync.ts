import {
  type DecodeResult,
  type Decoder,
  type EncodeContext,
  type Format,
  type Refusal,
  refuse,
  type Seen,
  type Values,
} from "./decoder.ts";
import type { Entity } from "./entity.ts";
import { BUTTON_NAMES, wizButton } from "./wiz.ts";

//  0     1              2                  3...
//  57    packet number  number of packets  41 bytes of state and up to 5 segments of 36; further packets whole segments
const MAGIC = 0x57;
const HEADER_LENGTH = 3;
const STATE_LENGTH = 41;
const SEGMENT_LENGTH = 36;
const MAX_DATA = 247;
/** In the state, which is that of WLED's UDP notifier (udp.cpp). */
const STATE = { BRIGHTNESS: 2, RED: 3, GREEN: 4, BLUE: 5, EFFECT: 8 } as const;

/**
 * WLED's sync between lamps: brightness, color and effect of the sender's first packet. A lamp takes sync as a broadcast to all
 * lamps; one lamp alone is told by the buttons of a WizMote, whose address is the gateway's.
 */
export const wledSync: Format = {
  name: "wled",
  title: "WLED sync",
  recognize: (bytes) => ("reason" in decode(bytes) ? "none" : "possible"),
  create(): Decoder {
    return { format: "wled", decode, encode, describe };
  },
  examples: [
    {
      title: "half bright, orange",
      options: {},
      message: `570001${"000080ffa50000000000".padEnd(2 * STATE_LENGTH, "0")}`,
      values: { brightness: 128, color: "#ffa500", effect: 0 },
    },
  ],
  commands: [
    {
      title: "the button of a remote: on",
      options: {},
      values: { button: "on" },
      message: "91070000002001016400000000",
    },
  ],
};

function decode(bytes: Uint8Array): DecodeResult {
  const [magic, packet = 0, packets = 0] = bytes;
  const length = bytes.length - HEADER_LENGTH;
  if (magic !== MAGIC || length < SEGMENT_LENGTH || length > MAX_DATA) return refuse("not a packet of WLED's sync");
  if (packet >= packets) return refuse(`packet ${packet} of ${packets}`);
  const segments = length - (packet === 0 ? STATE_LENGTH : 0);
  if (segments < 0 || segments % SEGMENT_LENGTH !== 0) return refuse("it does not have whole segments");
  if (packet > 0) return { values: {}, events: [] };
  const state = bytes.subarray(HEADER_LENGTH);
  const hex = (at: number): string => (state[at] as number).toString(16).padStart(2, "0");
  const color = `#${hex(STATE.RED)}${hex(STATE.GREEN)}${hex(STATE.BLUE)}`;
  const values = { brightness: state[STATE.BRIGHTNESS] as number, color, effect: state[STATE.EFFECT] as number };
  return { values, events: [] };
}

function encode(values: Values, { id }: EncodeContext): Uint8Array | Refusal {
  const isButton = Object.keys(values).every((key) => key === "button");
  const message = isButton ? wizButton(values["button"], id) : undefined;
  return message ?? refuse(`a lamp takes button alone, which is one of ${BUTTON_NAMES.join(", ")}`);
}

function describe({ values }: Seen): Entity[] {
  return Object.keys(values).map((key) => ({ platform: "sensor", key }));
}
