/**
 * Devices for the pins and buses of simulated boards, in tests and from hardware files (docs/hardware.md).
 *
 * @module espnow-micropython/hardware
 */

export { SettingsError } from "aioespnow/settings";
export type { BoardDevice, SavedDevice } from "./board/device.ts";
export type { MissedPart } from "./board/missed.ts";
export { adviceFor, type HardwareAdvice } from "./hardware/advice.ts";
export {
  Device,
  type DeviceKind,
  type DeviceOptions,
  type DeviceSettings,
  type DeviceState,
  type SettingText,
  settingsOf,
} from "./hardware/device.ts";
export { Aht20, type Aht20Settings } from "./hardware/devices/aht20.ts";
export {
  Analog,
  type AnalogPlace,
  type AnalogReadings,
  Potentiometer,
  type PotentiometerReadings,
} from "./hardware/devices/analog.ts";
export { Bh1750, type Bh1750Readings, type Bh1750Settings } from "./hardware/devices/bh1750.ts";
export {
  Bme280,
  type Bme280Readings,
  type Bme280Settings,
  Bmp280,
  type Bmp280Readings,
  type Bmp280Settings,
} from "./hardware/devices/bmx280.ts";
export {
  Button,
  type ButtonReadings,
  type ContactPlace,
  Switch,
  type SwitchReadings,
} from "./hardware/devices/button.ts";
export { Dht11, Dht22, type DhtPlace, type DhtReadings, type DhtSettings } from "./hardware/devices/dht.ts";
export { Ds18b20, type Ds18b20Place, type Ds18b20Readings, type Ds18b20Settings } from "./hardware/devices/ds18b20.ts";
export { Gps, type GpsPlace, type GpsReadings, type GpsSettings } from "./hardware/devices/gps.ts";
export { HcSr04, type HcSr04Place, type HcSr04Readings, type HcSr04Settings } from "./hardware/devices/hc-sr04.ts";
export {
  IrReceiver,
  type IrReceiverPlace,
  type IrReceiverReadings,
  type IrReceiverSettings,
} from "./hardware/devices/ir-receiver.ts";
export { Lcd, type LcdPlace } from "./hardware/devices/lcd.ts";
export {
  Mfrc522,
  Mfrc522I2c,
  type Mfrc522I2cSettings,
  type Mfrc522Place,
  type Mfrc522Readings,
  type Mfrc522Settings,
} from "./hardware/devices/mfrc522.ts";
export { Mpu6050, type Mpu6050Readings, type Mpu6050Settings } from "./hardware/devices/mpu6050.ts";
export { type NeoPixelPlace, NeoPixelStrip } from "./hardware/devices/neopixel-strip.ts";
export { type OledPlace, type OledSettings, Sh1106, Ssd1306 } from "./hardware/devices/oled.ts";
export { type OledSpiPlace, type OledSpiSettings, Sh1106Spi, Ssd1306Spi } from "./hardware/devices/oled-spi.ts";
export {
  Lamp,
  type LampPlace,
  Motor,
  type MotorPlace,
  Relay,
  type RelayPlace,
  Servo,
  type ServoPlace,
} from "./hardware/devices/outputs.ts";
export {
  Pir,
  type PirPlace,
  type PirReadings,
  type PirSettings,
  Touch,
  type TouchPlace,
  type TouchReadings,
  type TouchSettings,
} from "./hardware/devices/presence.ts";
export {
  Rotary,
  type RotaryPlace,
  type RotaryReadings,
  type RotarySettings,
} from "./hardware/devices/rotary.ts";
export { SdCard, type SdCardSettings } from "./hardware/devices/sd-card.ts";
export { Sht3x, type Sht3xSettings } from "./hardware/devices/sht3x.ts";
export {
  Ili9341,
  type Ili9341Settings,
  type Rotation,
  St7789,
  type St7789Place,
  type St7789Settings,
  type TftPlace,
} from "./hardware/devices/tft.ts";
export {
  type BoardHardware,
  boardHardwareShape,
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
export {
  type ClimateReadings,
  type Connected,
  I2cPart,
  type I2cPlace,
  I2cRegisters,
  type KnownI2cPlace,
} from "./hardware/i2c.ts";
export { plugDevices } from "./hardware/plug-devices.ts";
export { DEVICE_KINDS } from "./hardware/registry.ts";
export type { SettingShapes } from "./hardware/setting.ts";
export { SpiDisplay, type SpiDisplayPlace } from "./hardware/spi-display.ts";
