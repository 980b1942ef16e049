import { EspNowError } from "../../../errors.ts";

/** What is used of the package serialport. */
interface SerialPortPackage {
  readonly SerialPort: {
    new (options: { readonly path: string; readonly baudRate: number }): SerialStream;
    list(): Promise<ListedPort[]>;
  };
}

interface SerialStream extends NodeJS.ReadWriteStream {
  drain(callback: () => void): void;
}

/** A port as the package lists it. */
export interface ListedPort {
  readonly path: string;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
  readonly manufacturer?: string | undefined;
}

/** @throws by rejection: EspNowError `ENOTSUP` where the optional package is not installed. */
export async function loadSerialPort(): Promise<SerialPortPackage> {
  try {
    return await import("serialport");
  } catch (cause) {
    throw new EspNowError("ENOTSUP", "serial ports need a package: npm install serialport", { cause });
  }
}
