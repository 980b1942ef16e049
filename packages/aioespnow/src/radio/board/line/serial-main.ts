import { systemClock } from "../../../util/system-clock.ts";
import { OPENED, type SerialEnd } from "./line-protocol.ts";
import { loadSerialPort } from "./serial-package.ts";
import { findBoard, serialError } from "./serial-ports.ts";

/** How long bytes have to reach the port after the program has ended. */
const FAREWELL_MS = 300;

const [path = "", baud] = process.argv.slice(2);
/** Calls back when the port has taken what was written. */
let drain = (done: () => void): void => done();

function end(error: Error | undefined): void {
  const { code, message } = serialError(error);
  const last: SerialEnd = { code, reason: message.slice(code.length + 2) };
  process.stderr.write(JSON.stringify(last), () => process.exit());
}

/** A port that takes nothing is left by force: to drain it blocks a thread, for which an exit would wait. */
function leave(): void {
  systemClock.schedule(systemClock.now() + FAREWELL_MS, () => process.kill(process.pid, "SIGKILL"));
  drain(() => process.exit());
}

// Ctrl-C in the terminal is for the program, which may have something to say to the board first: it ends our input.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
// A program that was killed says nothing. The end of the input may stand behind bytes that the port does not take.
process.on("disconnect", leave);
process.stdin.on("end", leave);
process.stdout.on("error", () => undefined); // nobody is there any more
try {
  const { SerialPort } = await loadSerialPort();
  const port = new SerialPort({ path: path || (await findBoard()), baudRate: Number(baud) });
  drain = (done) => port.drain(done);
  port.on("open", () => process.stderr.write(OPENED));
  port.on("error", end);
  port.on("close", end);
  port.pipe(process.stdout);
  process.stdin.pipe(port, { end: false });
} catch (error) {
  end(error as Error);
}
