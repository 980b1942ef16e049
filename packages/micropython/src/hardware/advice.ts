import type { Machine } from "../board/machine.ts";
import type { Missed } from "../board/missed.ts";
import { Device } from "./device.ts";
import { DEVICE_KINDS } from "./registry.ts";

/**
 * What a program has looked for in vain on a board, a sentence each, with the devices of a hardware file that would help.
 * A device that was unplugged is not among it.
 */
export function adviceFor({ missed, devices }: Machine): readonly string[] {
  const places = [...devices].map((device) => (device instanceof Device ? (device.place as Place) : {}));
  return missed.all.filter((one) => !places.some((place) => isAt(one, place))).map(sentence);
}

interface Place {
  readonly address?: number;
  readonly pin?: number;
}

function isAt(missed: Missed, { address, pin }: Place): boolean {
  if (missed.kind === "i2c-scan") return address !== undefined;
  return missed.kind === "i2c" ? address === missed.address : pin === missed.pin;
}

function sentence(missed: Missed): string {
  switch (missed.kind) {
    case "i2c": {
      const kinds = kindsAt(missed.address);
      const help = kinds.length === 0 ? "" : `, such as ${kinds.join(" or ")}`;
      return `it found no I2C device at 0x${missed.address.toString(16).padStart(2, "0")}${help}`;
    }
    case "i2c-scan":
      return `its scan of I2C bus ${missed.bus} found no device`;
    case "dht":
      return `no DHT sensor answered at pin ${missed.pin}: a device dht11 or dht22`;
    case "onewire":
      return `it found no 1-Wire device at pin ${missed.pin}, such as ds18b20`;
  }
}

/** Those that can have an I2C address. */
function kindsAt(address: number): readonly string[] {
  return DEVICE_KINDS.filter(({ place }) => place["address"]?.safeParse(address).success).map(({ name }) => name);
}
