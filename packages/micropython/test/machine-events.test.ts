import { Scenario } from "espnow-micropython";
import { describe, expect, test } from "vitest";

describe("a timer", () => {
  test("calls back with itself at exact times, in whatever the program does", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import Timer
ticks = []
def tick(timer):
    ticks.append((time.ticks_ms(), timer))
    if len(ticks) == 3:
        timer.deinit()
timer = Timer(0)
timer.init(period=250, mode=Timer.PERIODIC, callback=tick)
Timer(-1).init(freq=4, mode=Timer.ONE_SHOT, callback=lambda t: print("once", time.ticks_ms(), t))
time.sleep_ms(2000)
print(ticks)
`;
    const board = scenario.board({ source });
    await scenario.run(3000);
    expect(board.output).toBe("once 250 Timer(-1)\n[(250, Timer(0)), (500, Timer(0)), (750, Timer(0))]\n");
  });

  test("calls back in a loop that idles", async () => {
    await using scenario = new Scenario();
    const source = `
from machine import Timer, idle
done = False
def finish(timer):
    global done
    done = True
Timer(1, period=100, mode=Timer.ONE_SHOT, callback=finish)
while not done:
    idle()
print("done")
`;
    const board = scenario.board({ source });
    await scenario.until(board, /done/);
    expect(board.output).toBe("done\n");
  });

  test("that does not exist, or has no period, is refused", async () => {
    await using scenario = new Scenario();
    const source = `
from machine import Timer
for make in (lambda: Timer(7), lambda: Timer(0).init(period=0), lambda: Timer(0, callback=print)):
    try:
        make()
    except ValueError as e:
        print(e)
`;
    const board = scenario.board({ source });
    await scenario.run(10);
    expect(board.output).toBe(`invalid Timer number: there are 0 to 3, and -1 for a virtual one
a timer needs a period (milliseconds) or a freq (Hz) above 0
a timer needs a period or a freq
`);
  });
});

describe("the irq of a pin", () => {
  const BUTTON = `
import time
from machine import Pin
def pressed(pin):
    print(time.ticks_ms(), pin, pin.value())
button = Pin(0, Pin.IN, Pin.PULL_UP)
`;

  test("calls back with the pin, at the edges that were asked for", async () => {
    await using scenario = new Scenario();
    const source = `${BUTTON}
button.irq(pressed, Pin.IRQ_FALLING)
time.sleep(1)
button.irq(handler=pressed, trigger=Pin.IRQ_RISING | Pin.IRQ_FALLING)
time.sleep(1)
button.irq(None)
time.sleep(1)
`;
    const { machine } = scenario.board({ source }, { name: "box" });
    for (let press = 0; press < 3; press++) {
      await scenario.run(300);
      machine.pin(0).set(0);
      await scenario.run(100);
      machine.pin(0).set(1);
      await scenario.run(600);
    }
    expect(scenario.lines.map(({ text }) => text)).toEqual(["300 Pin(0) 0", "1300 Pin(0) 0", "1400 Pin(0) 1"]);
  });
});

describe("a pulse", () => {
  test("is measured to the microsecond: an ultrasonic sensor", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import Pin, time_pulse_us
trigger = Pin(5, Pin.OUT, value=0)
echo = Pin(18, Pin.IN)
def distance():
    trigger.on()
    time.sleep_us(10)
    trigger.off()
    return time_pulse_us(echo, 1, 30000)
print(distance())
print(distance())
`;
    const { machine } = scenario.board({ source }, { name: "sonar" });
    const { clock } = scenario;
    let isNear = true;
    machine.pin(5).onChange = (level, timeMs) => {
      if (level === 1 || !isNear) return;
      isNear = false;
      clock.schedule(timeMs + 0.5, () => machine.pin(18).set(1));
      clock.schedule(timeMs + 2.5, () => machine.pin(18).set(0));
    };
    await scenario.run(100);
    expect(scenario.lines.map(({ text }) => text)).toEqual(["2000", "-2"]);
  });

  test("that is over before the program wakes is measured: a timer of real time may be late", async () => {
    await using scenario = new Scenario();
    const source = `
from machine import Pin, time_pulse_us
echo = Pin(18, Pin.IN)
print(time_pulse_us(echo, 1, 30000), time_pulse_us(echo, 0, 30000), time_pulse_us(echo, 1, 30000))
`;
    const { machine } = scenario.board({ source }, { name: "sonar" });
    const echo = machine.pin(18);
    scenario.clock.schedule(10, () => {
      echo.apply(1, 4);
      echo.apply(0, 6);
      echo.apply(1, 7);
      echo.apply(0, 8.5);
    });
    await scenario.run(100);
    expect(scenario.lines.map(({ text }) => text)).toEqual(["1500 -1 -2"]);
  });
});

describe("the watchdog", () => {
  test("restarts a board that does not feed it", async () => {
    await using scenario = new Scenario();
    const source = `
import machine, time
print("boot", machine.reset_cause() == machine.WDT_RESET)
wdt = machine.WDT(timeout=2000)
for i in range(3):
    time.sleep_ms(1500)
    wdt.feed()
print("stuck")
while True:
    time.sleep_ms(100)
`;
    scenario.board({ source }, { name: "board" });
    await scenario.run(7000);
    expect(scenario.lines.map(({ timeMs, text }) => `${timeMs} ${text}`)).toEqual([
      "0 boot False",
      "4500 stuck",
      "6501 boot True",
    ]);
  });
});
