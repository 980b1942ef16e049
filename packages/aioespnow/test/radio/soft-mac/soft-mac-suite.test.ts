import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { describeRadio } from "#lib/testing/radio-suite.ts";
import { Wire } from "#test/doubles/wire.ts";

for (const retriesInHardware of [true, false]) {
  describeRadio(`SoftMacRadio over a medium that ${retriesInHardware ? "repeats" : "does not repeat"} frames`, {
    reportsAck: true,
    open: async () => {
      const wire = new Wire();
      const [a, b] = [wire.phy({ retriesInHardware }), wire.phy({ retriesInHardware })].map(
        (phy) => new SoftMacRadio(phy),
      );
      return {
        a: a as SoftMacRadio,
        b: b as SoftMacRadio,
        close: async () => {
          await a?.[Symbol.asyncDispose]();
          await b?.[Symbol.asyncDispose]();
        },
      };
    },
  });
}
