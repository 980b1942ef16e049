/** Calls of the documentation of `machine`, `esp32`, `esp`, `network` and `onewire` that programs make now and then. */
import { Scenario, type ScenarioBoardOptions } from "espnow-micropython";
import { adviceFor, Ds18b20, Gps } from "espnow-micropython/hardware";
import { expect, test } from "vitest";
import { linesOf, python } from "./on-a-board.ts";

type Board = ReturnType<Scenario["board"]>;

/** What a program prints in some milliseconds on a board that `setUp` has wired. */
async function outputOf(
  source: string,
  setUp: (board: Board, scenario: Scenario) => unknown = () => undefined,
  ms = 5_000,
  options: ScenarioBoardOptions = {},
): Promise<string> {
  await using scenario = new Scenario();
  const board = scenario.board({ source }, options);
  await setUp(board, scenario);
  await scenario.run(ms);
  return board.output;
}

test("esp32.RMT: pulses take their time, and the test sees them", async () => {
  const source = python`
    import time
    from esp32 import RMT
    from machine import Pin
    rmt = RMT(0, pin=Pin(23), clock_div=80, tx_carrier=(38000, 33, 1))
    print(rmt, rmt.clock_div(), RMT.source_freq())
    start = time.ticks_ms()
    rmt.write_pulses([9000, 4500, 560], 1)
    print(rmt.wait_done(), rmt.wait_done(timeout=100), time.ticks_diff(time.ticks_ms(), start))
    rmt.write_pulses(100, (0, 1, 0))
    rmt.write_pulses((1000, 2000), (1, 1))
    for wrong in (lambda: rmt.write_pulses([1, 2], [1]), lambda: rmt.write_pulses([0]), lambda: RMT(0)):
        try:
            wrong()
        except ValueError as e:
            print(e)
  `;
  let pulses: Board["machine"] | undefined;
  const output = await outputOf(source, async (board, scenario) => {
    await scenario.run(10);
    expect(board.machine.pin(23).pulses).toEqual([
      { level: 1, us: 9000 },
      { level: 0, us: 4500 },
      { level: 1, us: 560 },
    ]);
    pulses = board.machine;
  });
  expect(pulses?.pin(23).pulses).toEqual([
    { level: 1, us: 1000 },
    { level: 1, us: 2000 },
  ]);
  expect(output).toBe(
    "RMT(pin=23, source_freq=80000000, resolution_hz=1000000, idle_level=0) 80 80000000\nFalse True 14\n" +
      "duration and data must have the same number of entries, at least one\n" +
      "duration must be from 1 to 32767\nRMT needs a pin\n",
  );
});

test("a touch pad below its threshold ends light and deep sleep, once esp32.wake_on_touch() wants it", async () => {
  const source = python`
    import esp32, machine
    from machine import Pin, TouchPad
    print("begins", machine.wake_reason() == machine.TOUCHPAD_WAKE)
    pad = TouchPad(Pin(14))
    machine.lightsleep(1000)
    print("not wanted", machine.wake_reason() == machine.TIMER_WAKE)
    pad.config(500)
    esp32.wake_on_touch(True)
    machine.lightsleep(1000)
    print("touched", machine.wake_reason() == machine.TOUCHPAD_WAKE, pad.read())
    machine.deepsleep()
  `;
  const touch = (board: Board, value: number): void => {
    board.machine.touch(14).value = value;
  };
  const output = await outputOf(
    source,
    async (board, scenario) => {
      await scenario.run(500);
      touch(board, 100);
      await scenario.run(200);
      touch(board, 1000);
      await scenario.run(500);
      touch(board, 100);
      touch(board, 1000);
      await scenario.run(1000);
      expect(board.output).toBe("begins False\nnot wanted True\ntouched True 1000\n");
      touch(board, 100);
    },
    10,
  );
  expect(output).toMatch(/touched True 1000\nbegins True\n$/);
});

test("UART.irq calls back when something has come", async () => {
  const source = python`
    import time
    from machine import UART
    uart = UART(2, 9600)
    lines = []
    irq = uart.irq(lambda u: lines.append(u.readline()), UART.IRQ_RXIDLE)
    time.sleep_ms(2500)
    print(len(lines), lines[0][:6], irq.flags() == UART.IRQ_RXIDLE)
    uart.irq(None, 0)
    uart.read()
    time.sleep(1)
    print(len(lines), uart.any() > 0)
    try:
        uart.irq(print, 7000)
    except ValueError as e:
        print(e)
  `;
  const output = await outputOf(source, ({ machine }) => new Gps(machine, { uart: 2 }));
  expect(output).toBe("2 b'$GPRMC' True\n2 True\ntrigger 0x1b58 unsupported\n");
});

test("a 1-Wire bus takes bytes and bits, and a DS18B20 has its scratchpad", async () => {
  const source = python`
    import ds18x20, onewire
    from machine import Pin
    wire = onewire.OneWire(Pin(4))
    sensors = ds18x20.DS18X20(wire)
    first, second = sensors.scan()
    print(bytes(sensors.read_scratch(first)), sensors.read_temp(first))
    sensors.write_scratch(first, b"\x00\x00\x1f")
    sensors.convert_temp()
    print(sensors.read_temp(first), sensors.read_temp(second))
    wire.select_rom(second)
    for bit in range(8):
        wire.writebit(0xbe >> bit & 1)
    low = sum(wire.readbit() << bit for bit in range(8))
    rest = bytearray(8)
    wire.readinto(rest)
    print(low | rest[0] << 8, wire.crc8(bytes((low,)) + rest), wire.readbyte())
    wire.select_rom(b"\x28" + bytes(7))
    wire.writebyte(0xbe)
    print(wire.readbyte(), wire.readbit())
  `;
  const output = await outputOf(source, ({ machine }) => {
    new Ds18b20(machine, { pin: 4, temperature: 21.3125 });
    new Ds18b20(machine, { pin: 4, temperature: -10.125 });
  });
  expect(output).toBe("b'P\\x05KF\\x7f\\xff\\x0c\\x10\\x1c' 85.0\n21.0 -10.125\n65374 0 255\n255 1\n");
});

test("I2C and SoftI2C show their settings, and SoftI2C takes a transfer step by step", async () => {
  const source = python`
    from machine import I2C, Pin, SoftI2C
    print(I2C(0), I2C(1, scl=Pin(5), sda=4, freq=100000), SoftI2C(Pin(22), Pin(21)), I2C(scl=Pin(5), sda=Pin(4)))
    i2c = SoftI2C(Pin(22), Pin(21))
    i2c.start()
    print(i2c.write(b"\x40\x02\x07"))
    i2c.stop()
    i2c.start()
    i2c.write(b"\x40\x02")
    i2c.start()
    i2c.write(b"\x41")
    data = bytearray(2)
    i2c.readinto(data)
    i2c.stop()
    print(data, i2c.write(b"\x10"))
  `;
  const output = await outputOf(source, ({ machine }) => machine.i2c(-1).device(0x20, new Uint8Array(4)));
  expect(output).toBe(
    "I2C(0, scl=18, sda=19, freq=400000, timeout=50000) I2C(1, scl=5, sda=4, freq=100000, timeout=50000) " +
      "SoftI2C(scl=22, sda=21, freq=400000) SoftI2C(scl=5, sda=4, freq=400000)\n" +
      "3\nbytearray(b'\\x07\\x00') 0\n",
  );
});

test("a Pin has no methods of other ports", async () => {
  const source = python`
    from machine import Pin
    print([name for name in ("mode", "pull", "drive", "low", "high", "toggle", "value") if hasattr(Pin(4), name)])
  `;
  expect(await linesOf(source)).toEqual(["['toggle', 'value']"]);
});

test("SPI and SoftSPI show their settings, and init() changes them", async () => {
  const source = python`
    from machine import Pin, SoftSPI, SPI
    spi = SPI(2, baudrate=80000, sck=Pin(18), mosi=23)
    spi.init(1000000, polarity=1, miso=Pin(19))
    print(spi)
    print(SoftSPI(sck=Pin(1), mosi=Pin(2), miso=Pin(3)))
    try:
        SPI(1, speed=3)
    except TypeError as e:
        print("TypeError")
  `;
  expect(await linesOf(source)).toEqual([
    "SPI(id=2, baudrate=1000000, polarity=1, phase=0, bits=8, firstbit=0, sck=18, mosi=23, miso=19)",
    "SoftSPI(baudrate=500000, polarity=0, phase=0, sck=1, mosi=2, miso=3)",
    "TypeError",
  ]);
});

test("settings of an access point are not those of a station, nor the other way round", async () => {
  const source = python`
    import network
    sta, ap = network.WLAN(network.STA_IF), network.WLAN(network.AP_IF)
    sta.active(True)
    ap.active(True)
    print(ap.config("ssid") == "ESP_%02X%02X%02X" % tuple(ap.config("mac")[3:]), repr(sta.config("ssid")))
    ap.config(ssid="box", key="secret12", security=3, hidden=True, max_clients=2)
    print(ap.config("ssid"), ap.config("hidden"), ap.config("security"), sta.ipconfig("has_autoconf6"))
    def refused(call, *args, **kwargs):
        try:
            call(*args, **kwargs)
        except OSError as e:
            print(e)
    refused(sta.config, essid="box")
    refused(sta.config, password="secret12")
    refused(sta.config, "authmode")
    refused(ap.config, "reconnects")
    refused(ap.scan)
  `;
  expect(await linesOf(source)).toEqual([
    "True ''",
    "box True 3 False",
    "AP required",
    "AP required",
    "AP required",
    "STA required",
    "STA required",
  ]);
});

test("esp reads erased flash, and what is written to it is remarked on; dir() works on it", async () => {
  const source = python`
    import esp, esp32
    data = bytearray(2)
    esp.flash_read(0x1000, data)
    print(data, esp.flash_read(0, 1), "flash_size" in dir(esp), hasattr(esp, "espnow"))
    print(esp32.gpio_deep_sleep_hold(True), len(esp32.idf_heap_info(esp32.HEAP_DATA)[0]), esp32.wake_on_ulp(False))
    esp.flash_erase(1)
    esp.flash_write(4096, b"x")
  `;
  await outputOf(source, async (board, scenario) => {
    await scenario.run(10);
    expect(board.output).toBe("bytearray(b'\\xff\\xff') b'\\xff' True False\nNone 4 None\n");
    expect(adviceFor(board.machine)).toEqual([
      { text: "it wrote to the flash by the module esp: what is written there is lost here", isDevice: false },
    ]);
  });
});

test("an ESP8266 has the numbers of its SDK for the states of its station", async () => {
  const source = python`
    import network, time
    sta = network.WLAN(network.STA_IF)
    sta.active(True)
    print(sta.status() == network.STAT_IDLE, hasattr(network, "STAT_ASSOC_FAIL"), network.STAT_CONNECT_FAIL)
    sta.connect("home")
    print(sta.status())
    time.sleep(3)
    print(sta.status(), sta.isconnected(), network.phy_mode(), network.phy_mode(network.MODE_11B), network.phy_mode())
  `;
  const options = { board: "esp8266", accessPoint: { ssid: "home" } } as const;
  expect(await outputOf(source, undefined, undefined, options)).toBe("True False 4\n1\n5 True 3 None 1\n");
});

test("a counter of edges that is not there says what counts instead, and is an ImportError", async () => {
  const source = python`
    try:
        from machine import Encoder
    except ImportError as e:
        print(e)
  `;
  expect(await linesOf(source)).toEqual(["machine.Encoder: a simulated board has none; count edges with Pin.irq()"]);
});

test("a function in assembler can be defined, and its call says that it cannot run", async () => {
  const source = python`
    import micropython
    @micropython.asm_xtensa
    def blink(a2):
        label(LOOP)
        addi(a2, a2, -1)
        bnez(a2, LOOP)
    try:
        blink(3)
    except NotImplementedError as e:
        print(e)
  `;
  expect(await linesOf(source)).toEqual(["a simulated board runs bytecode: it cannot run a function in assembler"]);
});

test("os.dupterm gives a stream what is printed, and what sys.stdout and tracebacks write", async () => {
  const source = python`
    import io, os, sys
    class Stream(io.IOBase):
        def __init__(self):
            self.data = b""
        def write(self, data):
            print("seen once")
            self.data += data
            return len(data)
        def readinto(self, data):
            return None
    stream = Stream()
    print(os.dupterm(stream))
    print("a", 1, sep="-")
    print("elsewhere", file=io.StringIO())
    sys.stdout.write("b\n")
    try:
        1 / 0
    except ZeroDivisionError as e:
        sys.print_exception(e)
    print(os.dupterm(None) is stream)
    print("not to it")
    print(stream.data)
  `;
  const lines = (await linesOf(source)).filter((line) => line !== "seen once");
  const traceback = ["Traceback (most recent call last):", '  File "main.py", line 17, in <module>'];
  expect(lines).toEqual([
    "None",
    "a-1",
    "b",
    ...traceback,
    "ZeroDivisionError: divide by zero",
    "True",
    "not to it",
    `b'a-1\\r\\nb\\r\\n${traceback.join("\\r\\n")}\\r\\nZeroDivisionError: divide by zero\\r\\n'`,
  ]);
});

test("btree keeps its entries in order, in a file, over restarts of the board", async () => {
  const source = python`
    import btree, machine
    try:
        file = open("log.db", "r+b")
    except OSError:
        file = open("log.db", "w+b")
    db = btree.open(file)
    print(list(db))
    for i in (3, 1, 2):
        db["%d" % i] = b"v%d" % i
    print(db[b"2"], db.get("9"), db.get("9", 0), "1" in db)
    print(list(db.keys("2")), list(db.values(None, "3")), list(db.items("2", "1", btree.DESC | btree.INCL)))
    try:
        db["9"]
    except KeyError as e:
        print(e)
    del db["3"]
    db.close()
    file.close()
    try:
        btree.open(open("main.py", "r+b"))
    except OSError as e:
        print(e)
    if machine.reset_cause() == machine.PWRON_RESET:
        machine.reset()
  `;
  const once =
    "b'v2' None 0 True\n[b'2', b'3'] [b'v1', b'v2'] [(b'2', b'v2'), (b'1', b'v1')]\nb'9'\n[Errno 22] EINVAL\n";
  expect(await outputOf(source)).toBe(`[]\n${once}[b'1', b'2']\n${once}`);
});
