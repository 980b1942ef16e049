import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Scenario } from "espnow-micropython";
import { addHardware, hardwareOfBoards, hardwareSchema, parseHardware } from "espnow-micropython/hardware";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** What is wrong with a hardware file, in a line. */
function faultOf(text: string): string {
  try {
    parseHardware(text, "room.yaml");
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing";
}

test("two devices that set the level of one pin are refused; lamps and relays can share it", async () => {
  await using scenario = new Scenario();
  const devicesOf = (yaml: string) => () => addHardware(scenario.board({ source: "" }).machine, parseHardware(yaml));
  const button = "devices:\n  door: { device: button, pin: 4 }";
  expect(devicesOf(`${button}\n  hall: { device: pir, pin: 4 }`)).toThrow(
    "hall: another device, door, is at pin 4; choose another pin",
  );
  expect(devicesOf(`${button}\n  knob: { device: rotary, clk: 5, dt: 6, sw: 4 }`)).toThrow(
    "knob: another device, door",
  );
  const outputs = "\n  lamp: { device: lamp, pin: 4 }\n  pump: { device: relay, pin: 4 }";
  expect(devicesOf(button + outputs)).not.toThrow();
});

describe("a hardware file says what is wrong, with its line and what is accepted:", () => {
  test.each([
    [
      "a device that there is not",
      "devices:\n  a: { device: bme28, pin: 1 }",
      '2: devices.a.device: there is no device "bme28"; there are button, switch',
    ],
    [
      "a device without a kind",
      "devices:\n  a: { pin: 1 }",
      "2: devices.a.device: device is missing; there are button",
    ],
    [
      "a setting that the device does not have",
      "devices:\n  a:\n    device: dht22\n    pin: 4\n    colour: red",
      '5: devices.a: there is no setting "colour"; a dht22 has pin, temperature, humidity, connected',
    ],
    ["a setting that is missing", "devices:\n  a:\n    device: dht22", "3: devices.a.pin is missing"],
    ["a pin of a display that is missing", "devices:\n  a: { device: st7789, cs: 5 }", "2: devices.a.dc is missing"],
    [
      "a setting of another display",
      "devices:\n  a: { device: ili9341, dc: 2, size: 240x320 }",
      '2: devices.a: there is no setting "size"; a ili9341 has dc, cs, reset, bus, rotation',
    ],
    [
      "a size that is none",
      "devices:\n  a: { device: st7789, dc: 2, size: 128x160 }",
      '2: devices.a.size: it must be 240x240, 240x320, 135x240, 170x320, not "128x160"',
    ],
    [
      "a rotation that is none",
      "devices:\n  a: { device: st7789, dc: 2, rotation: 45 }",
      "2: devices.a.rotation: it must be 0, 90, 180 or 270, not 45",
    ],
    [
      "an I2C address where there is none",
      "devices:\n  a: { device: ssd1306-spi, dc: 2, address: 0x3c }",
      '2: devices.a: there is no setting "address"; a ssd1306-spi has dc, cs, reset, bus, height',
    ],
    [
      "a pin of a reader that is on I2C",
      "devices:\n  a: { device: mfrc522-i2c, cs: 5 }",
      '2: devices.a: there is no setting "cs"; a mfrc522-i2c has address, bus, card, connected',
    ],
    [
      "a reading out of range",
      "devices:\n  a:\n    device: dht22\n    pin: 4\n    humidity: 101",
      "5: devices.a.humidity: it must be a number from 0 to 100, not 101",
    ],
    [
      "an address of other devices",
      "devices:\n  a: { device: bme280, address: 0x44 }",
      "2: devices.a.address: it must be one of 0x76, 0x77, not 68",
    ],
    [
      "a name that is none",
      "devices:\n  a b: { device: dht22, pin: 4 }",
      "2: devices.a b: a name of letters, digits, - and _",
    ],
    [
      "a time that is none",
      "script:\n  - { at: soon, press: a }",
      '2: script.0.at: it must be a time such as 500ms, 90s, 5min, 24h, not "soon"',
    ],
    ["a step without a verb", "script:\n  - at: 10s", "2: script.0: a step has one of press, set and follow"],
    [
      "a step with two",
      "script:\n  - { press: a, follow: a, csv: a.csv }",
      "2: script.0: a step has one of press, set and follow",
    ],
    [
      "a period that is too short",
      "devices:\n  a: { device: button, pin: 0 }\nscript:\n  - { press: a, for: 2s, every: 1s }",
      "4: script.0.every: it must be longer than for, and above 0",
    ],
    [
      "a step for a device that is not there",
      "devices:\n  a: { device: button, pin: 0 }\nscript:\n  - press: b",
      '4: script.0.press: there is no device "b"; there are a',
    ],
    [
      "a press of what is no button",
      "devices:\n  a: { device: dht22, pin: 4 }\nscript:\n  - press: a",
      '4: script.0.press: "a" is a dht22, which cannot be pressed',
    ],
    [
      "a reading that the device does not have",
      "devices:\n  a: { device: dht22, pin: 4 }\nscript:\n  - set: a\n    to:\n      lux: 4",
      "6: script.0.to.lux: a dht22 has temperature, humidity, connected",
    ],
    [
      "a reading out of range in a script",
      "devices:\n  a: { device: dht22, pin: 4 }\nscript:\n  - set: a\n    to: { humidity: -1 }",
      "5: script.0.to.humidity: it must be a number from 0 to 100, not -1",
    ],
    [
      "devices beside boards",
      "devices:\n  a: { device: dht22, pin: 4 }\nboards: {}",
      "3: boards: devices belong below their board, not beside boards",
    ],
    ["what is no YAML", "devices: {", "1: Flow map in block collection must be sufficiently indented"],
  ])("%s", (_, text, fault) => {
    expect(faultOf(text)).toContain(`room.yaml:${fault}`);
  });
});

test("a file of one board does for one board, a file of several names those that there are", () => {
  const one = parseHardware("devices: { a: { device: button, pin: 0 } }");
  expect(hardwareOfBoards(one, ["sensor"])).toEqual([one]);
  expect(() => hardwareOfBoards(one, ["sensor", "lamp"], "room.yaml")).toThrow(
    "room.yaml: it describes one board, and there are sensor, lamp: put devices below boards and a name",
  );
  const two = parseHardware("boards: { lamp: { devices: { a: { device: button, pin: 0 } } } }");
  expect(hardwareOfBoards(two, ["sensor", "lamp"])).toEqual([undefined, two.boards?.["lamp"]]);
  expect(() => hardwareOfBoards(two, ["sensor"], "room.yaml")).toThrow(
    "room.yaml: boards.lamp: there is no such board, only sensor",
  );
});

test("the JSON schema has a title and a description for every setting", () => {
  const settings: string[] = [];
  const visit = (name: string, node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { properties, ...rest } = node as { properties?: Record<string, object> };
    for (const [key, setting] of Object.entries(properties ?? {})) {
      settings.push(key);
      expect(setting, `${name}.${key}`).toMatchObject({ title: expect.any(String), description: expect.any(String) });
      visit(`${name}.${key}`, setting);
    }
    for (const [key, child] of Object.entries(rest)) visit(`${name}.${key}`, child);
  };
  visit("", hardwareSchema());
  expect(settings).toEqual(expect.arrayContaining(["boards", "devices", "script", "pin", "temperature", "every"]));
});

/** Prints when the button is pressed, and what is measured each second. */
const SOURCE = `
import dht, time
from machine import ADC, Pin
button = Pin(0, Pin.IN, Pin.PULL_UP)
button.irq(lambda pin: print("button", pin.value(), time.ticks_ms()))
sensor = dht.DHT22(Pin(4))
light = ADC(34)
while True:
    time.sleep_ms(500)
    sensor.measure()
    print(sensor.temperature(), light.read_u16())
    time.sleep_ms(500)
`;

const DEVICES = `
devices:
  door: { device: button, pin: 0 }
  climate: { device: dht22, pin: 4, temperature: 20 }
  light: { device: analog, pin: 34, value: 7 }
script:
`;

describe("a script", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "espnow-hardware-"));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What the program prints in ten seconds of virtual time. */
  async function play(script: string): Promise<string[]> {
    await using scenario = new Scenario();
    const board = scenario.board({ source: SOURCE });
    addHardware(board.machine, parseHardware(DEVICES + script), { folder });
    await scenario.run(10_000);
    return board.output.trimEnd().split("\n");
  }

  test("presses buttons, at exact times, for 200 ms or as long as it says", async () => {
    const lines = await play("  - { at: 1s, press: door }\n  - { at: 2.25s, every: 5s, press: door, for: 50ms }\n");
    expect(lines.filter((line) => line.startsWith("button"))).toEqual([
      "button 0 1000",
      "button 1 1200",
      "button 0 2250",
      "button 1 2300",
      "button 0 7250",
      "button 1 7300",
    ]);
  });

  test("sets readings for good, or for a time", async () => {
    const lines = await play(
      "  - { at: 2s, set: climate, to: { temperature: 25 } }\n  - { at: 4s, for: 2s, set: climate, to: { temperature: 30.5 } }\n",
    );
    expect(lines.map((line) => line.split(" ")[0])).toEqual([
      "20.0",
      "20.0",
      "25.0",
      "25.0",
      "30.5",
      "30.5",
      "25.0",
      "25.0",
      "25.0",
      "25.0",
    ]);
  });

  test("ends what lasts for a time before something else begins", async () => {
    const lines = await play(
      "  - { at: 4s, for: 2s, set: climate, to: { temperature: 30 } }\n  - { at: 2s, for: 2s, set: climate, to: { temperature: 25 } }\n",
    );
    expect(lines.map((line) => line.split(" ")[0])).toEqual([
      ...["20.0", "20.0", "25.0", "25.0", "30.0", "30.0", "20.0", "20.0", "20.0", "20.0"],
    ]);
  });

  test("follows a CSV file beside it, again and again if it says so", async () => {
    writeFileSync(join(folder, "light.csv"), "time,value\n0,100\n1,200\n3,300\n");
    const lines = await play("  - { at: 1s, every: 4s, follow: light, csv: light.csv }\n");
    expect(lines.map((line) => line.split(" ")[1])).toEqual([
      "7",
      "100",
      "200",
      "200",
      "300",
      "100",
      "200",
      "200",
      "300",
      "100",
    ]);
  });

  test.each([
    ["seconds,value\n0,1\n", "line 1: it must be time and readings of a analog (value), with commas"],
    ["time,value\n1,1\n0,1\n", "line 3: the times must not go back"],
    ["time,value\n0,x\n", 'line 2: it must be a number from 0 to 65535, not "x"'],
  ])("refuses the CSV file %j", async (text, fault) => {
    const file = join(folder, "light.csv");
    writeFileSync(file, text);
    await expect(play("  - { follow: light, csv: light.csv }\n")).rejects.toThrow(`${file}: ${fault}`);
  });

  test("goes on from a saved state as if nothing had been: state is plain data", async () => {
    const hardware = parseHardware(
      `${DEVICES}  - { at: 1s, every: 3s, for: 2s, set: climate, to: { temperature: 30 } }\n`,
    );
    const readings = async (switchAtMs: number | undefined): Promise<string[]> => {
      await using scenario = new Scenario();
      const board = scenario.board({ source: SOURCE });
      addHardware(board.machine, hardware, { folder });
      await scenario.run(switchAtMs ?? 5000);
      const saved = JSON.parse(
        JSON.stringify([...board.machine.devices].map((device) => [device.name, device.save()])),
      );
      if (switchAtMs !== undefined) {
        board.machine.devices
          .get("climate")
          ?.load({ readings: { temperature: 99, humidity: 1, connected: true }, inner: null });
        for (const [name, state] of saved) board.machine.devices.get(name)?.load(state);
      }
      await scenario.run(15_000 - (switchAtMs ?? 5000));
      return board.output.split("\n");
    };
    const undisturbed = await readings(undefined);
    expect(undisturbed.join()).toContain("20.0 7,30.0 7,30.0 7,20.0 7");
    for (const atMs of [700, 1500, 3200, 4700]) expect(await readings(atMs)).toEqual(undisturbed);
  });
});
