import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-hardware-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function espnow(...args: string[]): Promise<{ code: number; stdout: Recorder; stderr: string }> {
  const [stdout, stderr] = [new Recorder(false), new Recorder(false)];
  const code = await run(args, { stdout, stderr, env: {}, signal: new AbortController().signal, exitCode: 0 });
  return { code, stdout, stderr: stderr.text };
}

/** Prints what it measures, and ends when the button is pressed. */
const SENSOR = `
import time, dht
from machine import Pin
pressed = []
Pin(0, Pin.IN, Pin.PULL_UP).irq(pressed.append, Pin.IRQ_FALLING)
while not pressed:
    sensor = dht.DHT22(Pin(4))
    sensor.measure()
    print(sensor.temperature())
    time.sleep_ms(100)
`;

const ROOM = `
devices:
  climate: { device: dht22, pin: 4, temperature: 20.5 }
  door: { device: button, pin: 0 }
script:
  - { at: 150ms, set: climate, to: { temperature: 22 } }
  - { at: 0.35s, press: door, for: 200ms }
`;

describe("run --hardware", () => {
  test.each([[["--virtual"]], [[]]])("gives a board its devices, and lets the script happen (%j)", async (options) => {
    const args = ["run", ...options, "--hardware", file("room.yaml", ROOM), file("sensor.py", SENSOR)];
    const { code, stdout, stderr } = await espnow(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.text.trim().split("\n");
    expect(lines.at(-1)).toBe("22.0");
    if (options.length > 0) expect(lines).toEqual(["20.5", "20.5", "22.0", "22.0"]);
  });

  test("says of a display that shows nothing that it is blank", async () => {
    const devices = "devices: { oled: { device: ssd1306 }, text: { device: lcd } }";
    const { stderr } = await espnow("run", "--virtual", "--hardware", file("d.yaml", devices), file("d.py", ""));
    expect(stderr).toBe("d: oled: blank\nd: text: blank\n");
  });

  test("gives each of several boards its own, by name", async () => {
    const source = "import dht\nfrom machine import Pin\ns = dht.DHT22(Pin(4))\ns.measure()\nprint(s.temperature())";
    const boards = [1, 2].map(
      (n) => `  sensor-${n}: { devices: { climate: { device: dht22, pin: 4, temperature: ${n} } } }`,
    );
    const sensor = file("sensor.py", source);
    const hardware = file("house.yaml", `boards:\n${boards.join("\n")}\n`);
    const { stdout } = await espnow("run", "--virtual", "--hardware", hardware, sensor, sensor);
    expect(stdout.lines.toSorted()).toEqual(["sensor-1 | 1.0", "sensor-2 | 2.0"]);
  });

  test("refuses a file with a fault, a name that no board has, and a pin that this board does not have", async () => {
    const sensor = file("sensor.py", SENSOR);
    const refusal = async (text: string, ...options: string[]): Promise<unknown> => {
      const hardware = file("room.yaml", text);
      const { code, stderr, stdout } = await espnow("run", "--virtual", "--hardware", hardware, ...options, sensor);
      expect(stdout.text).toBe("");
      return [code, stderr.replaceAll(folder, "")];
    };
    expect(await refusal("devices:\n  a: { device: dht, pin: 4 }")).toEqual([
      2,
      expect.stringContaining('espnow: /room.yaml:2: devices.a.device: there is no device "dht"; there are button,'),
    ]);
    expect(await refusal("boards:\n  lamp: {}")).toEqual([
      2,
      "espnow: /room.yaml: boards.lamp: there is no such board, only sensor\n",
    ]);
    expect(await refusal("devices:\n  a: { device: button, pin: 20 }", "--board", "esp8266")).toEqual([
      2,
      "espnow: invalid pin: Pin(20); this board has 0 to 16\n",
    ]);
    const { code, stderr } = await espnow("run", "--hardware", join(folder, "none.yaml"), sensor);
    expect([code, stderr]).toEqual([1, `espnow: cannot read ${folder}/none.yaml: no such file or directory\n`]);
  });

  test("says at the end what displays and relays show, and keeps displays as PNG files", async () => {
    const source = `
from machine import I2C, Pin
import framebuf
i2c = I2C(0)
pixels = bytearray(1024)
framebuf.FrameBuffer(pixels, 128, 64, framebuf.MONO_VLSB).text("open", 0, 0)
i2c.writeto(0x3c, b"\\x00\\xa1\\xc8\\xaf\\x20\\x00")
i2c.writeto(0x3c, b"\\x40" + pixels)
Pin(26, Pin.OUT, value=1)
while True:
    pass
`;
    const devices = "oled: { device: ssd1306 }, door: { device: relay, pin: 26 }, climate: { device: bme280 }";
    const hardware = file("room.yaml", `devices: { ${devices} }`);
    const screenshots = join(folder, "screens");
    const args = ["run", "--virtual", "--for", "1s", "--hardware", hardware, file("door.py", source)];
    const { stderr } = await espnow(...args, "--screenshots", screenshots);
    expect(stderr).toBe("door: oled: open\ndoor: door: on, was switched on 1 time\n");
    expect(readFileSync(join(screenshots, "door-oled.png")).subarray(1, 4).toString()).toBe("PNG");
    const json = await espnow(...args, "--json");
    expect(json.stdout.records[0]).toEqual({ node: "door", device: "oled", shown: ["open"] });
  });

  test("without it, a run says at its end what the program looked for, and what helps", async () => {
    const source = `
import dht, onewire
from machine import ADC, I2C, Pin, mem32
i2c = I2C(0)
for work in (lambda: i2c.writeto(0x76, b"x"), lambda: i2c.readfrom(0x09, 1), dht.DHT22(Pin(4)).measure):
    try:
        work()
    except OSError as e:
        print(e)
print(i2c.scan(), onewire.OneWire(Pin(5)).scan())
Pin(0, Pin.IN)
ADC(34)
mem32[0] = 1
`;
    const { code, stdout, stderr } = await espnow("run", "--virtual", file("sensor.py", source));
    expect([code, stdout.text]).toEqual([0, "[Errno 19] ENODEV\n[Errno 19] ENODEV\n[Errno 116] ETIMEDOUT\n[] []\n"]);
    expect(stderr.trim().split("\n")).toEqual([
      "sensor: it found no I2C device at 0x76, such as bme280 or bmp280",
      "sensor: it found no I2C device at 0x09",
      "sensor: no DHT sensor answered at pin 4: a device dht11 or dht22",
      "sensor: its scan of I2C bus 0 found no device",
      "sensor: it found no 1-Wire device at pin 5, such as ds18b20",
      "sensor: nothing is connected to pin 0 (connect a device such as button or pir)",
      "sensor: nothing is connected to pin 34 (connect a device such as analog or potentiometer)",
      "sensor: it used machine.mem32: registers read 0 here, and what is written is lost",
      "--hardware FILE gives boards their devices; espnow hardware lists them",
    ]);
  });
});

describe("hardware", () => {
  test("lists the devices, and the settings of one", async () => {
    const { stdout } = await espnow("hardware");
    expect(stdout.text).toContain("dht22          DHT22 (AM2302): temperature and humidity\n");
    const one = await espnow("hardware", "dht22");
    expect(one.stdout.text).toContain("  temperature  degrees Celsius (a script can set it)\n");
    const json = await espnow("hardware", "dht22", "--json");
    expect(json.stdout.records[0]).toEqual({
      device: "dht22",
      setting: "pin",
      description: "the pin of the data line",
      reading: false,
    });
    const wrong = await espnow("hardware", "dht23");
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('espnow: there is no device "dht23"; there are'),
    ]);
  });

  test("prints the JSON schema of hardware files", async () => {
    const { stdout } = await espnow("hardware", "--schema");
    expect(JSON.parse(stdout.text)).toMatchObject({
      type: "object",
      properties: { devices: {}, script: {}, boards: {} },
    });
  });
});
