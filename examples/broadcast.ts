/** Everybody on the channel hears a message to the broadcast address, and nobody acknowledges it. */
import { AIOESPNow, BROADCAST, WLAN } from "aioespnow";
import { Air } from "aioespnow/sim";
import { type Print, runProgram, text } from "./program.ts";

export async function main(print: Print = console.log): Promise<void> {
  const air = new Air({ seed: 1 });
  const nodes = ["kitchen", "cellar", "garden"].map((name) => {
    const radio = air.radio();
    new WLAN(WLAN.IF_STA, radio).active(true);
    const e = new AIOESPNow(radio);
    e.active(true);
    return { name, e };
  });

  const [sender, ...listeners] = nodes as [(typeof nodes)[0], ...typeof nodes];
  const heard = listeners.map(async ({ name, e }) => {
    const [mac, msg] = await e.arecv();
    print(`${name} hears "${text(msg)}" from ${mac} at ${e.peersTable.get(mac)?.[0]} dBm`);
  });

  sender.e.addPeer(BROADCAST); // also the broadcast address has to be a peer
  print(`${sender.name} sends:`, await sender.e.asend(BROADCAST, "dinner is ready"));
  await Promise.all(heard);
  await air[Symbol.asyncDispose]();
}

await runProgram(import.meta, () => main());
