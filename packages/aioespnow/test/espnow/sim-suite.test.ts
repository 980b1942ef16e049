import { Air } from "#lib/sim.ts";
import { describeEspNow } from "#lib/testing/espnow-suite.ts";
import { describeRadio, type RadioPair } from "#lib/testing/radio-suite.ts";
import { SystemClock } from "#lib/util/system-clock.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";

async function open(clock: VirtualClock | SystemClock, profile: "esp32" | "host"): Promise<RadioPair> {
  const air = new Air({ seed: 1, clock });
  return { a: air.radio({ profile }), b: air.radio({ profile }), close: () => air[Symbol.asyncDispose]() };
}

for (const profile of ["esp32", "host"] as const) {
  describeRadio(`a ${profile} on a simulated air`, {
    reportsAck: true,
    open: () => open(new VirtualClock(), profile),
  });
}

describeEspNow("an esp32 on a simulated air in virtual time", {
  reportsAck: true,
  runsWhileBlocked: true,
  open: () => open(new VirtualClock(), "esp32"),
});

describeEspNow("a host on a simulated air in real time", {
  reportsAck: true,
  runsWhileBlocked: true,
  open: () => open(new SystemClock(), "host"),
});
