import type { MacAddress } from "aioespnow";
import { type EncodeContext, isRefusal, type Values } from "../decoders/decoder.ts";
import type { Node } from "./node.ts";

/** Makes the messages to nodes, by their decoders. */
export class MessageMaker {
  readonly #addressFor: (node: Node) => MacAddress;
  /** In ms since 1970. */
  readonly #now: () => number;
  #nextId: number;

  /** `addressFor`: the gateway's address on the radio that reaches the node. */
  constructor(addressFor: (node: Node) => MacAddress, now: () => number) {
    this.#addressFor = addressFor;
    this.#now = now;
    // Nodes take a number for a repetition that they heard lately: after a restart the numbers go on, also without a store.
    this.#nextId = Math.floor(now() / 1000);
  }

  /** The message that sets values. @throws RangeError where the format has no messages to nodes, or the values do not fit. */
  set(node: Node, values: Values): Uint8Array {
    const { decoder } = node;
    if (decoder?.encode === undefined) {
      const reason =
        decoder === undefined ? "it has no decoder" : `the format ${decoder.format} has no messages to nodes`;
      throw new RangeError(`${node.name} cannot be set: ${reason}`);
    }
    const whole = decoder.format === "struct" ? { ...node.seen.values, ...values } : values;
    const data = decoder.encode(whole, this.#context(node));
    if (isRefusal(data)) throw new RangeError(data.reason);
    return data;
  }

  /** Asks an awake node whether it is there; undefined where that cannot be asked. */
  ping(node: Node): Uint8Array | undefined {
    const { isAccepted, isSleepy } = node.settings;
    return isAccepted && !isSleepy ? node.decoder?.ping?.(this.#context(node)) : undefined;
  }

  /** The answer to what a node asks to be repeated: a message without values. Undefined where nobody has accepted it. */
  answer(node: Node, challenge: string): Uint8Array | undefined {
    node.challenge = challenge;
    return node.settings.isAccepted ? this.set(node, {}) : undefined;
  }

  #context(node: Node): EncodeContext {
    this.#nextId = (this.#nextId + 1) % 2 ** 32;
    const { mac, challenge } = node;
    return { source: this.#addressFor(node), target: mac, id: this.#nextId, time: this.#now(), challenge };
  }
}
