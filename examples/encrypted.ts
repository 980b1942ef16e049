/**
 * Two peers with a common key, and a third that has not got it. The MIC of every message is checked; unencrypted unicast
 * in the name of a peer that has a key is refused.
 */
import { AIOESPNow, WLAN } from "aioespnow";
import { Air } from "aioespnow/sim";
import { type Print, runProgram, text } from "./program.ts";

const PMK = "pmk1234567890123";
const LMK = "lmk1234567890123";

export async function main(print: Print = console.log): Promise<void> {
  const air = new Air({ seed: 1 });
  const open = () => {
    const radio = air.radio();
    const wlan = new WLAN(WLAN.IF_STA, radio);
    wlan.active(true);
    const e = new AIOESPNow(radio);
    e.active(true);
    return { e, radio, mac: wlan.config("mac") };
  };
  const [door, lock, stranger] = [open(), open(), open()];

  for (const { e } of [door, lock]) e.setPmk(PMK);
  door.e.addPeer(lock.mac, { lmk: LMK });
  lock.e.addPeer(door.mac, { lmk: LMK, replay: "window" });

  const packets = lock.e.packets();
  print("the door is acknowledged:", await door.e.asend(lock.mac, "open"));
  const { value } = await packets.next();
  print(`the lock reads "${text(value.data)}", encrypted: ${value.encrypted}`);

  stranger.e.addPeer(lock.mac, { lmk: "not the same key" });
  // Wi-Fi hardware acknowledges before anybody looks at the key: an acknowledgement is no proof of reading
  print("the stranger is acknowledged:", await stranger.e.asend(lock.mac, "open"));
  print(`the lock drops it: ${lock.radio.counters.noKey} message without a known key`);
  await air[Symbol.asyncDispose]();
}

await runProgram(import.meta, () => main());
