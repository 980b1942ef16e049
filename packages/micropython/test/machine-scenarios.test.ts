import { Scenario } from "espnow-micropython";
import { describe, expect, test } from "vitest";

const GATEWAY = "24:0a:c4:00:00:00";

/** Beacons that a battery sensor sends and sleeps between, and what counts its boots. */
const SENSOR = `
import espnow, json, machine, network
from machine import ADC, RTC, Pin
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
e = espnow.ESPNow()
e.active(True)
gateway = b"\\x24\\x0a\\xc4\\x00\\x00\\x00"
e.add_peer(gateway)
rtc = RTC()
state = json.loads(rtc.memory()) if rtc.memory() else {"n": 0, "lost": 0}
state["n"] += 1
if not e.send(gateway, json.dumps({"n": state["n"], "soil": ADC(Pin(34)).read()})):
    state["lost"] += 1
rtc.memory(json.dumps(state))
sta.active(False)
machine.deepsleep(60_000)
`;

const COLLECTOR = `
import espnow, json, network
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
for mac, msg in e:
    reading = json.loads(msg)
    print(mac[5], reading["n"], reading["soil"])
`;

describe("a greenhouse of ten battery sensors", () => {
  test("tells its gateway every minute how dry the soil is", async () => {
    await using scenario = new Scenario({ seed: 3 });
    scenario.board({ source: COLLECTOR }, { mac: GATEWAY, name: "gateway" });
    const sensors = Array.from({ length: 10 }, (_, index) =>
      scenario.board({ source: SENSOR }, { mac: `24:0a:c4:00:00:${(index + 1).toString(16).padStart(2, "0")}` }),
    );
    for (const [index, { machine }] of sensors.entries()) machine.adc(34).value = 16 * (1000 + index);
    await scenario.run(150_000);
    const lines = scenario.lines.map(({ text }) => text).sort();
    const expected = sensors.flatMap((_, index) => [1, 2, 3].map((n) => `${index + 1} ${n} ${1000 + index}`));
    expect(lines).toEqual(expected.sort());
  });

  test("counts in RTC memory what was lost while the gateway was away", async () => {
    await using scenario = new Scenario();
    const { machine } = scenario.board({ source: SENSOR });
    await scenario.run(150_000);
    expect(JSON.parse(new TextDecoder().decode(machine.rtcMemory))).toEqual({ n: 3, lost: 3 });
  });
});

const BUTTON_BOX = `
import espnow, network, time
from machine import Pin
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
lamp = b"\\x24\\x0a\\xc4\\x00\\x00\\x00"
e.add_peer(lamp)
levels = {12: b"0", 13: b"32768", 14: b"65535"}
pressed = []
last = 0
def on_press(pin):
    global last
    if time.ticks_diff(time.ticks_ms(), last) > 50:  # contacts bounce
        pressed.append(pin)
    last = time.ticks_ms()
buttons = {Pin(id, Pin.IN, Pin.PULL_UP): level for id, level in levels.items()}
for button in buttons:
    button.irq(on_press, Pin.IRQ_FALLING)
while True:
    while pressed:
        print(e.send(lamp, buttons[pressed.pop(0)]))
    time.sleep_ms(10)
`;

const LAMP = `
import espnow, network
from machine import PWM, Pin
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
pwm = PWM(Pin(2), freq=1000, duty_u16=0)
while True:
    host, msg = e.recv()
    pwm.duty_u16(int(msg))
`;

describe("a button box and a lamp", () => {
  test("the lamp is as bright as the button says, at one press for all its bouncing", async () => {
    await using scenario = new Scenario();
    const box = scenario.board({ source: BUTTON_BOX }, { name: "box" });
    const lamp = scenario.board({ source: LAMP }, { mac: GATEWAY, name: "lamp" });
    await scenario.run(100);
    const seen: number[] = [];
    lamp.machine.pwm(2).onChange = ({ dutyU16 }) => seen.push(dutyU16);
    for (const button of [14, 13, 12]) {
      for (const level of [0, 1, 0, 1, 0] as const) {
        box.machine.pin(button).set(level);
        await scenario.run(5);
      }
      await scenario.run(100);
      box.machine.pin(button).release();
      await scenario.run(100);
    }
    expect(seen).toEqual([65_535, 32_768, 0]);
    expect(box.output).toBe("True\nTrue\nTrue\n");
  });
});
