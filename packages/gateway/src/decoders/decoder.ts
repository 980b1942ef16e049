// decoders: What the payloads of nodes mean. A decoder never throws for a message, whatever its bytes are; it takes
// time linear in their number and keeps no memory of messages. It runs in browsers, and knows no gateway, no broker and
// no other message.

import type { MacAddress } from "aioespnow/codec";
import type { Entity } from "./entity.ts";

/** What a node says of one thing: a JSON value. `null`: the node says that it does not know. */
export type Value = string | number | boolean | null | readonly Value[] | Values;

/** Values by their keys, such as `temperature`. The keys come from the node: any text. */
export interface Values {
  readonly [key: string]: Value;
}

/** Something that happened, and that has no lasting state: a button was pressed. */
export interface DecodedEvent {
  /** Which of the node's things it happened to, such as `button`. */
  readonly key: string;
  /** What happened, such as `press`. */
  readonly type: string;
}

/** What a message says. */
export interface Decoded {
  /** What the node says of itself, by keys. */
  readonly values: Values;
  /** What happened, in the order of the message. */
  readonly events: readonly DecodedEvent[];
  /** Equal in all copies of one message, different in the next: the sender repeats each message on purpose. */
  readonly messageId?: string;
  /** Grows from message to message; a message whose code is not greater than the last one is a replay. */
  readonly rollingCode?: bigint;
  /** The number that the node gave the message: what is missing between two of them was lost. */
  readonly sequence?: SequenceNumber;
  /** Who said it, where a mesh passed it on; else the frame's source. */
  readonly origin?: MacAddress;
  /** A key of the decoder's options has proved who sent it. */
  readonly isVerified?: boolean;
  /** Which message to the node its program has received: what `awaits` gave for that one. */
  readonly confirms?: string;
  /** What messages to the node repeat from now on, so that it believes them. Hexadecimal. */
  readonly challenge?: string;
}

/** The number of a message: one more than that of the message before. */
export interface SequenceNumber {
  /** 0 to `count` - 1. */
  readonly number: number;
  /** How many numbers there are, such as 256: then they begin again. */
  readonly count: number;
  /** Different after each start of the node; left out: the node does not tell. */
  readonly start?: number;
}

/** The one way to say no. */
export interface Refusal {
  /** A phrase for people, such as `too short`. */
  readonly reason: string;
}

/** What a decoder answers. */
export type DecodeResult = Decoded | Refusal;

/** What is known of a message beside its bytes. */
export interface DecodeContext {
  /** The frame's source. */
  readonly source: MacAddress;
}

/** What a message to a node can carry beside its values. */
export interface EncodeContext {
  /** The gateway's address. */
  readonly source: MacAddress;
  /** The node's address. */
  readonly target: MacAddress;
  /** 0 to 2^32 - 1, and one more for each message. */
  readonly id: number;
  /** In ms since 1970. */
  readonly time: number;
  /** The last one of the node's. Hexadecimal. */
  readonly challenge?: string | undefined;
}

/** What a node has said until now: the newest value of each key, and the types of the events of each key. */
export interface Seen {
  /** The newest value of each key. */
  readonly values: Values;
  /** The types of the events of each key. */
  readonly events: Readonly<Record<string, readonly string[]>>;
}

/**
 * Reads the messages of a node. It has no memory: the same bytes always give the same result. Whoever uses it drops
 * repeated and replayed messages (`messageId`, `rollingCode`).
 */
export interface Decoder {
  /** The name of its format. */
  readonly format: string;
  /** Never throws, whatever the bytes are, and takes time linear in their number. It keeps no reference to `bytes`. */
  decode(bytes: Uint8Array, context: DecodeContext): DecodeResult;
  /** The message that sets `values`. Absent where the format has no messages to nodes. */
  readonly encode?: ((values: Values, context: EncodeContext) => Uint8Array | Refusal) | undefined;
  /** What the node's program confirms a message to it with. Absent, or undefined, where it does not. */
  awaits?(message: Uint8Array): string | undefined;
  /** A message that a node takes without doing anything: whether it is there. Absent where the format has none. */
  ping?(context: EncodeContext): Uint8Array;
  /**
   * Whether the message asks for what waits for its node. Absent where nodes do not ask: one that sleeps then listens for a
   * moment after each message.
   */
  asks?(bytes: Uint8Array): boolean;
  /** What the node's values are, for people and for Home Assistant. */
  describe(seen: Seen): readonly Entity[];
}

/** How much the bytes of a message look like a format. A hint, never a proof: formats share first bytes. */
export type Likeness = "none" | "possible" | "likely";

/** A payload format: how to recognize it, and how to make a decoder of it. */
export interface Format<Options extends object = object> {
  /** As in configurations: `bthome`. */
  readonly name: string;
  /** For people: `BTHome v2`. */
  readonly title: string;
  /** How much the bytes look like this format. Linear in their number. */
  recognize(bytes: Uint8Array): Likeness;
  /** @throws RangeError or TypeError that names the option that is wrong and says what is accepted. */
  create(options: Options): Decoder;
  /** Messages with what they mean: documentation that the tests run. */
  readonly examples: readonly Example<Options>[];
  /** Messages to nodes. Absent where the format has none. */
  readonly commands?: readonly CommandExample<Options>[];
}

/** Values to set, and the message that sets them. */
export interface CommandExample<Options extends object = object> {
  /** What it shows. */
  readonly title: string;
  /** Of the decoder that makes it. */
  readonly options: Options;
  /** What is set. */
  readonly values: Values;
  /**
   * Hexadecimal. From `02:00:00:00:00:fe` to `02:00:00:00:00:a1`, with the id 7, sent 1,700,000,000 seconds after 1970.
   */
  readonly message: string;
  /** The last one of the node's, in hexadecimal. None if left out. */
  readonly challenge?: string;
}

/** A message, and what it means. */
export interface Example<Options extends object = object> {
  /** What it shows. */
  readonly title: string;
  /** Of the decoder that reads it. */
  readonly options: Options;
  /** Hexadecimal. */
  readonly message: string;
  /** `02:00:00:00:00:01` if left out. */
  readonly source?: string;
  /** What the decoder makes of it. */
  readonly values: Values;
  /** None if left out. */
  readonly events?: readonly DecodedEvent[];
}

export function refuse(reason: string): Refusal {
  return { reason };
}

export function isRefusal(result: object): result is Refusal {
  return "reason" in result;
}

/** A decoded message of values alone. */
export function valuesOnly(values: Values): Decoded {
  return { values, events: [] };
}

/** Values from pairs, the last of equal keys. (`Object.fromEntries` takes five times as long.) */
export function toValues(pairs: Iterable<readonly [string, Value]>): Values {
  const values: Record<string, Value> = {};
  for (const [key, value] of pairs) {
    // A key like any other, but not by assignment.
    if (key === "__proto__") Object.defineProperty(values, key, { value, ...OWN });
    else values[key] = value;
  }
  return values;
}

const OWN = { configurable: true, enumerable: true, writable: true };
