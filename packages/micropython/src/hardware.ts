/**
 * Devices for the pins and buses of simulated boards, in tests and from hardware files (docs/hardware.md).
 *
 * @module espnow-micropython/hardware
 */

export { SettingsError } from "aioespnow/settings";
export type { BoardDevice } from "./board/device.ts";
export type { Missed } from "./board/missed.ts";
export { adviceFor } from "./hardware/advice.ts";
export {
  Device,
  type DeviceKind,
  type DeviceOptions,
  type DeviceState,
  type SettingText,
  settingsOf,
} from "./hardware/device.ts";
export {
  Analog,
  type AnalogPlace,
  type AnalogReadings,
  Potentiometer,
  type PotentiometerReadings,
} from "./hardware/devices/analog.ts";
export { Bme280, type Bme280Readings, Bmp280, type Bmp280Readings } from "./hardware/devices/bmx280.ts";
export {
  Button,
  type ButtonReadings,
  type ContactPlace,
  Switch,
  type SwitchReadings,
} from "./hardware/devices/button.ts";
export { Dht11, Dht22, type DhtPlace, type DhtReadings } from "./hardware/devices/dht.ts";
export { Ds18b20, type Ds18b20Place, type Ds18b20Readings } from "./hardware/devices/ds18b20.ts";
export {
  type BoardHardware,
  boardHardwareShape,
  type DeviceSettings,
  type HardwareFile,
  hardwareSchema,
  type ScriptStep,
} from "./hardware/format.ts";
export {
  type AddHardwareOptions,
  addHardware,
  folderOf,
  hardwareOfBoards,
  parseHardware,
  readHardwareFile,
} from "./hardware/hardware-file.ts";
export type { Connected, I2cPlace } from "./hardware/i2c.ts";
export { DEVICE_KINDS } from "./hardware/registry.ts";
