import { type Machine, type Program, Scenario } from "espnow-micropython";
import { type Bme280, DEVICE_KINDS, type Mfrc522 } from "espnow-micropython/hardware";
import { expect, test } from "vitest";
import { wiredBoard } from "./wired-board.ts";

/** Where those devices are that must be told. */
const PLACES: Readonly<Record<string, object>> = {
  button: { pin: 0 },
  switch: { pin: 4 },
  rotary: { clk: 21, dt: 22, sw: 23 },
  potentiometer: { pin: 34 },
  analog: { pin: 35 },
  touch: { pin: 2 },
  pir: { pin: 14 },
  "ir-receiver": { pin: 12, key: 0x45 },
  hcsr04: { trigger: 5, echo: 18 },
  dht11: { pin: 16 },
  dht22: { pin: 17 },
  ds18b20: { pin: 15 },
  bme280: { address: 0x76 },
  bmp280: { address: 0x77 },
  mfrc522: { cs: 19, card: "04a1b2c3" },
  "mfrc522-i2c": { card: "04a1b2c4" },
  ssd1306: { address: 0x3c },
  sh1106: { address: 0x3d },
  "ssd1306-spi": { dc: 21, cs: 22, reset: 23 },
  "sh1106-spi": { dc: 21, cs: 22 },
  st7789: { dc: 12, bus: 2 },
  ili9341: { dc: 12, bus: 2 },
  neopixel: { pin: 13 },
  lamp: { pin: 26 },
  relay: { pin: 27 },
  servo: { pin: 32 },
  motor: { forward: 25, backward: 33 },
};

/** Uses all of them, with pauses: each second as much as a second ago. */
const SOURCE = `
import time, dht, onewire, ds18x20
from machine import ADC, I2C, PWM, SPI, UART, Pin, TouchPad
from aht20 import AHT20
from bh1750 import BH1750
from bme280 import BME280
from hcsr04 import HCSR04
from lcd import LCD
from mfrc522 import MFRC522, MFRC522_I2C
from mpu6050 import MPU6050
from neopixel import NeoPixel
from oled import SH1106, SSD1306
from sht3x import SHT3x
from tft import ST7789
i2c = I2C(0)
relay, sonar, reader, gps = Pin(27, Pin.OUT), HCSR04(5, 18), MFRC522(SPI(1), Pin(19)), UART(2, timeout=0)
climate, gas, rf, light, motion = BME280(i2c), BME280(i2c, 0x77), SHT3x(i2c), BH1750(i2c), MPU6050(i2c)
damp, lcd, oleds, np = AHT20(i2c), LCD(i2c), [SSD1306(i2c), SH1106(i2c, address=0x3d)], NeoPixel(Pin(13), 8)
near, tft = MFRC522_I2C(i2c), ST7789(SPI(2), Pin(12))
motion.collect(50)
n = 0
while True:
    n += 1
    relay(n & 1)
    lcd.line(n & 1, "round %d" % n)
    np.fill((n, 0, n))
    np.write()
    for oled in oleds:
        oled.fill(0)
        oled.text(str(n), 0, n % 56)
        oled.show()
    tft.text("round %d" % n, 8, 8)
    card = reader.card()
    if card and reader.open(4, card):
        old = reader.read(4)
        reader.write(4, b"%016d" % n)
        print(card.hex(), old)
        reader.close()
    print(near.card(), motion.collected())
    print(n, climate.read(), gas.read(), rf.read(), damp.read(), light.read(), motion.read(), sonar.read())
    print(ADC(34).read(), ADC(35).read(), TouchPad(Pin(2)).read(), Pin(14).value(), gps.read())
    time.sleep(1)
`;

function wire(machine: Machine): void {
  for (const kind of DEVICE_KINDS) kind.create(machine, { name: kind.name, ...PLACES[kind.name] });
}

/** The state of all devices, as JSON keeps it. */
function saved({ machine }: Program): [string, unknown][] {
  return JSON.parse(JSON.stringify([...machine.devices].map((device) => [device.name, device.save()])));
}

test("every device has a state that JSON keeps, and goes on from it as it would have", async () => {
  await using scenario = new Scenario();
  const board = wiredBoard(scenario, SOURCE, wire);
  await scenario.run(3330);
  const states = saved(board);
  expect(states.map(([name]) => name)).toEqual(DEVICE_KINDS.map(({ name }) => name));
  await scenario.run(3000);
  expect(saved(board)).not.toEqual(states);

  await using other = new Scenario();
  const twin = wiredBoard(other, "", wire);
  for (const [name, state] of states) twin.machine.devices.get(name)?.load(state);
  expect(saved(twin)).toEqual(states);
  const shown = (name: string): readonly string[] | undefined => twin.machine.devices.get(name)?.shown();
  expect([shown("ssd1306"), shown("lcd"), shown("neopixel")?.[0]?.slice(0, 7)]).toEqual([
    [expect.stringMatching(/^\d+$/)],
    [expect.stringMatching(/^round \d$/), expect.stringMatching(/^round \d$/)],
    expect.stringMatching(/^#0\d000\d$/),
  ]);
});

test("a saved state says whether a device is plugged in, and which card is at the reader", async () => {
  await using scenario = new Scenario();
  const { machine } = wiredBoard(scenario, "", wire);
  const climate = machine.devices.get("bme280") as Bme280;
  const reader = machine.devices.get("mfrc522") as Mfrc522;
  climate.set({ connected: false });
  const states = [climate.save(), reader.save()] as const;
  climate.set({ connected: true });
  reader.set({ card: null });
  climate.load(states[0]);
  reader.load(states[1]);
  expect([machine.i2c(0).at(0x76), reader.readings.card]).toEqual([undefined, "04a1b2c3"]);
});
