/**
 * `npm start`: ESP-NOW on a simulated air, then a frame of a real ESP32. `npm start -- FILE` reads a capture instead.
 */
import { fileURLToPath } from "node:url";
import { AIOESPNow, type MacAddress, openRadio, type Radio, sleep, toMac, WLAN } from "aioespnow";
import { Air } from "aioespnow/sim";
import { echoServer, heartbeat } from "./heartbeat-and-echo.ts";
import { type Print, runProgram, text } from "./program.ts";
import { main as replayCapture } from "./replay.ts";

const RUN_SECONDS = 25;
const PERIOD_SECONDS = 10;
const NOBODY = toMac("02:00:00:00:00:99");

export async function demo(print: Print = console.log): Promise<void> {
  await simulation(print);
  await realFrame(print);
}

/** Three nodes: alice's heartbeat is answered by bob, who does not know her at first; carol calls somebody who is not there. */
async function simulation(print: Print): Promise<void> {
  print(`A simulated air, ${RUN_SECONDS} seconds of virtual time:\n`);
  const air = new Air({ seed: 1 });
  const start = (name: string, mac: string) => {
    const radio = air.radio({ mac: toMac(mac) });
    new WLAN(WLAN.IF_STA, radio).active(true);
    const e = new AIOESPNow(radio);
    e.active(true);
    const say: Print = (...words) => print(`${stamp(radio)}  ${name.padEnd(5)}  ${words.join(" ")}`);
    return { radio, e, say };
  };
  const alice = start("alice", "02:00:00:00:00:0a");
  const bob = start("bob", "02:00:00:00:00:0b");
  const carol = start("carol", "02:00:00:00:00:0c");
  alice.e.addPeer(bob.radio.address(0));
  carol.e.addPeer(NOBODY);

  const tasks = [
    heartbeat(alice.e, { ...alice, peer: bob.radio.address(0), period: PERIOD_SECONDS, print: alice.say }),
    listen(alice.e, alice.say),
    echoServer(bob.e, { ...bob, peer: alice.radio.address(0), print: bob.say }),
    heartbeat(carol.e, { ...carol, peer: NOBODY, period: PERIOD_SECONDS, print: carol.say }),
  ];
  await sleep(RUN_SECONDS * 1000, { radio: alice.radio });
  const stats = [alice, bob, carol].map(({ e }) => e.stats());
  for (const { e } of [alice, bob, carol]) e.active(false);
  await Promise.all(tasks);
  await air[Symbol.asyncDispose]();

  const sent = sum(stats.map((one) => one.txPackets));
  const lost = sum(stats.map((one) => one.txFailures));
  print(`\n${sent} messages sent, ${sent - lost} acknowledged, ${lost} lost (nobody was there).\n`);
}

async function listen(e: AIOESPNow, say: Print): Promise<void> {
  for await (const [mac, msg] of e) say(`Received: ${text(msg)} from ${mac}`);
}

/** A frame that a real ESP32 sent, encrypted, read as its receiver would. */
async function realFrame(print: Print): Promise<void> {
  const sender = toMac("24:0a:c4:1d:58:68");
  const receiver = toMac("30:ae:a4:45:4a:a4");
  const keys = { pmk: new Uint8Array(16), lmk: new Uint8Array(16) };
  print("An encrypted frame of a real ESP32, from a capture (its keys are 16 zeros each):\n");
  print(`  without its key: ${(await readEncrypted(receiver, sender)) ?? "nothing is read"}`);
  print(`  with its key:    ${(await readEncrypted(receiver, sender, keys)) ?? "nothing is read"}`);
}

interface Keys {
  readonly pmk: Uint8Array;
  readonly lmk: Uint8Array;
}

async function readEncrypted(receiver: MacAddress, sender: MacAddress, keys?: Keys): Promise<string | undefined> {
  const file = fileURLToPath(new URL("../data/encrypted.pcap", import.meta.url));
  const radio = await openRadio(`replay:${file}?mac=${receiver}`);
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  if (keys !== undefined) {
    e.setPmk(keys.pmk);
    e.addPeer(sender, { lmk: keys.lmk });
  }
  for await (const { source, data, encrypted } of e.packets()) {
    const words = data.at(-1) === 0 ? data.subarray(0, -1) : data; // it was sent as a C string
    return `"${text(words)}" from ${source}, encrypted: ${encrypted}`;
  }
  return undefined;
}

function stamp({ clock }: Radio): string {
  return `${(clock.now() / 1000).toFixed(4).padStart(8)} s`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

await runProgram(import.meta, (file) => (file === undefined ? demo() : replayCapture(file)));
