import { macAt } from "aioespnow/codec";
import { viewOf } from "./bytes.ts";
import { type DecodeResult, type Decoder, type Format, refuse } from "./decoder.ts";
import { describeByName } from "./well-known.ts";

//  0..5    6..11     12..15    16..19         20..35  36...
//  sender  receiver  bits, LE  time, LE, UTC  tag     payload, encrypted, up to 160 bytes
//  bits: 0-3 counter, 4-9 type, 10-15 chunks, 16-21 chunk, 22-29 chunk size, 30-31 TTL
const HEADER_LENGTH = 36;
const MAX_PAYLOAD = 160;
const RECEIVER = 6;
const BITS = 12;
const TIME = 16;

const TYPES = ["time", "peer_list", "command", "register", "refresh", "mqtt", "want_topic", "heartbeat"] as const;

/**
 * The header of Tasmota's TasMesh: sender, receiver, and the kind of message. What follows it is encrypted with the password of
 * the Wi-Fi, and is not read.
 */
export const tasmesh: Format = {
  name: "tasmesh",
  title: "Tasmota TasMesh (header)",
  recognize: (bytes) => ("reason" in decode(bytes) ? "none" : "possible"),
  create(): Decoder {
    return { format: "tasmesh", decode, describe: describeByName };
  },
  examples: [
    {
      title: "a heartbeat",
      options: {},
      message: `0200000000a1ffffffffffff7104800000f15365${"00".repeat(16)}aabb`,
      values: { kind: "heartbeat", receiver: "ff:ff:ff:ff:ff:ff", chunk: 0, chunks: 1, time: 1700000000 },
    },
  ],
};

function decode(bytes: Uint8Array): DecodeResult {
  if (bytes.length < HEADER_LENGTH) return refuse("shorter than a header of TasMesh");
  if (bytes.length > HEADER_LENGTH + MAX_PAYLOAD) return refuse("longer than a message of TasMesh");
  const view = viewOf(bytes);
  const bits = view.getUint32(BITS, true);
  const field = (shift: number, width: number): number => (bits >>> shift) & (2 ** width - 1);
  const [counter, type, chunks, chunk, size] = [field(0, 4), field(4, 6), field(10, 6), field(16, 6), field(22, 8)];
  const kind = TYPES[type];
  if (kind === undefined) return refuse(`unknown type ${type}`);
  if (chunk > chunks) return refuse(`chunk ${chunk} of ${chunks}`);
  if (size !== bytes.length - HEADER_LENGTH) return refuse("its length is not the one in its header");
  const origin = macAt(bytes, 0);
  const values = { kind, receiver: macAt(bytes, RECEIVER), chunk, chunks, time: view.getUint32(TIME, true) };
  return { values, events: [], origin, messageId: `${origin} ${type} ${counter} ${chunk}` };
}
