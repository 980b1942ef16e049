import { AIOESPNow, type Radio, sleep, WLAN } from "aioespnow";
import { Air } from "aioespnow/sim";
import { expect, test } from "vitest";

async function sensor(radio: Radio, gateway: string) {
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  e.addPeer(gateway);
  while (e.active()) {
    await e.asend(gateway, "21.5");
    await sleep(60_000, { radio }); // on the radio's clock: real or virtual, whichever it has
  }
}

test("a day of readings arrives", async () => {
  const air = new Air({ seed: 1 });
  const near = air.radio({ position: { x: 0, y: 0 } });
  const far = air.radio({ position: { x: 40, y: 0 } });
  new WLAN(WLAN.IF_STA, near).active(true);
  const gateway = new AIOESPNow(near);
  gateway.active(true);
  const running = sensor(far, near.address(0));
  await sleep(24 * 3600 * 1000 - 1, { radio: near });
  expect(gateway.stats().rxPackets).toBe(24 * 60);

  new AIOESPNow(far).active(false); // ends the sensor's loop at its next turn
  await running;
  await air[Symbol.asyncDispose]();
});
