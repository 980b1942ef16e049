import { type Machine, runProgram, Scenario } from "espnow-micropython";
import {
  Gps,
  HcSr04,
  IrReceiver,
  Lamp,
  Mfrc522,
  Mfrc522I2c,
  Motor,
  Pir,
  Relay,
  Rotary,
  Servo,
  Touch,
} from "espnow-micropython/hardware";
import { describe, expect, test } from "vitest";
import { drivers, linesOf, wiredBoard } from "./wired-board.ts";

describe("an HC-SR04", () => {
  const SOURCE = `
import time
from hcsr04 import HCSR04
sensor = HCSR04(5, 18)
for _ in range(3):
    cm = sensor.read()
    print(cm if cm is None else "%.1f" % cm)
    time.sleep(1)
`;

  test("measures distances, exactly in virtual time; beyond its reach it hears nothing", async () => {
    await using scenario = new Scenario();
    const board = wiredBoard(scenario, SOURCE, () => undefined);
    const sensor = new HcSr04(board.machine, { trigger: 5, echo: 18, distance: 123.4 });
    await scenario.run(500);
    sensor.set({ distance: 2 });
    await scenario.run(1000);
    sensor.set({ distance: 500 });
    await scenario.run(1000);
    expect(board.output).toBe("123.4\n2.0\nNone\n");
  });

  test("measures the same in real time, whenever the program wakes", async () => {
    const source = SOURCE.replace("time.sleep(1)", "pass");
    const program = await runProgram({ source, files: drivers, radio: "sim:" });
    new HcSr04(program.machine, { trigger: 5, echo: 18, distance: 87.6 });
    await program.exited;
    expect(program.output).toBe("87.6\n87.6\n87.6\n");
  });
});

test("a PIR sensor and a touch pad tell that somebody is there", async () => {
  await using scenario = new Scenario();
  const source = `
import time
from machine import Pin, TouchPad
pad = TouchPad(Pin(4))
Pin(14, Pin.IN).irq(lambda pin: print("motion", pin.value(), pad.read()))
while True:
    time.sleep(1)
`;
  const board = wiredBoard(scenario, source, () => undefined);
  const pir = new Pir(board.machine, { pin: 14 });
  const pad = new Touch(board.machine, { pin: 4 });
  await scenario.run(100);
  pir.set({ motion: true });
  await scenario.run(100);
  pad.set({ touched: true });
  pir.set({ motion: false });
  await scenario.run(100);
  expect(board.output).toBe("motion 1 1000\nmotion 0 100\n");
});

test("a rotary encoder turns click by click, in both directions, and its knob is a button", async () => {
  await using scenario = new Scenario();
  const source = `
from machine import Pin
clk, dt, sw = Pin(32, Pin.IN, Pin.PULL_UP), Pin(33, Pin.IN, Pin.PULL_UP), Pin(25, Pin.IN, Pin.PULL_UP)
clicks = 0
def turned(pin):
    global clicks
    clicks += 1 if dt() else -1
clk.irq(turned, Pin.IRQ_FALLING)
sw.irq(lambda pin: print("pressed at", clicks), Pin.IRQ_FALLING)
print(clk(), dt(), sw())
`;
  const board = wiredBoard(scenario, `${source}\nimport time\ntime.sleep(9)`, () => undefined);
  const knob = new Rotary(board.machine, { clk: 32, dt: 33, sw: 25 });
  await scenario.run(10);
  for (const position of [3, -2, 0]) {
    knob.set({ position });
    await scenario.run(100);
    knob.set({ pressed: true });
    await scenario.run(100);
    knob.set({ pressed: false });
    await scenario.run(100);
  }
  knob.set({ position: 10 });
  await scenario.run(17); // a click
  knob.set({ position: 0 });
  await scenario.run(100);
  knob.set({ pressed: true });
  await scenario.run(10);
  expect(board.output).toBe("1 1 1\npressed at 3\npressed at -2\npressed at 0\npressed at 0\n");
  expect(() => knob.set({ position: 0.5 })).toThrow("a whole number of clicks");
});

test("an infrared receiver has the pulses of a key of a remote control, and repeats them while it is held", async () => {
  await using scenario = new Scenario();
  const source = `
import time
from machine import Pin, time_pulse_us
pin = Pin(15, Pin.IN)
while True:
    mark = time_pulse_us(pin, 0, 1000000)
    if mark < 8000:
        continue
    space = time_pulse_us(pin, 1, 10000)
    if space < 3000:
        print("again", mark, space, time.ticks_ms())
        continue
    code = 0
    for bit in range(32):
        code |= (time_pulse_us(pin, 1, 3000) > 1000) << bit
    print(mark, space, code.to_bytes(4, "little").hex(), time.ticks_ms())
`;
  const board = wiredBoard(scenario, source, () => undefined);
  const remote = new IrReceiver(board.machine, { pin: 15, remote: 4 });
  await scenario.run(100);
  remote.set({ key: 0x45 });
  await scenario.run(250);
  remote.set({ key: null });
  await scenario.run(250);
  remote.set({ key: 7 });
  await scenario.run(10);
  remote.set({ key: null });
  await scenario.run(250);
  expect(board.output).toBe(
    "9000 4500 04fb45ba 167\nagain 9000 2250 219\nagain 9000 2250 327\n9000 4500 04fb07f8 667\n",
  );
});

test("relay, lamp, servo and motor show what the program does with them", async () => {
  await using scenario = new Scenario();
  const source = `
import time
from machine import PWM, Pin
relay = Pin(26, Pin.OUT, value=1)
lamp = PWM(Pin(2), freq=1000, duty_u16=16384)
servo = PWM(Pin(13), freq=50, duty_ns=1500000)
left = PWM(Pin(25), freq=1000, duty=512)
right = Pin(27, Pin.OUT)
time.sleep(1)
for _ in range(2):
    relay.off()
    time.sleep_ms(1)
    relay.on()
relay.off()
servo.duty_ns(2000000)
left.duty(0)
right.on()
lamp.deinit()
time.sleep(1)
`;
  const { machine } = wiredBoard(scenario, source, () => undefined);
  const relay = new Relay(machine, { pin: 26, active: "low" });
  const lamp = new Lamp(machine, { pin: 2 });
  const servo = new Servo(machine, { pin: 13 });
  const motor = new Motor(machine, { forward: 25, backward: 27 });
  const shown = (): unknown => [relay, lamp, servo, motor].map((device) => device.shown()[0]);
  expect(shown()).toEqual(["off, was switched on 0 times", "0 %", "no pulses", "0 %"]);
  await scenario.run(500);
  expect(shown()).toEqual(["off, was switched on 0 times", "25 %", "90 degrees", "50 %"]);
  await scenario.run(1000);
  expect(shown()).toEqual(["on, was switched on 3 times", "0 %", "135 degrees", "-100 %"]);
});

describe.each([
  ["SPI", "MFRC522(SPI(1), Pin(5))", (machine: Machine) => new Mfrc522(machine, { cs: 5 })],
  ["I2C", "MFRC522_I2C(I2C(0))", (machine: Machine) => new Mfrc522I2c(machine)],
] as const)("an MFRC522 on %s", (_bus, made, make) => {
  test("reads the number of a card, and its blocks with its key; written blocks stay while the card is there", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import I2C, SPI, Pin
from mfrc522 import MFRC522, MFRC522_I2C
reader = ${made}
while True:
    number = reader.card()
    if number is None:
        print("no card")
    else:
        print(number.hex(), reader.open(8, number), reader.read(8).hex(), reader.open(8, number, bytes(6)))
        reader.close()
        again = reader.card()
        print(reader.open(8, again), reader.write(8, b"0123456789abcdef"), reader.read(12))
        reader.close()
    time.sleep(1)
`;
    const board = wiredBoard(scenario, source, () => undefined);
    const reader = make(board.machine);
    await scenario.until(board, /no card\n/);
    reader.set({ card: "04a1b2c3" });
    await scenario.until(board, /04a1b2c3 True 0{32} False\nTrue True None\n/);
    await scenario.until(board, /04a1b2c3 True 30313233343536373839616263646566 False\nTrue True None\n/);
    reader.set({ card: "DEADBEEF" });
    await scenario.until(board, /deadbeef True 0{32} False\nTrue True None\n/);
    reader.set({ card: null });
    await scenario.until(board, /no card\n/);
    expect(() => reader.set({ card: "04" })).toThrow(`${reader.name}.card: 8 hexadecimal digits`);
  });
});

test("an MFRC522 on I2C keeps the register that is asked; unplugged it does not answer", async () => {
  const source = `
from machine import I2C
i2c = I2C(0)
i2c.writeto(0x29, b"\\x09\\x01\\x02\\x03")
print(i2c.readfrom_mem(0x29, 0x0a, 2).hex(), i2c.readfrom_mem(0x29, 0x09, 4).hex(), i2c.readfrom(0x29, 1).hex())
print(i2c.readfrom_mem(0x29, 0x37, 1).hex(), i2c.scan())
`;
  const wire = (connected: boolean) => (machine: Machine) => void new Mfrc522I2c(machine, { address: 0x29, connected });
  expect(await linesOf(source, wire(true))).toEqual(["0303 01020300 00", "92 [41]"]);
  expect((await linesOf("from machine import I2C\nprint(I2C(0).scan())", wire(false)))[0]).toBe("[]");
});

describe("a GPS receiver", () => {
  test("sends where it is each second, on the port that the program opens", async () => {
    await using scenario = new Scenario();
    const source = `
from machine import UART
from nmea import place
uart = UART(2, 9600, timeout=2000)
while True:
    line = uart.readline()
    found = place(line)
    if found:
        print("%s %.4f %.4f %.1f" % found)
    elif line and b"RMC" in line:
        print(line)
`;
    const board = wiredBoard(scenario, source, () => undefined);
    const gps = new Gps(board.machine, { latitude: -33.8568, longitude: 151.2153, time: "2026-03-01T23:59:58Z" });
    await scenario.run(1500);
    gps.set({ latitude: 40.7484, longitude: -73.9857, speed: 36, course: 90 });
    await scenario.run(1000);
    gps.set({ fix: false });
    await scenario.run(1000);
    expect(board.output).toBe(
      "235959 -33.8568 151.2153 0.0\n000000 40.7484 -73.9857 36.0\nb'$GPRMC,000001.00,V,,,,,,,020326,,,N*79\\r\\n'\n",
    );
  });

  test("sends nothing to a program that has not opened its port", async () => {
    const source = "import time\nfrom machine import UART\ntime.sleep(3)\nu = UART(1, 9600)\nprint(u.any())";
    expect(await linesOf(source, (machine) => void new Gps(machine))).toEqual(["0"]);
  });
});
