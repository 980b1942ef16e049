import { Air } from "#lib/phy/sim/air.ts";
import { describePhy } from "#lib/testing/phy-suite.ts";

for (const profile of ["esp32", "host"] as const) {
  describePhy(`SimPhy, ${profile}`, () => {
    const air = new Air();
    const close = () => air[Symbol.asyncDispose]();
    return Promise.resolve({ a: air.phy({ profile }), b: air.phy({ profile }), close });
  });
}
