import { AirOpening } from "#lib/open/air-radio.ts";
import { joinAir } from "#lib/phy/shared-air/joined-air.ts";
import { describeEspNow } from "#lib/testing/espnow-suite.ts";
import { describePhy } from "#lib/testing/phy-suite.ts";
import { describeRadio, type RadioPair } from "#lib/testing/radio-suite.ts";
import { ownAirs, WORKER } from "./shared-air.ts";

ownAirs();

let airs = 0;

describePhy("a station of a shared air", async () => {
  const link = joinAir(`suite-${++airs}`, WORKER);
  await new Promise<void>((resolve) => link.whenSettled(resolve)); // the start of the thread is not what the suite waits for
  return { a: link.phy("host"), b: link.phy("host"), close: () => Promise.resolve() };
});

async function open(profile: "esp32" | "host"): Promise<RadioPair> {
  const link = joinAir(`suite-${++airs}`, WORKER);
  const openings = [new AirOpening(link, { profile }), new AirOpening(link, { profile })] as const;
  const [a, b] = [await openings[0].ready(), await openings[1].ready()];
  const close = async (): Promise<void> => {
    await a[Symbol.asyncDispose]();
    await b[Symbol.asyncDispose]();
  };
  return { a, b, close };
}

describeRadio("a radio on a shared air", { reportsAck: true, open: () => open("esp32") });

describeEspNow("a radio on a shared air", {
  reportsAck: true,
  runsWhileBlocked: true,
  open: () => open("host"),
});
