import { workerData } from "node:worker_threads";
import { BlockingPort } from "../../../util/blocking-port.ts";
import { systemClock } from "../../../util/system-clock.ts";
import type { LineNews, LineOrder } from "./line-protocol.ts";
import { LineServer, lostNews } from "./line-server.ts";
import { openLine } from "./open-line.ts";

const { address, port, bell } = workerData;
const program = new BlockingPort<LineOrder, LineNews>(port, bell);
// The program may be blocked: it must hear of everything through the port.
process.on("uncaughtException", (error) => program.post(lostNews(error)));
new LineServer(openLine(address), program, systemClock);
