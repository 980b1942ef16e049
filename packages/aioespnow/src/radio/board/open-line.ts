import { createConnection } from "node:net";
import { EspNowError } from "../../errors.ts";
import type { BoardPort } from "./board-port.ts";
import { DuplexPort, lineError } from "./duplex-port.ts";
import { loadSerialPort, serialPorts } from "./serial-ports.ts";
import type { LineAddress } from "./thread-line.ts";

/** Opens a line in this thread. The errors of its end do not name it. */
export async function openLine(address: LineAddress): Promise<BoardPort> {
  if ("host" in address) {
    const socket = createConnection(address);
    socket.setNoDelay(true);
    return new DuplexPort(socket, (error) => lineError(error));
  }
  const { SerialPort } = await loadSerialPort();
  const path = address.path === "" ? await findBoard() : address.path;
  return new DuplexPort(new SerialPort({ path, baudRate: address.baud }), serialError);
}

/** The one board there is. @throws EspNowError where there is none, or more than one. */
async function findBoard(): Promise<string> {
  const boards = (await serialPorts()).filter(({ isBoard }) => isBoard).map(({ path }) => path);
  const [path] = boards;
  if (path === undefined) {
    throw new EspNowError(
      "ERR_RADIO_DOWN",
      "there is no serial port that looks like a board; name one: board:/dev/ttyUSB0",
    );
  }
  if (boards.length > 1)
    throw new EspNowError("ERR_RADIO_DOWN", `there are several boards: choose of ${boards.join(", ")}`);
  return path;
}

/** What the errors of serialport mean: they carry the system's words, and no code. */
function serialError(error: Error | undefined): EspNowError {
  const said = error?.message ?? "";
  if (/permission denied|access denied/i.test(said)) {
    return new EspNowError(
      "ERR_RADIO_PERMISSION",
      'you may not open it; on Linux: sudo usermod -aG dialout "$USER", and log in again ("espnow radios" names the group)',
    );
  }
  if (/cannot lock|resource busy|temporarily unavailable/i.test(said)) {
    return new EspNowError("ERR_RADIO_DOWN", "another program uses it: a terminal, an IDE, another espnow");
  }
  if (/no such file|file not found/i.test(said)) {
    return new EspNowError("ERR_RADIO_DOWN", 'there is no such port; "espnow radios" lists those that there are');
  }
  return lineError(error);
}
