import type { MacAddress } from "aioespnow";
import { checkName, defaultName } from "./names.ts";
import type { Node, NodeSettings } from "./node.ts";
import { MAX_ACCEPTED } from "./registry.ts";

/**
 * What has to be done before `changes` can be made one by one: which nodes of `present` give up a name that another one gets,
 * and what they are called in between. `keyRoom` is how many keys a radio has room for.
 * @throws RangeError for changes that cannot be made.
 */
export function planChanges(
  present: readonly Node[],
  changes: ReadonlyMap<MacAddress, Partial<NodeSettings>>,
  keyRoom: number,
): readonly (readonly [Node, string])[] {
  const after = settingsAfter(present, changes);
  const owners = new Map<string, MacAddress>();
  for (const [mac, { name = defaultName(mac) }] of after) {
    checkName(name);
    if (owners.has(name)) throw new RangeError(`two nodes cannot be called ${JSON.stringify(name)}`);
    owners.set(name, mac);
  }
  const settings = [...after.values()];
  if (settings.filter(({ isAccepted }) => isAccepted).length > MAX_ACCEPTED)
    throw new RangeError(`there can be at most ${MAX_ACCEPTED} nodes`);
  const keys = settings.filter(({ lmk }) => lmk !== undefined).length;
  if (keys > keyRoom) throw new RangeError(`a radio has room for the keys of ${keyRoom} nodes, not of ${keys}`);
  const taken = new Set([...owners.keys(), ...present.map(({ name }) => name)]);
  return present
    .filter(({ mac, name }) => (owners.get(name) ?? mac) !== mac)
    .map((node) => [node, freeName(node.mac, taken)]);
}

function settingsAfter(
  present: readonly Node[],
  changes: ReadonlyMap<MacAddress, Partial<NodeSettings>>,
): ReadonlyMap<MacAddress, Partial<NodeSettings>> {
  const after = new Map<MacAddress, Partial<NodeSettings>>(present.map(({ mac, settings }) => [mac, settings]));
  for (const [mac, settings] of changes) after.set(mac, { ...after.get(mac), ...settings });
  return after;
}

function freeName(mac: MacAddress, taken: ReadonlySet<string>): string {
  let name = defaultName(mac);
  while (taken.has(name)) name += "_";
  return name;
}
