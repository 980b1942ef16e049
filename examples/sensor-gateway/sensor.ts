import { AIOESPNow, type MacLike, type Radio, sleep, WLAN } from "aioespnow";

/** Sends a reading to the gateway every `period` seconds; one that is not acknowledged is kept and sent again with the next. */
export async function sensor(radio: Radio, gateway: MacLike, read: () => number, period = 60): Promise<void> {
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  e.addPeer(gateway);
  let unsent: number[] = [];
  while (e.active()) {
    unsent.push(read());
    if (await e.asend(gateway, JSON.stringify(unsent))) unsent = [];
    await sleep(period * 1000, { radio });
  }
}
