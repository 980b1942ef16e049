import { workerData } from "node:worker_threads";
import { BlockingPort } from "../../util/blocking-port.ts";
import { systemClock } from "../../util/system-clock.ts";
import { LineServer, lostNews } from "./line-server.ts";
import { openLine } from "./open-line.ts";

const { address, port, bell } = workerData;
const line = await openLine(address).catch((error: Error) => error);
const program = new BlockingPort(port, bell); // now: what was ordered before waits in the port
// The program may be blocked: it must hear of everything through the port.
process.on("uncaughtException", (error) => program.post(lostNews(error)));
if (line instanceof Error) program.post(lostNews(line));
else new LineServer(line, program, systemClock);
