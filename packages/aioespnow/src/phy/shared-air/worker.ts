import { workerData } from "node:worker_threads";
import { BlockingPort } from "../../util/blocking-port.ts";
import { systemClock } from "../../util/system-clock.ts";
import { AirMember } from "./air-member.ts";
import { encodeNotice } from "./air-protocol.ts";
import { meetingPlace } from "./meeting-place.ts";

const { name, port: end, bell } = workerData;
const port = new BlockingPort<Uint8Array, Uint8Array>(end, bell);
// The program may be blocked: it must hear of everything through the port.
process.on("uncaughtException", (error) => port.post(encodeNotice({ type: "refusal", reason: String(error) })));
const member = new AirMember(meetingPlace(name), systemClock, (notice) => port.post(notice));
port.onMessage = (request) => member.post(request);
