import { Air } from "aioespnow/sim";
import { type BoardName, type Machine, runProgram, Scenario } from "espnow-micropython";
import { describe, expect, test } from "vitest";

/** Runs a program to its end on a board of a virtual air: all that it printed. */
async function outputOf(source: string, { board = "esp32" as BoardName, setUp = (_: Machine) => {} } = {}) {
  await using air = new Air();
  const radio = air.radio({ mac: "24:0a:c4:12:34:56", profile: board });
  const program = await runProgram({ source, radio, board });
  setUp(program.machine);
  await program.exited;
  return program.output;
}

describe("the chip", () => {
  test("has its station's address as its id, an ESP8266 the end of it backwards", async () => {
    const source = "import machine\nprint(machine.unique_id().hex(), machine.freq())";
    expect(await outputOf(source)).toBe("240ac4123456 160000000\n");
    expect(await outputOf(source, { board: "esp8266" })).toBe("56341200 80000000\n");
  });

  test("begins anew at a reset, and tells why; nothing of the program runs on", async () => {
    const source = `
import machine
print(machine.reset_cause() == machine.PWRON_RESET, machine.reset_cause() == machine.HARD_RESET)
if machine.reset_cause() == machine.PWRON_RESET:
    try:
        machine.reset()
    finally:
        print("never")
`;
    expect(await outputOf(source)).toBe("True False\nFalse True\n");
  });

  test("has the numbers of an ESP8266 for its causes where it is one", async () => {
    const source = `
import machine
print(machine.reset_cause(), machine.DEEPSLEEP_RESET)
if machine.reset_cause() == 0:
    machine.soft_reset()
`;
    expect(await outputOf(source, { board: "esp8266" })).toBe("0 5\n4 5\n");
  });

  test("sleeps deeply: RTC memory and the calendar stay, RAM does not", async () => {
    const source = `
import machine
rtc = machine.RTC()
count = int(rtc.memory() or b"0")
print(count, machine.reset_cause() == machine.DEEPSLEEP_RESET, machine.wake_reason() == machine.TIMER_WAKE, rtc.datetime())
rtc.memory(str(count + 1))
if count == 0:
    rtc.datetime((2026, 11, 23, 0, 23, 59, 30, 0))
if count < 2:
    machine.deepsleep(60_000)
`;
    expect(await outputOf(source)).toBe(
      `0 False False (2000, 1, 1, 5, 0, 0, 0, 0)
1 True True (2026, 11, 24, 1, 0, 0, 30, 0)
2 True True (2026, 11, 24, 1, 0, 1, 30, 0)
`,
    );
  });

  test("keeps in NVS what it is told, and says what it does not have", async () => {
    const source = `
import esp32, machine
nvs = esp32.NVS("radio")
if machine.reset_cause() == machine.PWRON_RESET:
    try:
        nvs.get_i32("channel")
    except OSError as e:
        print(e)
    nvs.set_i32("channel", -6)
    nvs.set_blob("peer", b"\\x01\\x02")
    nvs.commit()
    machine.reset()
peer = bytearray(4)
print(nvs.get_i32("channel"), nvs.get_blob("peer", peer), peer)
`;
    expect(await outputOf(source)).toBe("(-4354, 'ESP_ERR_NVS_NOT_FOUND')\n-6 2 bytearray(b'\\x01\\x02\\x00\\x00')\n");
  });

  test("refuses RTC memory that does not fit", async () => {
    const source = `
import machine
try:
    machine.RTC().memory(bytes(2049))
except ValueError as e:
    print(e)
`;
    expect(await outputOf(source)).toBe("buffer too long: RTC memory holds 2048 bytes, not 2049\n");
  });
});

describe("a pin", () => {
  test("reads what the test applies, then what its pull resistor makes of it", async () => {
    const source = `
from machine import Pin
button = Pin(0, Pin.IN, Pin.PULL_UP)
floating = Pin(4, Pin.IN)
print(button.value(), floating(), Pin(0) is button, button, Pin(12, Pin.IN).value())
`;
    const setUp = (machine: Machine): void => machine.pin(12).set(1);
    expect(await outputOf(source, { setUp })).toBe("1 0 True Pin(0) 1\n");
  });

  test("shows the test what the program drives", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import Pin, Signal
led = Pin(2, Pin.OUT, value=1)
lamp = Signal(Pin(5, Pin.OUT), invert=True)
lamp.on()
time.sleep_ms(100)
led.toggle()
lamp.off()
time.sleep_ms(100)
`;
    const { machine } = scenario.board({ source });
    const seen: string[] = [];
    machine.pin(2).onChange = (level, timeMs) => seen.push(`${timeMs} ${level}`);
    await scenario.run(50);
    expect([machine.pin(2).value, machine.pin(5).value]).toEqual([1, 0]);
    await scenario.run(100);
    expect([machine.pin(2).value, machine.pin(5).value]).toEqual([0, 1]);
    await scenario.run(100);
    expect(seen).toEqual(["0 1", "100 0"]);
  });

  test("that the program drives cannot be set from outside, and is let go when the program ends", async () => {
    await using scenario = new Scenario();
    const program = scenario.board({
      source: "from machine import Pin\nimport time\nPin(2, Pin.OUT, value=1)\ntime.sleep(1)",
    });
    await scenario.run(500);
    expect(() => program.machine.pin(2).set(1)).toThrow("pin 2 is an output of the program: read it with .value");
    await scenario.run(1000);
    expect(program.machine.pin(2).value).toBe(0);
  });

  test("of an open drain is high until one side pulls it low", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import Pin
wire = Pin(4, Pin.OPEN_DRAIN, value=1)
time.sleep(1)
print(wire.value())
wire(0)
time.sleep(1)
`;
    const program = scenario.board({ source });
    const wire = program.machine.pin(4);
    await scenario.run(500);
    expect(wire.value).toBe(1);
    wire.set(0);
    await scenario.run(1000);
    expect(program.output).toBe("0\n");
    expect(wire.isOutput).toBe(true);
  });

  test("that a board does not have is refused", async () => {
    const source = `
from machine import Pin
for id in (99, -1, "A0"):
    try:
        Pin(id, Pin.OUT)
    except ValueError as e:
        print(e)
`;
    expect(await outputOf(source)).toBe(
      "invalid pin: Pin(99); this board has 0 to 48\ninvalid pin: Pin(-1); this board has 0 to 48\ninvalid pin\n",
    );
    await using air = new Air();
    const { machine } = await runProgram({ source: "", radio: air.radio(), board: "esp8266" });
    expect(() => machine.pin(17)).toThrow(RangeError);
    expect(() => machine.adc(3)).toThrow("ADC(3); this board has only 0");
  });
});

describe("analog", () => {
  test("inputs are what the test says, in the program's resolution", async () => {
    const source = `
from machine import ADC, Pin
adc = ADC(Pin(34), atten=ADC.ATTN_11DB)
print(adc.read_u16(), adc.read(), adc.read_uv(), ADC(35).read())
adc.width(ADC.WIDTH_9BIT)
print(adc.read())
`;
    const setUp = (machine: Machine): void => {
      machine.adc(34).value = 32_768;
    };
    expect(await outputOf(source, { setUp })).toBe("32768 2048 1225018 0\n256\n");
    expect(await outputOf("import machine\nprint(machine.ADC(0).read())", { board: "esp8266" })).toBe("0\n");
  });

  test("outputs tell frequency and duty cycle", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import PWM, Pin
pwm = PWM(Pin(2), 1000, duty=256)
print(pwm.freq(), pwm.duty(), pwm.duty_u16(), pwm.duty_ns())
time.sleep(1)
pwm.duty_u16(65535)
time.sleep(1)
pwm.deinit()
`;
    const program = scenario.board({ source });
    const pwm = program.machine.pwm(2);
    await scenario.run(500);
    expect([pwm.freq, pwm.dutyU16, pwm.duty.toFixed(2)]).toEqual([1000, 16_384, "0.25"]);
    await scenario.run(1000);
    expect(pwm.duty).toBe(1);
    await scenario.run(1000);
    expect(pwm.freq).toBe(0);
    expect(program.output).toBe("1000 256 16384 250003\n");
  });
});
