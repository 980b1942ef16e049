import { AIOESPNow, WLAN } from "aioespnow";

new WLAN(WLAN.IF_STA).active(true);
const e = new AIOESPNow(); // on the air that all programs of this computer share
e.active(true);
e.addPeer("02:00:00:00:00:0b");
console.log((await e.asend("02:00:00:00:00:0b", "hello")) ? "acknowledged" : "nobody acknowledged");
for await (const [mac, msg] of e) console.log(mac, new TextDecoder().decode(msg));
