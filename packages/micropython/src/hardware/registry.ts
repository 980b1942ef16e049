import type { DeviceKind } from "./device.ts";
import { Aht20 } from "./devices/aht20.ts";
import { Analog, Potentiometer } from "./devices/analog.ts";
import { Bh1750 } from "./devices/bh1750.ts";
import { Bme280, Bmp280 } from "./devices/bmx280.ts";
import { Button, Switch } from "./devices/button.ts";
import { Dht11, Dht22 } from "./devices/dht.ts";
import { Ds18b20 } from "./devices/ds18b20.ts";
import { Gps } from "./devices/gps.ts";
import { HcSr04 } from "./devices/hc-sr04.ts";
import { IrReceiver } from "./devices/ir-receiver.ts";
import { Lcd } from "./devices/lcd.ts";
import { Mfrc522, Mfrc522I2c } from "./devices/mfrc522.ts";
import { Mpu6050 } from "./devices/mpu6050.ts";
import { NeoPixelStrip } from "./devices/neopixel-strip.ts";
import { Sh1106, Ssd1306 } from "./devices/oled.ts";
import { Sh1106Spi, Ssd1306Spi } from "./devices/oled-spi.ts";
import { Lamp, Motor, Relay, Servo } from "./devices/outputs.ts";
import { Pir, Touch } from "./devices/presence.ts";
import { Rotary } from "./devices/rotary.ts";
import { SdCard } from "./devices/sd-card.ts";
import { Sht3x } from "./devices/sht3x.ts";
import { Ili9341, St7789 } from "./devices/tft.ts";

/** All kinds of devices, in the order in which the documents list them. */
export const DEVICE_KINDS: readonly DeviceKind[] = [
  Button.kind,
  Switch.kind,
  Rotary.kind,
  Potentiometer.kind,
  Analog.kind,
  Touch.kind,
  Pir.kind,
  IrReceiver.kind,
  HcSr04.kind,
  Dht11.kind,
  Dht22.kind,
  Ds18b20.kind,
  Bme280.kind,
  Bmp280.kind,
  Sht3x.kind,
  Aht20.kind,
  Bh1750.kind,
  Mpu6050.kind,
  Gps.kind,
  Mfrc522.kind,
  Mfrc522I2c.kind,
  Ssd1306.kind,
  Sh1106.kind,
  Ssd1306Spi.kind,
  Sh1106Spi.kind,
  St7789.kind,
  Ili9341.kind,
  Lcd.kind,
  NeoPixelStrip.kind,
  Lamp.kind,
  Relay.kind,
  Servo.kind,
  Motor.kind,
  SdCard.kind,
];

/** The kind of a name that a hardware file has been checked for. */
export function kindOf(name: string): DeviceKind {
  return DEVICE_KINDS.find((kind) => kind.name === name) as DeviceKind;
}
