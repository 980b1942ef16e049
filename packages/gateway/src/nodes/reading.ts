import type { MacAddress } from "aioespnow";
import { type Decoded, isRefusal } from "../decoders/decoder.ts";
import { detect } from "../decoders/registry.ts";
import type { Node } from "./node.ts";

/**
 * What a message of a node says; undefined where nothing can be read, with the reason as the node's `problem`. A node
 * without a decoder of its own is given the first format that can read it.
 */
export function readMessage(node: Node, data: Uint8Array): Decoded | undefined {
  const context = { source: node.mac satisfies MacAddress };
  const decoded = node.decoder?.decode(data, context);
  if (decoded !== undefined && !isRefusal(decoded)) return ok(node, decoded);
  if (decoded !== undefined && node.settings.decoder !== undefined) {
    node.problem = decoded.reason;
    return undefined;
  }
  for (const { format } of detect(data)) {
    const decoder = format.create({});
    const result = decoder.decode(data, context);
    if (isRefusal(result)) continue;
    node.decoder = decoder;
    return ok(node, result);
  }
  node.problem = decoded?.reason ?? "it looks like no format";
  return undefined;
}

function ok(node: Node, decoded: Decoded): Decoded {
  node.problem = undefined;
  return decoded;
}
