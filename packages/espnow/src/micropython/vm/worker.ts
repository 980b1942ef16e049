import { parentPort, workerData } from "node:worker_threads";
import { runVm } from "./vm.ts";

await runVm(workerData, (message) => parentPort?.postMessage(message));
