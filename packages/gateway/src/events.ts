import type { DecodedEvent, Values } from "./decoders/decoder.ts";
import type { CommandStatus } from "./mailbox/command.ts";
import type { Node } from "./nodes/node.ts";

/** What the parts of a gateway tell each other, and whoever observes it. */
export type GatewayEvent =
  /** A message of a node that could be read. `isNewKey`: it has keys that the node did not have before. */
  | {
      readonly kind: "uplink";
      readonly node: Node;
      /** The message itself; the listener's to keep. */
      readonly data: Uint8Array;
      readonly values: Values;
      readonly events: readonly DecodedEvent[];
      readonly isNewKey: boolean;
      /** In ms since 1970. */
      readonly time: number;
    }
  /** Any message, before it is read. `data` is the listener's to keep. */
  | { readonly kind: "raw"; readonly node: Node; readonly data: Uint8Array; readonly rssi: number | undefined }
  | { readonly kind: "node-new"; readonly node: Node }
  /** `before`: what its name was. */
  | {
      readonly kind: "node-changed";
      readonly node: Node;
      readonly before: { readonly name: string; readonly isAccepted: boolean };
    }
  | { readonly kind: "node-removed"; readonly node: Node }
  | { readonly kind: "availability"; readonly node: Node }
  | { readonly kind: "command"; readonly node: Node | undefined; readonly status: CommandStatus };

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
