import { Scenario } from "espnow-micropython";
import {
  Analog,
  Bme280,
  Bmp280,
  Button,
  Dht11,
  Dht22,
  Ds18b20,
  Potentiometer,
  Switch,
} from "espnow-micropython/hardware";
import { describe, expect, test } from "vitest";
import { linesOf, wiredBoard } from "./wired-board.ts";

describe("contacts", () => {
  test("a button pulls its pin to ground while it is pressed, against the program's pull-up", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import Pin
pin = Pin(0, Pin.IN, Pin.PULL_UP)
pin.irq(lambda p: print("edge", p.value()))
while True:
    time.sleep(1)
`;
    const board = wiredBoard(scenario, source, () => undefined);
    const button = new Button(board.machine, { pin: 0 });
    await scenario.run(100);
    button.set({ pressed: true });
    await scenario.run(100);
    button.set({ pressed: false });
    await scenario.run(100);
    expect(board.output).toBe("edge 0\nedge 1\n");
  });

  test("without a pull an open contact reads 0, with a resistor of its own it does not", async () => {
    const source = "from machine import Pin\nprint([Pin(pin, Pin.IN).value() for pin in (4, 5, 6, 7)])";
    const lines = await linesOf(source, (machine) => {
      new Switch(machine, { pin: 4 });
      new Switch(machine, { pin: 5, resistor: true });
      new Switch(machine, { pin: 6, to: "supply", closed: true });
      new Button(machine, { pin: 7, to: "supply", resistor: true });
    });
    expect(lines).toEqual(["[0, 1, 1, 0]"]);
  });

  test("a contact at a pin that the program drives changes nothing there", async () => {
    await using scenario = new Scenario();
    const board = wiredBoard(
      scenario,
      "from machine import Pin\nPin(2, Pin.OUT, value=1)\nwhile True: pass",
      () => undefined,
    );
    const contact = new Switch(board.machine, { pin: 2 });
    await scenario.run(10);
    contact.set({ closed: true });
    expect(board.machine.pin(2).value).toBe(1);
  });
});

test("a potentiometer and any other voltage are at analog inputs", async () => {
  const source = "from machine import ADC\nprint(ADC(34).read_u16(), ADC(35).read())";
  const lines = await linesOf(source, (machine) => {
    new Potentiometer(machine, { pin: 34, position: 0.25 });
    new Analog(machine, { pin: 35, value: 32_768 });
  });
  expect(lines).toEqual(["16384 2048"]);
});

test("DHT sensors and DS18B20 thermometers measure, and can be unplugged", async () => {
  await using scenario = new Scenario();
  const source = `
import dht, ds18x20, onewire, time
from machine import Pin
sensors = [dht.DHT11(Pin(4)), dht.DHT22(Pin(5))]
wire = ds18x20.DS18X20(onewire.OneWire(Pin(15)))
while True:
    for sensor in sensors:
        try:
            sensor.measure()
            print(sensor.temperature(), sensor.humidity())
        except OSError as e:
            print(e)
    roms = wire.scan()
    if roms:
        wire.convert_temp()
        time.sleep_ms(750)
    print([wire.read_temp(rom) for rom in roms])
    time.sleep(1)
`;
  const board = wiredBoard(scenario, source, () => undefined);
  new Dht11(board.machine, { pin: 4, temperature: 20.4 });
  const dht22 = new Dht22(board.machine, { pin: 5, temperature: 20.44, humidity: 61.2 });
  const [first, second] = [21.5, -3].map((temperature) => new Ds18b20(board.machine, { pin: 15, temperature }));
  await scenario.until(board, /20 50\n20\.4 61\.2\n\[21\.5, -3\.0\]/);
  dht22.set({ connected: false });
  second?.set({ connected: false });
  await scenario.until(board, /20 50\n\[Errno 116\] ETIMEDOUT\n\[21\.5\]/);
  expect(first?.rom).toMatch(/^28[0-9a-f]{14}$/);
});

describe("a BME280", () => {
  const source = `
from machine import I2C, Pin
from bme280 import BME280
sensor = BME280(I2C(0, scl=Pin(22), sda=Pin(21)))
print("%.2f %.2f %s" % tuple(x if x is None or i < 2 else "%.1f" % x for i, x in enumerate(sensor.read())))
`;

  test.each([
    [21, 1013.25, 50],
    [-12.34, 955.5, 97.5],
    [38.2, 300, 3],
  ])("measures %d degrees, %d hPa and %d per cent, by the formulas of its datasheet", async (t, pressure, humidity) => {
    const lines = await linesOf(source, (machine) => void new Bme280(machine, { temperature: t, pressure, humidity }));
    expect(lines).toEqual([`${t.toFixed(2)} ${pressure.toFixed(2)} ${humidity.toFixed(1)}`]);
  });

  test("without humidity is a BMP280", async () => {
    const lines = await linesOf(source, (machine) => void new Bmp280(machine, { temperature: 5 }));
    expect(lines).toEqual(["5.00 1013.25 None"]);
  });

  test("has nothing measured before its time: the registers are as after a reset", async () => {
    const early = `
from machine import I2C
i2c = I2C(0)
print(i2c.readfrom_mem(0x76, 0xF7, 8).hex(), i2c.readfrom_mem(0x76, 0xF3, 1)[0])
i2c.writeto_mem(0x76, 0xF4, b"\\x25")
print(i2c.readfrom_mem(0x76, 0xF3, 1)[0], i2c.readfrom_mem(0x76, 0xF7, 3).hex())
`;
    const lines = await linesOf(early, (machine) => void new Bme280(machine));
    expect(lines).toEqual(["8000008000008000 0", "8 800000"]);
  });

  test("needs an address of its own, and readings in its range", async () => {
    await using scenario = new Scenario();
    const { machine } = wiredBoard(scenario, "", () => undefined);
    new Bme280(machine, { address: 0x77 });
    expect(() => new Bmp280(machine, { address: 0x77 })).toThrow("bmp280: another device has the I2C address 0x77");
    expect(() => new Bme280(machine, { address: 0x78 })).toThrow("address: it must be one of 0x76, 0x77, not 120");
    expect(() => new Bme280(machine, { temperature: 99 })).toThrow(
      "temperature: it must be a number from -40 to 85, not 99",
    );
  });
});
