import { EspNowError, printable } from "../../../errors.ts";
import { type ListedPort, loadSerialPort } from "./serial-package.ts";

/** A serial port of this computer. */
export interface SerialPortInfo {
  /** Such as `/dev/ttyUSB0` or `COM3`. */
  readonly path: string;
  /** `10c4:ea60`; undefined for a port that is not on USB. */
  readonly usbId: string | undefined;
  /** What the device says of itself; control characters are escaped. */
  readonly manufacturer: string | undefined;
  /** Whether boards with ESP chips have such a USB id. */
  readonly isBoard: boolean;
}

/** Vendors, and where they make other things too their products, whose USB serial ports ESP boards have. */
const BOARD_IDS: readonly string[] = [
  "303a:", // Espressif: native USB, USB-Serial-JTAG
  "10c4:ea60", // Silicon Labs CP210x
  "1a86:7523", // WCH CH340
  "1a86:7522",
  "1a86:55d3", // WCH CH343
  "1a86:55d4", // WCH CH9102
  "0403:6001", // FTDI FT232R, FT2232, FT231X
  "0403:6010",
  "0403:6015",
  "067b:2303", // Prolific PL2303
];

/** The serial ports of this computer, those with boards first. @throws by rejection: EspNowError `ENOTSUP`. */
export async function serialPorts(): Promise<readonly SerialPortInfo[]> {
  const { SerialPort } = await loadSerialPort();
  const listed = await SerialPort.list().catch(listDevices);
  const ports = listed.map(({ path, vendorId, productId, manufacturer }) => {
    const usbId = vendorId === undefined ? undefined : `${vendorId}:${productId ?? ""}`.toLowerCase();
    const isBoard = usbId !== undefined && BOARD_IDS.some((id) => usbId.startsWith(id));
    return { path, usbId, manufacturer: manufacturer && printable(manufacturer), isBoard };
  });
  return ports.toSorted((a, b) => Number(b.isBoard) - Number(a.isBoard));
}

/** Linux without udevadm (slim containers): what the kernel itself says of its USB serial ports. */
function listDevices(cause: unknown): ListedPort[] {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs");
  if (fs === undefined || globalThis.process.platform !== "linux") throw cause;
  const read = (file: string): string | undefined => {
    try {
      return fs.readFileSync(file, "utf8").trim();
    } catch {
      return undefined;
    }
  };
  const names = fs.readdirSync("/sys/class/tty").filter((name) => /^tty(USB|ACM)/.test(name));
  return names.map((name) => {
    // The USB device is the folder above that of its interface, or above the one of the port within it.
    const folders = ["..", "../.."].map((up) => `/sys/class/tty/${name}/device/${up}`);
    const device = folders.find((folder) => read(`${folder}/idVendor`) !== undefined) ?? "";
    return {
      path: `/dev/${name}`,
      vendorId: read(`${device}/idVendor`),
      productId: read(`${device}/idProduct`),
      manufacturer: read(`${device}/manufacturer`),
    };
  });
}

/** The one board there is. @throws by rejection: EspNowError where there is none, or more than one. */
export async function findBoard(): Promise<string> {
  const boards = (await serialPorts()).filter(({ isBoard }) => isBoard).map(({ path }) => path);
  const [path] = boards;
  if (path === undefined) {
    throw new EspNowError("ERR_RADIO_DOWN", "no serial port looks like a board; name one: board:/dev/ttyUSB0");
  }
  if (boards.length > 1) {
    throw new EspNowError("ERR_RADIO_DOWN", `there are several boards: choose of ${boards.join(", ")}`);
  }
  return path;
}

/** What the errors of serialport mean: they carry the system's words, and no code. */
export function serialError(error: Error | undefined): EspNowError {
  if (error instanceof EspNowError) return error;
  const said = error?.message ?? "the line has ended";
  const { code, reason } = SERIAL_ERRORS.find(({ pattern }) => pattern.test(said)) ?? {
    code: "ERR_RADIO_DOWN",
    reason: said.replace(/^Error: /, ""),
  };
  return new EspNowError(code, reason, { cause: error });
}

const SERIAL_ERRORS = [
  {
    pattern: /permission denied|access denied/i,
    code: "ERR_RADIO_PERMISSION",
    reason: 'you may not open it; on Linux: sudo usermod -aG dialout "$USER", and log in again',
  },
  {
    pattern: /cannot lock|resource busy|temporarily unavailable/i,
    code: "ERR_RADIO_DOWN",
    reason: "another program uses it: a terminal, an IDE, another espnow",
  },
  {
    pattern: /no such file|file not found/i,
    code: "ERR_RADIO_DOWN",
    reason: 'there is no such port; "espnow radios" lists those that there are',
  },
  {
    pattern: /inappropriate ioctl|not a typewriter/i,
    code: "ERR_RADIO_DOWN",
    reason: 'it is no serial port; "espnow radios" lists those that there are',
  },
] as const;
