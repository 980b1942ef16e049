import type { DeviceKind } from "./device.ts";
import { Analog, Potentiometer } from "./devices/analog.ts";
import { Bme280, Bmp280 } from "./devices/bmx280.ts";
import { Button, Switch } from "./devices/button.ts";
import { Dht11, Dht22 } from "./devices/dht.ts";
import { Ds18b20 } from "./devices/ds18b20.ts";

/** All kinds of devices, in the order in which the documents list them. */
export const DEVICE_KINDS: readonly DeviceKind[] = [
  Button.kind,
  Switch.kind,
  Potentiometer.kind,
  Analog.kind,
  Dht11.kind,
  Dht22.kind,
  Ds18b20.kind,
  Bme280.kind,
  Bmp280.kind,
];

/** The kind of a name that a hardware file has been checked for. */
export function kindOf(name: string): DeviceKind {
  return DEVICE_KINDS.find((kind) => kind.name === name) as DeviceKind;
}
