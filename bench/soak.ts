/**
 * Messages at 2,000/s through the Linux radio on a TAP device, for as many seconds as are given (600): none may be lost, and
 * the memory must not grow. Needs root. `npm run soak -- 20`
 */
import { once } from "node:events";
import { AIOESPNow, SoftMacRadio, WLAN } from "aioespnow";
import { MonitorPhy } from "aioespnow/linux";
import { flood, STATION } from "./linux.ts";
import { Tap } from "./tap.ts";

const RATE = 2000;
/** By then everything is compiled and every buffer has its size. */
const WARM_UP_MESSAGES = 5 * RATE;
const MAX_GROWTH_MB = 16;

const seconds = Number(process.argv[2] ?? "600");
const count = RATE * seconds;
const tap = new Tap();
const phy = new MonitorPhy(tap.name, { setup: false });
const radio = new SoftMacRadio(phy, { mac: STATION });
new WLAN(WLAN.IF_STA, radio).active(true);
const e = new AIOESPNow(radio);
e.active(true);

const peer = tap.peer(flood(count, RATE));
let heard = 0;
let memory = 0;
for await (const _ of e) {
  if (++heard === WARM_UP_MESSAGES) memory = residentMegabytes();
  if (heard === count) break;
}
const { dropped } = phy;
const growth = residentMegabytes() - memory;
await once(peer, "exit");
await radio[Symbol.asyncDispose]();
tap.close();
console.log(`${heard} messages in ${seconds} s, ${dropped} dropped, memory grew by ${growth.toFixed(1)} MB`);
if (dropped > 0 || growth > MAX_GROWTH_MB) process.exitCode = 1;

function residentMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 2 ** 20;
}
