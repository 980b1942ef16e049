import { type Machine, Scenario } from "espnow-micropython";
import { describe, expect, test } from "vitest";

const utf8 = new TextDecoder();

/** Runs a program for a second of virtual time on a board that `setUp` has wired: what it printed. */
async function outputOf(source: string, setUp: (machine: Machine) => void): Promise<string> {
  await using scenario = new Scenario();
  const board = scenario.board({ source });
  setUp(board.machine);
  await scenario.run(1000);
  return board.output;
}

describe("I2C", () => {
  test("finds the devices that a test put on the bus, and reads and writes their registers", async () => {
    const registers = new Uint8Array(256);
    registers.set([0x60], 0xd0);
    registers.set([1, 2, 3], 0xf7);
    const source = `
from machine import I2C, Pin
i2c = I2C(0, scl=Pin(22), sda=Pin(21))
print([hex(a) for a in i2c.scan()], i2c.readfrom_mem(0x76, 0xd0, 1), i2c.readfrom_mem(0x76, 0xf7, 3))
i2c.writeto_mem(0x76, 0xf4, b"\\x27\\x28")
print(i2c.writeto(0x76, b"\\xf4"), i2c.readfrom(0x76, 2))
`;
    const output = await outputOf(source, (machine) => machine.i2c(0).device(0x76, registers));
    expect(output).toBe("['0x76'] b'`' b'\\x01\\x02\\x03'\n1 b\"'(\"\n");
    expect([...registers.subarray(0xf4, 0xf6)]).toEqual([0x27, 0x28]);
  });

  test("of an address where nobody answers is ENODEV", async () => {
    const source = `
import errno
from machine import SoftI2C, Pin
i2c = SoftI2C(scl=Pin(22), sda=Pin(21))
print(i2c.scan())
try:
    i2c.writeto(0x3c, b"\\x00")
except OSError as e:
    print(e.errno == errno.ENODEV)
`;
    expect(await outputOf(source, (machine) => machine.i2c(0).device(0x3c, new Uint8Array(4)))).toBe("[]\nTrue\n");
  });

  test("takes a device that a test has written", async () => {
    const commands: number[] = [];
    const device = {
      write: (bytes: Uint8Array) => void commands.push(...bytes),
      read: (length: number) => new Uint8Array(length).fill(commands.length),
    };
    const source = `
from machine import I2C
i2c = I2C(1)
i2c.writeto(0x44, "\\x2c\\x06")
buf = bytearray(3)
i2c.readfrom_into(0x44, buf)
print(buf)
`;
    expect(await outputOf(source, (machine) => machine.i2c(1).device(0x44, device))).toBe(
      "bytearray(b'\\x02\\x02\\x02')\n",
    );
    expect(commands).toEqual([0x2c, 0x06]);
  });

  test("has addresses from 0x08 to 0x77", async () => {
    await using scenario = new Scenario();
    const { machine } = scenario.board({ source: "" });
    expect(() => machine.i2c(0).device(0x80, new Uint8Array(1))).toThrow("an I2C address is a whole number from 0x08");
    expect(() => machine.i2c(2)).toThrow("I2C(2) does not exist; there are -1 to 1");
    await scenario.run(1);
  });
});

test("SPI gives the test what is written, and the program what the test answers, however long it is", async () => {
  const lengths: number[] = [];
  const source = `
from machine import SPI, Pin
cs = Pin(5, Pin.OUT, value=1)
spi = SPI(1, baudrate=10_000_000)
cs(0)
spi.write(b"\\x9f")
print(spi.read(3))
buf = bytearray(2)
spi.write_readinto(b"ab", buf)
cs(1)
print(buf)
spi.write(bytes(20000))
`;
  const output = await outputOf(source, (machine) => {
    machine.spi(1).onTransfer = (written) => {
      lengths.push(written.length);
      return machine.pin(5).value === 0 ? Uint8Array.from(written, (byte) => byte + 1) : new Uint8Array(0);
    };
  });
  expect(output).toBe("b'\\x01\\x01\\x01'\nbytearray(b'bc')\n");
  expect(lengths.slice(0, 3)).toEqual([1, 3, 2]);
  expect(lengths.slice(3).reduce((sum, length) => sum + length)).toBe(20_000);
});

describe("a UART", () => {
  test("carries bytes both ways, and is awaited by asyncio", async () => {
    await using scenario = new Scenario();
    const source = `
import asyncio
from machine import UART
uart = UART(1, 9600, tx=17, rx=16)
async def main():
    reader = asyncio.StreamReader(uart)
    while True:
        line = await reader.readline()
        uart.write(b"got " + line)
asyncio.run(main())
`;
    const board = scenario.board({ source });
    const gps = board.machine.uart(1);
    let heard = "";
    gps.onData = (bytes) => {
      heard += utf8.decode(bytes);
    };
    await scenario.run(100);
    gps.write("$GPGGA,1");
    await scenario.run(100);
    expect(heard).toBe("");
    gps.write("23\r\n$GPG");
    await scenario.run(100);
    expect(heard).toBe("got $GPGGA,123\r\n");
  });

  test("waits as long as it was told for what is read", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import UART
uart = UART(2, baudrate=115200, timeout=500)
print(uart.any(), uart.read(), time.ticks_ms())
print(uart.read(2), time.ticks_ms())
buf = bytearray(8)
print(uart.readinto(buf), buf)
`;
    const board = scenario.board({ source });
    await scenario.run(600);
    board.machine.uart(2).write("hello");
    await scenario.run(2000);
    expect(board.output).toBe("0 None 500\nb'he' 600\n3 bytearray(b'llo\\x00\\x00\\x00\\x00\\x00')\n");
  });

  test("drops what does not fit its buffer, and counts it", async () => {
    await using scenario = new Scenario();
    const source = "import time\nfrom machine import UART\nu = UART(1, rxbuf=16)\ntime.sleep(1)\nprint(u.read())";
    const board = scenario.board({ source });
    await scenario.run(500);
    board.machine.uart(1).write("0123456789abcdefghij");
    await scenario.run(1000);
    expect(board.output).toBe("b'0123456789abcdef'\n");
    expect(board.machine.uart(1).dropped).toBe(4);
  });
});

describe("sensors and lamps", () => {
  test("a DHT measures what the test says; without a sensor it times out", async () => {
    const source = `
import dht
from machine import Pin
sensor = dht.DHT22(Pin(4))
sensor.measure()
print(sensor.temperature(), sensor.humidity())
indoor = dht.DHT11(Pin(4))
indoor.measure()
print(indoor.temperature(), indoor.humidity())
try:
    dht.DHT22(Pin(5)).measure()
except OSError as e:
    print(e)
`;
    const setUp = (machine: Machine): void => {
      machine.dht(4).measured = { temperature: -3.26, humidity: 80.5 };
    };
    expect(await outputOf(source, setUp)).toBe("-3.3 80.5\n-3 80\n[Errno 116] ETIMEDOUT\n");
  });

  test("DS18B20 thermometers measure, in their steps, what the test says when they convert", async () => {
    const source = `
import ds18x20, onewire
from machine import Pin
sensors = ds18x20.DS18X20(onewire.OneWire(Pin(4)))
roms = sensors.scan()
print([bytes(rom).hex() for rom in roms], sensors.read_temp(roms[0]))
sensors.convert_temp()
print([sensors.read_temp(rom) for rom in roms])
try:
    ds18x20.DS18X20(onewire.OneWire(Pin(5))).convert_temp()
except onewire.OneWireError:
    print("nobody there")
`;
    const setUp = (machine: Machine): void => {
      machine.oneWire(4).set("28ff641e0f000001", 21.52);
      machine.oneWire(4).set("28ff641e0f000002", -10);
    };
    expect(await outputOf(source, setUp)).toBe(
      "['28ff641e0f000001', '28ff641e0f000002'] 85.0\n[21.5, -10.0]\nnobody there\n",
    );
  });

  test("a NeoPixel's colours stand in its pin's bitstream, green first", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import Pin
from neopixel import NeoPixel
np = NeoPixel(Pin(13), 2)
np[0] = (255, 128, 0)
np[-1] = (1, 2, 3)
np.write()
print(np[0], len(np))
time.sleep(1)
`;
    const board = scenario.board({ source });
    await scenario.run(100);
    expect([...board.machine.pin(13).bitstream]).toEqual([128, 255, 0, 2, 1, 3]);
    expect(board.output).toBe("(255, 128, 0) 2\n");
  });

  test("the chip's temperature is what the test says", async () => {
    const source = "import esp32\nprint(esp32.mcu_temperature(), esp32.raw_temperature())";
    const setUp = (machine: Machine): void => {
      machine.temperature = 40;
    };
    expect(await outputOf(source, setUp)).toBe("40 104\n");
  });
});
