import { AIOESPNow, WLAN } from "aioespnow";
import { Scenario } from "espnow-micropython";
import { describe, expect, test } from "vitest";

const BOARD = "24:0a:c4:00:00:01";
const GATEWAY = "24:0a:c4:00:00:02";

/** A gateway in TypeScript that is a peer of the board. */
function gatewayOn(scenario: Scenario): AIOESPNow {
  const radio = scenario.air.radio({ mac: GATEWAY });
  new WLAN(WLAN.IF_STA, radio).active(true);
  const gateway = new AIOESPNow(radio);
  gateway.active(true);
  gateway.addPeer(BOARD);
  return gateway;
}

const ESPNOW = `
import espnow, esp32, machine, network, time
from machine import Pin
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
e = espnow.ESPNow()
e.active(True)
`;

describe("light sleep", () => {
  test("loses what is sent meanwhile, which nobody acknowledges, and keeps peers and the interface", async () => {
    await using scenario = new Scenario();
    const source = `${ESPNOW}
gateway = b"\\x24\\x0a\\xc4\\x00\\x00\\x02"
e.add_peer(gateway)
start = time.ticks_ms()
machine.lightsleep(1000)
print("awake", time.ticks_diff(time.ticks_ms(), start), sta.active(), e.peer_count(), machine.wake_reason() == machine.TIMER_WAKE)
print(e.recv(1000)[1])
print(e.send(gateway, b"thanks"))
`;
    const board = scenario.board({ source }, { mac: BOARD });
    const gateway = gatewayOn(scenario);
    await scenario.run(500);
    expect(await scenario.settled(gateway.asend(BOARD, "asleep?"))).toBe(false);
    await scenario.run(1000 - scenario.clock.now() + 1);
    expect(await scenario.settled(gateway.asend(BOARD, "awake?"))).toBe(true);
    await scenario.run(100);
    expect(board.output).toBe("awake 1000 True (1, 0) True\nb'awake?'\nTrue\n");
  });

  test("of a sensor that switches its interface off before, as boards ask for, goes on for ever", async () => {
    await using scenario = new Scenario();
    const source = `${ESPNOW}
gateway = b"\\x24\\x0a\\xc4\\x00\\x00\\x02"
e.add_peer(gateway)
while True:
    sta.active(True)
    sta.config(channel=1)
    print(time.ticks_ms() // 1000, e.send(gateway, b"reading"))
    sta.active(False)
    machine.lightsleep(10_000)
`;
    const board = scenario.board({ source }, { mac: BOARD });
    gatewayOn(scenario);
    await scenario.run(25_000);
    expect(board.output).toBe("0 True\n10 True\n20 True\n");
  });

  test("ends when a pin wakes the board, at once where it is at the level already", async () => {
    await using scenario = new Scenario();
    const source = `${ESPNOW}
esp32.wake_on_ext0(Pin(0, Pin.IN, Pin.PULL_UP), esp32.WAKEUP_ALL_LOW)
machine.lightsleep()
print(time.ticks_ms(), machine.wake_reason() == machine.EXT0_WAKE)
machine.lightsleep(1000)
print(time.ticks_ms())
`;
    const board = scenario.board({ source });
    await scenario.run(700);
    board.machine.pin(0).set(0);
    await scenario.run(2000);
    expect(board.output).toBe("700 True\n700\n");
  });

  test("ends at Ctrl-C, with the radio on again", async () => {
    await using scenario = new Scenario();
    const source = `${ESPNOW}
try:
    machine.lightsleep()
except KeyboardInterrupt:
    print(time.ticks_ms(), sta.active())
`;
    const board = scenario.board({ source });
    await scenario.run(700);
    board.interrupt();
    await scenario.run(100);
    expect(board.output).toBe("700 True\n");
  });

  test("holds back timers until the board wakes", async () => {
    await using scenario = new Scenario();
    const source = `${ESPNOW}
machine.Timer(0, period=100, mode=machine.Timer.PERIODIC, callback=lambda t: print(time.ticks_ms()))
time.sleep_ms(150)
machine.lightsleep(500)
time.sleep_ms(100)
`;
    const board = scenario.board({ source });
    await scenario.run(1000);
    expect(board.output).toBe("100\n650\n700\n");
  });
});

describe("deep sleep", () => {
  test("of a board whose pin wakes it at once lets time pass", async () => {
    await using scenario = new Scenario();
    const source = `${ESPNOW}
esp32.wake_on_ext0(Pin(0, Pin.IN), esp32.WAKEUP_ALL_LOW)
print(machine.wake_reason())
machine.deepsleep(1000)
`;
    const board = scenario.board({ source });
    await scenario.run(3);
    expect(board.output).toBe("0\n2\n2\n2\n");
  });

  test("switches the radio off, forgets its peers, and begins the program anew", async () => {
    await using scenario = new Scenario();
    const source = `
import machine, network, time
print(time.ticks_ms(), machine.reset_cause() == machine.DEEPSLEEP_RESET, network.WLAN(network.WLAN.IF_STA).active())
${ESPNOW}
print(e.peer_count())
e.add_peer(b"\\x24\\x0a\\xc4\\x00\\x00\\x02")
print(e.send(b"\\x24\\x0a\\xc4\\x00\\x00\\x02", b"reading"))
machine.deepsleep(10_000)
`;
    const board = scenario.board({ source }, { mac: BOARD });
    const gateway = gatewayOn(scenario);
    await scenario.run(5000);
    expect(await scenario.settled(gateway.asend(BOARD, "asleep?"))).toBe(false);
    await scenario.run(6000);
    const once = "(0, 0)\nTrue\n";
    expect(board.output).toBe(`0 False False\n${once}0 True False\n${once}`);
    expect([gateway.recv(0), gateway.recv(0), gateway.recv(0)].map(([, message]) => message?.length)).toEqual([
      7,
      7,
      undefined,
    ]);
  });

  test("without a time lasts until a pin wakes the board", async () => {
    await using scenario = new Scenario();
    const source = `
import machine, esp32
print(machine.wake_reason() == machine.EXT1_WAKE)
esp32.wake_on_ext1((machine.Pin(4, machine.Pin.IN), machine.Pin(5, machine.Pin.IN)), esp32.WAKEUP_ANY_HIGH)
machine.deepsleep()
`;
    const board = scenario.board({ source });
    await scenario.run(3_600_000);
    expect(board.output).toBe("False\n");
    board.machine.pin(5).set(1);
    board.machine.pin(5).set(0);
    await scenario.run(1000);
    expect(board.output).toBe("False\nTrue\n");
  });

  test("ends when a button pulls down a pin that its pull resistor keeps high", async () => {
    await using scenario = new Scenario();
    const source = `
import machine, esp32
print(machine.wake_reason() == machine.PIN_WAKE)
esp32.wake_on_ext0(machine.Pin(0, machine.Pin.IN, machine.Pin.PULL_UP), esp32.WAKEUP_ALL_LOW)
machine.deepsleep(60_000)
`;
    const board = scenario.board({ source });
    await scenario.run(10_000);
    board.machine.pin(0).set(0);
    board.machine.pin(0).release();
    await scenario.run(1000);
    expect(board.output).toBe("False\nTrue\n");
  });

  test("of an ESP8266 lasts until its alarm", async () => {
    await using scenario = new Scenario();
    const source = `
import machine
print(machine.reset_cause() == machine.DEEPSLEEP_RESET)
rtc = machine.RTC()
rtc.irq(trigger=rtc.ALARM0, wake=machine.DEEPSLEEP)
rtc.alarm(rtc.ALARM0, 10_000)
machine.deepsleep()
`;
    scenario.board({ source }, { board: "esp8266" });
    await scenario.run(25_000);
    expect(scenario.lines.map(({ timeMs, text }) => `${timeMs} ${text}`)).toEqual([
      "0 False",
      "10000 True",
      "20000 True",
    ]);
  });

  test("keeps the board's files", async () => {
    await using scenario = new Scenario();
    const source = `
import machine
with open("log.txt", "a") as log:
    log.write("boot ")
print(open("log.txt").read())
machine.deepsleep(1000)
`;
    const board = scenario.board({ source });
    await scenario.run(2500);
    expect(board.output).toBe("boot \nboot boot \nboot boot boot \n");
  });
});
