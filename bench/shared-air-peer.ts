/** The other process of the bench `shared-air`: `node shared-air-peer.js RADIO SOCKET`. */
import { createServer } from "node:net";
import { openRadio } from "aioespnow";
import { answer, start } from "./shared-air-station.ts";

const [url = "", path = ""] = process.argv.slice(2);
const radio = await openRadio(url);
const espnow = start(radio);
createServer((socket) => socket.pipe(socket)).listen(path, () => process.send?.("ready"));
process.on("disconnect", () => process.exit());
await answer(espnow, () => process.send?.("heard"));
