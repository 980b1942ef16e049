import { AIOESPNow, openRadio, WLAN } from "aioespnow";

const radio = await openRadio("air:"); // a simulated air, in real time, that all programs of this computer share
new WLAN(WLAN.IF_STA, radio).active(true);

const e = new AIOESPNow(radio);
e.active(true);
e.addPeer("02:00:00:00:00:0b");

const acknowledged = await e.asend("02:00:00:00:00:0b", "hello");
console.log(acknowledged ? "acknowledged" : "nobody acknowledged: is the partner there?");

for await (const [mac, msg] of e) {
  console.log(mac, new TextDecoder().decode(msg)); // waits for messages: Ctrl-C ends it
}
