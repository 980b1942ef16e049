/**
 * The example of MicroPython's aioespnow document: a heartbeat to one peer, and an echo server for everybody.
 *
 *     node examples/dist/heartbeat-and-echo.js
 *
 * The radio is the one that ESPNOW_RADIO names, or the air that all programs of this machine share. The peer responds if
 * the example runs in another terminal too, with the peer's address:
 *
 *     ESPNOW_RADIO=air:?mac=02:bb:bb:bb:bb:bb node examples/dist/heartbeat-and-echo.js
 */
import { AIOESPNow, EspNowError, type MacLike, openRadio, type Radio, sleep, WLAN } from "aioespnow";
import { type Print, runProgram, text } from "./program.ts";

export interface Settings {
  radio: Radio;
  peer: MacLike;
  /** How long the program runs, in seconds. */
  timeout?: number;
  /** From heartbeat to heartbeat, in seconds. */
  period?: number;
  print?: Print;
}

/** Sends a periodic ping to a peer. */
export async function heartbeat(
  e: AIOESPNow,
  { radio, peer, period = 30, print = console.log }: Settings,
): Promise<void> {
  while (e.active()) {
    if (!(await e.asend(peer, "ping"))) {
      print("Heartbeat: peer not responding:", peer);
    } else {
      print("Heartbeat: ping", peer);
    }
    await sleep(period * 1000, { radio });
  }
}

/** Echoes any received messages back to the sender. */
export async function echoServer(e: AIOESPNow, { print = console.log }: Settings): Promise<void> {
  for await (const [mac, msg] of e) {
    print("Echo:", text(msg));
    try {
      await e.asend(mac, msg);
    } catch (error) {
      if (!(error instanceof EspNowError && error.code === "ESP_ERR_ESPNOW_NOT_FOUND")) throw error;
      e.addPeer(mac);
      print("Echo: added peer", mac);
      await e.asend(mac, msg);
    }
  }
}

/** Runs both until the time is over. */
export async function main(settings: Settings): Promise<void> {
  const { radio, peer, timeout = 120 } = settings;
  // A WLAN interface must be active to send and receive
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  e.addPeer(peer);

  const tasks = Promise.all([heartbeat(e, settings), echoServer(e, settings)]);
  await Promise.race([sleep(timeout * 1000, { radio }), tasks]); // the tasks end first only if one fails
  e.active(false); // ends the echo server, and the heartbeat at its next turn
  await tasks;
}

await runProgram(import.meta, async () => {
  const radio = await openRadio(process.env["ESPNOW_RADIO"] || "air:");
  await main({ radio, peer: "02:bb:bb:bb:bb:bb", period: 10 });
});
