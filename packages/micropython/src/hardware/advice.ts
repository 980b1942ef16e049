import type { Machine } from "../board/machine.ts";
import type { MissedPart } from "../board/missed.ts";
import { Device } from "./device.ts";
import { SdCard } from "./devices/sd-card.ts";
import { DEVICE_KINDS } from "./registry.ts";

/** What a program has looked for in vain on its board. */
export interface HardwareAdvice {
  /** A sentence about the program: `it found no I2C device at 0x76, such as bme280`. */
  readonly text: string;
  /** Whether a device of a hardware file would help. */
  readonly isDevice: boolean;
}

/** What a program has looked for in vain on a board. A device that was unplugged is not among it. */
export function adviceFor(machine: Machine): readonly HardwareAdvice[] {
  const devices = [...machine.devices].filter((device) => device instanceof Device);
  const places = devices.map(({ place }) => place as Place);
  const isThere = (missed: MissedPart): boolean =>
    places.some((place) => isAt(missed, place)) ||
    (missed.kind === "pin" && machine.pin(missed.pin).isApplied) ||
    (missed.kind === "sd-card" && devices.some(({ kind }) => kind.name === SdCard.kind.name)) ||
    (missed.kind === "adc" && machine.adc(missed.pin).value > 0);
  return machine.missed.all.filter((missed) => !isThere(missed)).map(adviceOf);
}

interface Place {
  readonly address?: number;
  readonly pin?: number;
  readonly echo?: number;
}

function isAt(missed: MissedPart, { address, pin, echo }: Place): boolean {
  if (missed.kind === "i2c-scan") return address !== undefined;
  if (missed.kind === "i2c") return address === missed.address;
  return "pin" in missed && (pin === missed.pin || echo === missed.pin);
}

/** What no device of a hardware file is. */
const NO_DEVICES: ReadonlySet<MissedPart["kind"]> = new Set(["registers", "flash", "access-point", "password"]);

function adviceOf(missed: MissedPart): HardwareAdvice {
  return { text: sentence(missed), isDevice: !NO_DEVICES.has(missed.kind) };
}

function sentence(missed: MissedPart): string {
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
    case "adc":
      return `nothing is connected to pin ${missed.pin} (connect a device such as analog or potentiometer)`;
    case "pin":
      return `nothing is connected to pin ${missed.pin} (connect a device such as button or pir)`;
    case "registers":
      return "it used machine.mem32: registers read 0 here, and what is written is lost";
    case "flash":
      return "it wrote to the flash by the module esp: what is written there is lost here";
    case "sd-card":
      return "it found no card in its SDCard: a device sdcard";
    case "access-point":
      return `it found no access point "${missed.ssid}" (--access-point "${missed.ssid}:PASSWORD@CHANNEL")`;
    case "password":
      return `the access point "${missed.ssid}" has another password`;
    case "onewire":
      return `it found no 1-Wire device at pin ${missed.pin}, such as ds18b20`;
  }
}

/** Those that can have an I2C address. */
function kindsAt(address: number): readonly string[] {
  return DEVICE_KINDS.filter(({ place }) => place["address"]?.safeParse(address).success).map(({ name }) => name);
}
