import { describeEspNow } from "#lib/testing/espnow-suite.ts";
import { describePhy } from "#lib/testing/phy-suite.ts";
import { describeRadio } from "#lib/testing/radio-suite.ts";
import { monitorPhy, radioPair } from "./radios.ts";

describePhy(
  "MonitorPhy",
  async () => {
    // The frames of that suite are no ESP-NOW.
    const hears = "everything";
    return { a: monitorPhy("wlan0", { hears }), b: monitorPhy("wlan1", { hears }), close: () => Promise.resolve() };
  },
  { timeoutMs: 20_000 },
);
describeRadio("a Linux radio", { reportsAck: true, open: radioPair });
describeEspNow("a Linux radio", { reportsAck: true, runsWhileBlocked: true, open: radioPair });
