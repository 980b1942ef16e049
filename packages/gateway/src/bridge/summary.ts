import { toValues, type Values } from "../decoders/decoder.ts";
import type { Gateway } from "../gateway.ts";
import type { Node } from "../nodes/node.ts";
import { isoTime } from "../util/iso-time.ts";

/** What MQTT and HTTP say about a node. Times are of ISO 8601, signal strengths in dBm. No keys. */
export function nodeSummary(node: Node, gateway: Gateway): object {
  const { name, isAccepted, isSleepy } = node.settings;
  return {
    mac: node.mac,
    name,
    accepted: isAccepted,
    sleepy: isSleepy,
    format: node.decoder?.format ?? null,
    online: node.isOnline,
    first_seen: isoTime(node.firstSeen),
    last_seen: node.lastSeen === undefined ? null : isoTime(node.lastSeen),
    rssi: [...node.rssi.values()].map((rssi) => rssi ?? null),
    values: node.seen.values,
    units: unitsOf(node),
    events: node.seen.events,
    problem: node.problem ?? null,
    waiting: gateway.mailbox.list(node.mac).length,
    counters: { ...node.counters },
  };
}

/** Of the values that have one. */
function unitsOf({ entities }: Node): Values {
  const units = entities.map((entity) => [entity.key, "unit" in entity ? entity.unit : undefined] as const);
  return toValues(units.filter((pair): pair is [string, string] => pair[1] !== undefined));
}
