import { expect, test } from "vitest";
import { StationPool } from "#lib/phy/shared-air/station-pool.ts";
import { Air } from "#lib/phy/sim/air.ts";
import { A } from "#lib/testing/action-frame.ts";
import { SystemClock } from "#lib/util/system-clock.ts";

test.each([
  ["stations", false],
  ["monitors", true],
])("10,240 %s that join and leave a shared air take the place of a few", async (_, promiscuous) => {
  const air = new Air({ clock: new SystemClock() });
  const pool = new StationPool(air);
  const release = air.clock.keepAlive();
  for (let i = 0; i < 10_240; i++) {
    const station = pool.take("host", promiscuous);
    station.setAddresses([A]);
    station.leave();
    if (i % 64 === 63) await new Promise(setImmediate);
  }
  await new Promise(setImmediate);
  expect(pool.stations).toEqual([]);
  expect(air.phy().station).toBeLessThan(1024);
  release();
});
