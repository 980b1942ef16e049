import { Scenario } from "espnow-micropython";
import { Aht20, Bh1750, Mpu6050, Sht3x } from "espnow-micropython/hardware";
import { describe, expect, test } from "vitest";
import { linesOf, wiredBoard } from "./wired-board.ts";

const CLIMATE = [
  [21.5, 48],
  [-12.3, 99],
  [60, 2.5],
] as const;

describe("an SHT3x", () => {
  test.each(CLIMATE)("measures %d degrees and %d per cent, with its checksums", async (temperature, humidity) => {
    const source = `
from machine import I2C
from sht3x import SHT3x
print("%.1f %.1f" % SHT3x(I2C(0)).read())
`;
    const lines = await linesOf(source, (machine) => void new Sht3x(machine, { temperature, humidity }));
    expect(lines).toEqual([`${temperature.toFixed(1)} ${humidity.toFixed(1)}`]);
  });

  test("does not acknowledge a read before it has measured, nor a second one", async () => {
    const source = `
import time
from machine import I2C
i2c = I2C(0)
def read():
    try:
        return len(i2c.readfrom(0x44, 6))
    except OSError as e:
        return e.errno
i2c.writeto(0x44, b"\\x24\\x00")
early = read()
time.sleep_ms(15)
print(early, read(), read())
i2c.writeto(0x44, b"\\x21\\x30")
time.sleep_ms(20)
first = read()
i2c.writeto(0x44, b"\\xe0\\x00")
print(first, read())
time.sleep_ms(1000)
i2c.writeto(0x44, b"\\xe0\\x00")
print(read(), i2c.writeto(0x44, b"\\xf3\\x2d"), i2c.readfrom(0x44, 3).hex())
`;
    expect(await linesOf(source, (machine) => void new Sht3x(machine))).toEqual(["19 6 19", "6 19", "6 2 000081"]);
  });
});

describe("an AHT20", () => {
  test.each(CLIMATE)("measures %d degrees and %d per cent", async (temperature, humidity) => {
    const source = `
from machine import I2C
from aht20 import AHT20
print("%.1f %.1f" % AHT20(I2C(0)).read())
`;
    const lines = await linesOf(source, (machine) => void new Aht20(machine, { temperature, humidity }));
    expect(lines).toEqual([`${temperature.toFixed(1)} ${humidity.toFixed(1)}`]);
  });

  test("is busy for 80 ms, and gives what it had measured before", async () => {
    const source = `
import time
from machine import I2C
i2c = I2C(0)
i2c.writeto(0x38, b"\\xac\\x33\\x00")
print(i2c.readfrom(0x38, 6).hex())
time.sleep_ms(80)
print(i2c.readfrom(0x38, 6).hex())
`;
    const lines = await linesOf(source, (machine) => void new Aht20(machine, { temperature: -50 + 90, humidity: 50 }));
    expect(lines).toEqual(["980000000000", "188000073333"]);
  });
});

describe("a BH1750", () => {
  test("measures light, in its time", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import I2C
from bh1750 import BH1750
sensor = BH1750(I2C(0))
while True:
    print("%.1f" % sensor.read())
    time.sleep(1)
`;
    const board = wiredBoard(scenario, source, () => undefined);
    const light = new Bh1750(board.machine, { lux: 250 });
    await scenario.until(board, /250\.0/);
    light.set({ lux: 12.5 });
    await scenario.until(board, /12\.5/);
    light.set({ lux: 100_000 });
    await scenario.until(board, /54612\.5/); // its 16 bits are full
  });

  test("with twice the resolution, and with twice the time, counts twice", async () => {
    const source = `
import time
from machine import I2C
i2c = I2C(0)
def read(*commands, ms=180):
    for command in commands:
        i2c.writeto(0x23, bytes((command,)))
    time.sleep_ms(ms)
    return int.from_bytes(i2c.readfrom(0x23, 2), "big")
print(read(0x20), read(0x21))
print(read(0x44, 0x6a, 0x21, ms=239), read(ms=1), read(0x23, ms=16))
`;
    const lines = await linesOf(source, (machine) => void new Bh1750(machine, { lux: 100 }));
    expect(lines).toEqual(["120 240", "240 480 240"]);
  });
});

describe("an MPU6050", () => {
  test("measures how it moves and how warm it is, awake only", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import I2C
from mpu6050 import MPU6050
i2c = I2C(0)
print(i2c.readfrom_mem(0x68, 0x3b, 14).hex(), i2c.readfrom_mem(0x68, 0x6b, 1).hex())
sensor = MPU6050(i2c)
while True:
    (ax, ay, az), (gx, gy, gz), t = sensor.read()
    print("%.2f %.2f %.2f | %.1f %.1f %.1f | %.1f" % (ax, ay, az, gx, gy, gz, t))
    time.sleep(1)
`;
    const board = wiredBoard(scenario, source, () => undefined);
    const motion = new Mpu6050(board.machine, { temperature: 30 });
    await scenario.until(board, /^0{28} 40\n0\.00 0\.00 1\.00 \| 0\.0 0\.0 0\.0 \| 30\.0/);
    motion.set({ ax: -0.5, az: 0.25, gz: -90 });
    await scenario.until(board, /-0\.50 0\.00 0\.25 \| 0\.0 0\.0 -90\.0 \| 30\.0/);
  });

  test("takes other ranges, and what is beyond them is their end", async () => {
    const source = `
from machine import I2C
from struct import unpack
i2c = I2C(0)
i2c.writeto_mem(0x68, 0x6b, b"\\x00")
i2c.writeto_mem(0x68, 0x1b, b"\\x18\\x18")
ax, ay, az, t, gx, gy, gz = unpack(">hhhhhhh", i2c.readfrom_mem(0x68, 0x3b, 14))
print(ax, az, gy)
i2c.writeto_mem(0x68, 0x1c, b"\\x00")
print(unpack(">h", i2c.readfrom_mem(0x68, 0x3b, 2))[0])
`;
    const lines = await linesOf(source, (machine) => void new Mpu6050(machine, { ax: 4, gy: 1000 }));
    expect(lines).toEqual(["8192 2048 16375", "32767"]);
  });

  test("collects in its FIFO as often as its divider says, in the order in which it happened", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import I2C
from mpu6050 import MPU6050
sensor = MPU6050(I2C(0))
sensor.collect(100)
while True:
    time.sleep(1)
    found = sensor.collected()
    print(found and (len(found), [found[i][0] for i in (0, len(found) // 2 - 2, len(found) // 2 + 2, -1)]))
`;
    const board = wiredBoard(scenario, source, () => undefined);
    const motion = new Mpu6050(board.machine, { ax: 0.25 });
    await scenario.run(500);
    motion.set({ ax: -0.5 });
    await scenario.until(board, /^\((99|100), \[0\.25, 0\.25, -0\.5, -0\.5\]\)\n/);
    await scenario.until(board, /\n\((99|100|101), \[-0\.5, -0\.5, -0\.5, -0\.5\]\)\n/);
  });

  test("a full FIFO loses what is oldest, and says so once; it holds what was chosen", async () => {
    const source = `
import time
from machine import I2C
i2c = I2C(0)
def get(register, length=1):
    return i2c.readfrom_mem(0x68, register, length)
def put(register, value):
    i2c.writeto_mem(0x68, register, bytes((value,)))
put(0x6b, 0)
put(0x1a, 1)
put(0x23, 0xc8)
put(0x6a, 0x44)
time.sleep_ms(100)
before = get(0x72, 2)
print(get(0x3a)[0] & 0x11, int.from_bytes(before, "big") // 10 in (100, 101), get(0x74, 10).hex())
time.sleep(1)
print(get(0x72, 2).hex(), get(0x3a)[0] & 0x10, get(0x3a)[0] & 0x10)
put(0x23, 0)
put(0x6a, 0x44)
print(get(0x72, 2).hex(), get(0x74, 3).hex(), get(0x6a).hex())
put(0x6b, 0x80)
print(get(0x6a).hex(), get(0x23).hex(), get(0x75).hex())
`;
    const lines = await linesOf(source, (machine) => void new Mpu6050(machine, { ay: 1, gx: 10, temperature: 36.53 }));
    expect(lines).toEqual(["1 True 0000400040000000051e", "0400 16 0", "0000 1e1e1e 40", "00 00 68"]);
  });
});

test("a sensor that is unplugged does not answer, and answers again", async () => {
  await using scenario = new Scenario();
  const source = `
import time
from machine import I2C, SoftI2C, Pin
buses = [I2C(0), I2C(1), SoftI2C(scl=Pin(22), sda=Pin(21))]
while True:
    print([[hex(a) for a in bus.scan()] for bus in buses])
    time.sleep(1)
`;
  const board = wiredBoard(scenario, source, () => undefined);
  const light = new Bh1750(board.machine);
  const climate = new Sht3x(board.machine, { bus: 1, address: 0x45 });
  await scenario.until(board, /\[\['0x23'\], \['0x23', '0x45'\], \['0x23'\]\]/);
  light.set({ connected: false });
  climate.set({ connected: false });
  await scenario.until(board, /\[\[\], \[\], \[\]\]/);
  climate.set({ connected: true });
  await scenario.until(board, /\[\[\], \['0x45'\], \[\]\]/);
});
