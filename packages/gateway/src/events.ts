import type { DecodedEvent, Values } from "./decoders/decoder.ts";
import type { CommandStatus } from "./mailbox/command.ts";
import type { Node } from "./nodes/node.ts";

/** What the parts of a gateway tell each other, and whoever observes it. */
export type GatewayEvent =
  | {
      /** A decoder has read a message of a node. */
      readonly kind: "uplink";
      /** Whose message it is. */
      readonly node: Node;
      /** The message itself; the listener's to keep. */
      readonly data: Uint8Array;
      /** The values of this message, by their keys. */
      readonly values: Values;
      /** What happened, in the order of the message. */
      readonly events: readonly DecodedEvent[];
      /** Whether it has keys that the node did not have before. */
      readonly isNewKey: boolean;
      /** When it was received, in ms since 1970. */
      readonly time: number;
    }
  | {
      /** A message of a node, before it is read. */
      readonly kind: "raw";
      /** Whose message it is. */
      readonly node: Node;
      /** The message itself; the listener's to keep. */
      readonly data: Uint8Array;
      /** Signal strength in dBm; undefined if the radio does not say. */
      readonly rssi: number | undefined;
    }
  | {
      /** A node was heard that was never heard before. */
      readonly kind: "node-new";
      /** The new node, not accepted unless the gateway accepts all. */
      readonly node: Node;
    }
  | {
      /** The settings of a node were changed. */
      readonly kind: "node-changed";
      /** The node with its new settings. */
      readonly node: Node;
      /** What it was. */
      readonly before: {
        /** Its name, which is in its topics. */
        readonly name: string;
        /** Whether it was published. */
        readonly isAccepted: boolean;
      };
    }
  | {
      /** A node was forgotten. */
      readonly kind: "node-removed";
      /** What it was. */
      readonly node: Node;
    }
  | {
      /** A node came back, or was silent for too long. */
      readonly kind: "availability";
      /** The node with its new availability. */
      readonly node: Node;
    }
  | {
      /** A command was queued, sent, acknowledged, or has ended in another way. */
      readonly kind: "command";
      /** The node that it is for; undefined if that node was forgotten meanwhile. */
      readonly node: Node | undefined;
      /** Where the command is now. */
      readonly status: CommandStatus;
    };

/** Many listeners, each called synchronously in the order of their coming. */
export class EventFeed {
  readonly #listeners = new Set<(event: GatewayEvent) => void>();

  observe(listener: (event: GatewayEvent) => void): () => void {
    const tell = (event: GatewayEvent): void => listener(event);
    this.#listeners.add(tell);
    return () => void this.#listeners.delete(tell);
  }

  tell(event: GatewayEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
