import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { runVm } from "./vm.ts";

if (parentPort !== null) {
  const port = parentPort;
  await runVm(
    workerData,
    (message) => port.postMessage(message),
    () => receiveMessageOnPort(port)?.message,
  );
}
