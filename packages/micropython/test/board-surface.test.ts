import { Air } from "aioespnow/sim";
import { runProgram, Scenario } from "espnow-micropython";
import { expect, test } from "vitest";
import { linesOf, python } from "./on-a-board.ts";

async function linesOfEsp8266(source: string): Promise<readonly string[]> {
  await using air = new Air();
  const program = await runProgram({ source, radio: air.radio({ profile: "esp8266" }), board: "esp8266" });
  await program.exited;
  return program.output.trimEnd().split("\n");
}

test("error numbers are those of the board, in errno, in an OSError and in its message", async () => {
  const source = python`
    import dht, errno, machine
    print(errno.ETIMEDOUT, errno.errorcode[errno.ETIMEDOUT], errno.EINPROGRESS, errno.ENOTCONN, errno.ENOENT)
    try:
        dht.DHT22(machine.Pin(4)).measure()
    except OSError as e:
        print(e.errno, e)
  `;
  expect(await linesOf(source)).toEqual(["116 ETIMEDOUT 119 128 2", "116 [Errno 116] ETIMEDOUT"]);
  expect(await linesOfEsp8266(source)).toEqual(["110 ETIMEDOUT 115 107 2", "110 [Errno 110] ETIMEDOUT"]);
});

test("ESPNow.__init__ can be called, by a subclass and again", async () => {
  const source = python`
    import espnow, network
    network.WLAN(network.STA_IF).active(True)
    class Own(espnow.ESPNow):
        def __init__(self):
            espnow.ESPNow.__init__(self)
            super().__init__()
    own = Own()
    own.active(True)
    e = espnow.ESPNow()
    e.__init__()
    print(e.active(), own.active())
  `;
  expect(await linesOf(source)).toEqual(["True True"]);
  expect(await linesOfEsp8266(source)).toEqual(["True True"]);
});

test("an import of before MicroPython 1.19 says how to write it today", async () => {
  const source = python`
    try:
        from esp import espnow
    except ImportError as e:
        print(e)
  `;
  expect(await linesOf(source)).toEqual([
    '"from esp import espnow" was for MicroPython before 1.19: write "import espnow"',
  ]);
});

test("devices are printed with their settings", async () => {
  const source = python`
    import machine, network
    print(machine.UART(1, 9600, tx=machine.Pin(4), timeout=5))
    print(machine.ADC(34, atten=machine.ADC.ATTN_11DB), machine.PWM(machine.Pin(2), freq=50, duty=256))
    print(network.WLAN(network.STA_IF))
  `;
  expect(await linesOf(source)).toEqual([
    "UART(1, baudrate=9600, bits=8, parity=None, stop=1, tx=4, rx=9, rts=-1, cts=-1, txbuf=256, rxbuf=256, timeout=5, timeout_char=0)",
    "ADC(Pin(34), atten=3) PWM(Pin(2), freq=50, duty_u16=16384)",
    "<WLAN>",
  ]);
});

test("pointers of viper read and write numbers without sign", async () => {
  const source = python`
    import micropython
    @micropython.viper
    def fill(buf: ptr8) -> int:
        halves = ptr16(buf)
        halves[1] = 0x1_8234
        bytes_ = ptr8(buf)
        bytes_[0] = 255
        return int(ptr32(buf)[0])
    data = bytearray(8)
    print(hex(fill(data)), bytes(data), uint(-1))
  `;
  const printed = String.raw`0x823400ff b'\xff\x004\x82\x00\x00\x00\x00' 4294967295`;
  expect(await linesOf(source)).toEqual([printed]);
});

test("a touch pad that nobody touches, registers and log levels can be used", async () => {
  const source = python`
    import esp, machine, network
    machine.mem32[0x3FF44004] = 5
    print(machine.TouchPad(machine.Pin(4)).read() > 500, machine.mem32[0x3FF44004], esp.LOG_NONE, network.STAT_IDLE)
    esp.osdebug(None)
    esp.osdebug("*", esp.LOG_INFO)
  `;
  expect(await linesOf(source)).toEqual(["True 0 0 1000"]);
});

test("an ESP8266 has the functions of its SDK, and no query of espnow's settings", async () => {
  const source = python`
    import esp, espnow, os
    print(esp.sleep_type(), esp.sleep_type(esp.SLEEP_NONE), esp.sleep_type(), esp.freemem() > 0, esp.flash_id() > 0)
    print(os.dupterm(None, 1))
    try:
        espnow.ESPNow().config("rxbuf")
    except TypeError:
        print("TypeError")
    esp.deepsleep(1_000_000)
  `;
  await using scenario = new Scenario();
  const program = scenario.board({ source }, { board: "esp8266" });
  await scenario.run(1_500);
  const once = "2 None 0 True True\nNone\nTypeError\n";
  expect(program.output).toBe(once + once);
});

test("streams take what MicroPython's take: a number of bytes, or an offset and a number", async () => {
  const source = python`
    import sys
    print(sys.stdout.buffer.write(b"all\n"), sys.stdout.buffer.write(b"one", 1), sys.stdout.write("\n+\n", 1, 2))
  `;
  expect(await linesOf(source)).toEqual(["all", "o+", "4 1 2"]);
});

test("at its REPL, too", async () => {
  const source = python`
    import machine, sys
    sys.stdout.buffer.write(b"all\n")
    n = sys.stdout.buffer.write(b"one", 1), sys.stdout.write("\n+\n", 1, 2), machine.UART(1).write(b"12345", 1, 3)
    print(n, sys.stdin.buffer.readinto(bytearray(8), 2))
  `;
  await using scenario = new Scenario();
  const program = scenario.board({ source }, { repl: true });
  program.type("ab");
  await scenario.run(1_000);
  expect(program.output).toContain("all\no+\r\n(1, 2, 3) 2\r\n");
});

test("os.stat says what littlefs says: a kind without permissions, a size, times", async () => {
  const source = python`
    import os
    os.mkdir("data")
    with open("data/a.txt", "w") as file:
        file.write("12345")
    print(os.stat("data")[:7], os.stat("/data/a.txt")[:7], len(os.stat("/")))
  `;
  expect(await linesOf(source)).toEqual(["(16384, 0, 0, 0, 0, 0, 0) (32768, 0, 0, 0, 0, 0, 5) 10"]);
});

test("the root folder has the board's files with their sizes, and nothing of the simulator", async () => {
  const source = python`
    import os
    print(os.getcwd(), os.listdir(), os.listdir("/"), os.listdir("/lib"))
    print([(name, size) for name, kind, inode, size in os.ilistdir("lib")])
    os.chdir("lib")
    print(os.listdir(), os.listdir("/"), [e[0] for e in os.ilistdir("..")])
  `;
  const root = "['main.py', 'lib']";
  expect(await linesOf(source, { "lib/x.py": "123" })).toEqual([
    `/ ${root} ${root} ['x.py']`,
    "[('x.py', 3)]",
    `['x.py'] ${root} ${root}`,
  ]);
});
