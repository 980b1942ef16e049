import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { describeEspNow } from "#lib/testing/espnow-suite.ts";
import { SystemClock } from "#lib/util/system-clock.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";
import { Wire } from "#test/doubles/wire.ts";

for (const Clock of [VirtualClock, SystemClock]) {
  describeEspNow(`SoftMacRadio over a wire in ${Clock.name === "VirtualClock" ? "virtual" : "real"} time`, {
    reportsAck: true,
    runsWhileBlocked: true,
    open: async () => {
      const wire = new Wire(new Clock());
      const [a, b] = [new SoftMacRadio(wire.phy()), new SoftMacRadio(wire.phy())];
      return {
        a,
        b,
        close: async () => {
          await a[Symbol.asyncDispose]();
          await b[Symbol.asyncDispose]();
        },
      };
    },
  });
}
