import { findBoard, loadSerialPort, serialError } from "./serial-ports.ts";
import { OPENED, type SerialEnd } from "./serial-process.ts";

const [path = "", baud] = process.argv.slice(2);

function end(error: Error | undefined): void {
  const { code, message } = serialError(error);
  const last: SerialEnd = { code, reason: message.slice(code.length + 2) };
  process.stderr.write(JSON.stringify(last), () => process.exit());
}

// Ctrl-C in the terminal is for the program, which may have something to say to the board first: it ends our input.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
try {
  const { SerialPort } = await loadSerialPort();
  const port = new SerialPort({ path: path || (await findBoard()), baudRate: Number(baud) });
  port.on("open", () => process.stderr.write(OPENED));
  port.on("error", end);
  port.on("close", end);
  port.pipe(process.stdout);
  process.stdin.on("data", (bytes) => port.write(bytes));
  process.stdin.on("end", () => port.drain(() => process.exit()));
} catch (error) {
  end(error as Error);
}
