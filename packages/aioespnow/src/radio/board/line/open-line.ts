import { createConnection } from "node:net";
import type { PausablePort } from "./board-port.ts";
import { DuplexPort, lineError } from "./duplex-port.ts";
import type { LineAddress } from "./line-protocol.ts";
import { SerialProcess } from "./serial-process.ts";

/** Opens a line in this thread. The errors of its end do not name it. */
export function openLine(address: LineAddress): PausablePort {
  if ("path" in address) return new SerialProcess(address);
  const socket = createConnection(address);
  socket.setNoDelay(true);
  return new DuplexPort(socket, (error) => lineError(error));
}
