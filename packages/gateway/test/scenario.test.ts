import { toMac } from "aioespnow";
import { Scenario } from "espnow-micropython";
import { expect, test } from "vitest";
import { faultsOfDiscovery } from "./bridge/discovery-validator.ts";
import { EPOCH_MS, openHouse } from "./house.ts";

const GATEWAY = "02:00:00:00:00:fe";
const SENSOR = "02:00:00:00:00:a1";
const LAMP = "02:00:00:00:00:a2";
const SHED = "02:00:00:00:00:a3";
const MINUTE = 60_000;

const START = `
import json, espnow, machine, network, time
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
gateway = bytes.fromhex("${GATEWAY.replaceAll(":", "")}")
e.add_peer(gateway)
`;

/** Wakes each ten minutes, says what it measures, listens for 50 ms, and sleeps again. */
const DEEP_SLEEPER = `${START}
counter = machine.RTC().memory()
count = (counter[0] if counter else 0) + 1
e.send(gateway, json.dumps({"temperature": 20 + count / 2, "battery": 87}))
mac, msg = e.recv(50)
if msg:
    print("woken up, told", msg.decode())
machine.RTC().memory(bytes([count]))
time.sleep_ms(2)
machine.deepsleep(600_000)
`;

/** A lamp that says what it is whenever it is told, and each minute. */
const ACTUATOR = `${START}
lamp = machine.Pin(2, machine.Pin.OUT, value=0)
while True:
    e.send(gateway, json.dumps({"on": bool(lamp.value())}))
    mac, msg = e.recv(60_000)
    if msg:
        lamp.value(json.loads(msg)["on"])
        print("lamp", lamp.value())
`;

test("unmodified MicroPython nodes reach Home Assistant, and commands reach them", async () => {
  await using scenario = new Scenario({ seed: 1 });
  await using house = openHouse([scenario.air.radio({ mac: GATEWAY, profile: "host" })], { autoAccept: true });
  const { gateway, broker } = house;
  const sensor = scenario.board({ source: DEEP_SLEEPER }, { mac: SENSOR, name: "sensor" });
  const lamp = scenario.board({ source: ACTUATOR }, { mac: LAMP, name: "lamp" });
  await scenario.run(MINUTE);

  // What they say is published, and they are discovered.
  const sensorTopic = "espnow/0200000000a1";
  expect(house.retained(sensorTopic)).toMatchObject({
    temperature: 20.5,
    battery: 87,
    gateway_rssi: expect.any(Number),
  });
  expect(house.retained(`${sensorTopic}/availability`)).toEqual({ state: "online" });
  const discovery = house.retained("homeassistant/device/espnow_0200000000a1/config") as { cmps: object };
  expect(Object.keys(discovery.cmps).sort()).toEqual(["battery", "gateway_rssi", "last_seen", "temperature"]);

  // The lamp is awake: it hears at once.
  broker.publish({ topic: "espnow/0200000000a2/set", payload: '{"on": true}' });
  await scenario.until(lamp, /lamp 1/, { within: 100 });
  expect(lamp.machine.pin(2).value).toBe(1);
  await scenario.run(100);
  const states = house.published("espnow/0200000000a2/command").map((status) => (status as { state: string }).state);
  expect(states).toEqual(["queued", "sent", "acked"]);

  // The sensor sleeps: it hears when it wakes up next.
  broker.publish({ topic: "espnow/bridge/request/sleepy", payload: '{"node": "0200000000a1", "sleepy": true}' });
  broker.publish({ topic: `${sensorTopic}/set/interval`, payload: "30" });
  await scenario.run(5 * MINUTE);
  expect(gateway.mailbox.list(gateway.nodes.find(SENSOR).mac)).toHaveLength(1);
  await scenario.until(sensor, /woken up, told \{"interval":30\}/);
  await scenario.run(1000);
  const commands = house.published(`${sensorTopic}/command`) as { state: string; time: string }[];
  expect(commands.map(({ state }) => state)).toEqual(["queued", "sent", "acked"]);
  expect(Date.parse(commands[2]?.time ?? "") - EPOCH_MS).toBeGreaterThan(10 * MINUTE);

  // Everything that was announced is right.
  for (const { topic, payload } of broker.published.filter((one) => one.topic.startsWith("homeassistant/"))) {
    expect(faultsOfDiscovery(topic, payload)).toEqual([]);
  }
});

/** Wakes each ten minutes, publishes, asks for what waits, and sleeps again. A program like those of micropython-mqtt. */
const HINCH_SLEEPER = `${START}
def ask(*request):
    e.send(gateway, json.dumps(request))

def answer():
    mac, msg = e.recv(100)
    return msg and msg.decode()

count = machine.RTC().memory()
count = count[0] if count else 0
if count == 0:
    ask("shed/fan", 1)
ask("shed/count", str(count), True, 1)
print("published", count, answer())
ask("get")
while True:
    text = answer()
    if text is None:
        break
    topic, message, retained = json.loads(text)
    print("told", topic, message)
machine.RTC().memory(bytes([count + 1]))
machine.deepsleep(600_000)
`;

test("a sleeping program publishes with an acknowledgement, and gets its messages at its next wake-up", async () => {
  await using scenario = new Scenario({ seed: 1 });
  await using house = openHouse([scenario.air.radio({ mac: GATEWAY, profile: "host" })], { autoAccept: true });
  const program = scenario.board({ source: HINCH_SLEEPER }, { mac: SHED, name: "shed" });
  await scenario.until(program, /published 0 ACK/);
  await scenario.run(60_000);
  house.gateway.changeNode(house.gateway.nodes.find(SHED), { isSleepy: true });
  house.broker.publish({ topic: "shed/fan", payload: "fast" });
  house.broker.publish({ topic: "shed/fan", payload: "slow" });
  await scenario.run(60_000);
  expect(house.gateway.mailbox.list(toMac(SHED))).toHaveLength(2);
  await scenario.until(program, /published 1 ACK\ntold shed\/fan fast\ntold shed\/fan slow/);
  await scenario.run(1000);
  expect(house.gateway.mailbox.list(toMac(SHED))).toEqual([]);
  expect(house.broker.retained.get("shed/count")).toBe("1");
});
