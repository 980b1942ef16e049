import { CapturePhy } from "#lib/phy/capture-phy.ts";
import { FaultPhy } from "#lib/phy/fault-phy.ts";
import type { Phy } from "#lib/phy/phy.ts";
import { TracePhy } from "#lib/phy/trace-phy.ts";
import { describePhy } from "#lib/testing/phy-suite.ts";
import { SeededRandom } from "#lib/util/rng.ts";
import { LoopbackMedium } from "./loopback-medium.ts";

const WRAPPERS: [string, (phy: Phy) => Phy][] = [
  ["the loopback phy of these tests", (phy) => phy],
  ["CapturePhy", (phy) => new CapturePhy(phy, () => undefined)],
  ["FaultPhy without faults", (phy) => new FaultPhy(phy, { random: new SeededRandom(1) })],
  ["TracePhy", (phy) => new TracePhy(phy, () => undefined)],
];

for (const [name, wrap] of WRAPPERS) {
  describePhy(name, () => {
    const medium = new LoopbackMedium();
    return Promise.resolve({ a: wrap(medium.phy()), b: wrap(medium.phy()), close: () => Promise.resolve() });
  });
}
