/** Programs that use ESP-NOW and the Internet, which the test makes: nothing leaves the computer, and time is virtual. */
import { fileURLToPath } from "node:url";
import { systemClock } from "aioespnow/sim";
import { type NetworkPeer, Scenario, type ScenarioBoardOptions } from "espnow-micropython";
import { addHardware, type Lcd, readHardwareFile } from "espnow-micropython/hardware";
import { expect, test } from "vitest";

const GATEWAY = "24:0a:c4:00:00:01";
const NODE = "24:0a:c4:00:00:02";
const HOME = { ssid: "home", password: "secret", channel: 11 };
const SECONDS_FROM_1900_TO_1970 = 2_208_988_800;

function file(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** An NTP server's answer: version 3, mode 4, the time at 40. */
function ntpAnswer(date: Date): Uint8Array {
  const answer = new Uint8Array(48);
  answer[0] = 0x1c;
  new DataView(answer.buffer).setUint32(40, date.getTime() / 1000 + SECONDS_FROM_1900_TO_1970);
  return answer;
}

/** Sends an HTTP request, and returns what the board answers. */
async function ask(scenario: Scenario, address: string | undefined, request: string): Promise<string> {
  const client = await scenario.settled(scenario.network.connect(address ?? "", 80));
  client.write(request);
  return await scenario.settled(text(client));
}

function text(client: NetworkPeer): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    client.onData = (bytes) => {
      received += new TextDecoder().decode(bytes);
    };
    client.onEnd = () => resolve(received);
  });
}

test.each([
  ["virtual", undefined],
  ["real", systemClock],
])("a web server switches a lamp, in %s time", async (_, clock) => {
  await using scenario = new Scenario({ seed: 1, ...(clock === undefined ? {} : { clock }) });
  const gateway = scenario.board(file("web_lamp.py"), { mac: GATEWAY, accessPoint: { ...HOME, channel: 1 } });
  const lamp = scenario.board(file("web_lamp_node.py"), { mac: NODE });
  await scenario.until(gateway, /lamp 240ac4000002/);
  const put = (name: string): string => `PUT /lamps/${name} HTTP/1.1\r\nContent-Length: 2\r\n\r\non`;
  expect(await ask(scenario, gateway.ipAddress, put("240ac4000002"))).toMatch(/^HTTP\/1.1 200\r\n.*\r\n\r\non\n$/s);
  await scenario.until(lamp, /lamp on/);
  expect(lamp.machine.pin(2).value).toBe(1);
  expect(await ask(scenario, gateway.ipAddress, "GET / HTTP/1.1\r\n\r\n")).toContain('{"240ac4000002": "on"}');
  expect(await ask(scenario, gateway.ipAddress, put("000000000000"))).toMatch(/^HTTP\/1.1 404/);
});

test("a gateway finds its nodes on the access point's channel, and speaks with a broker for them", async () => {
  await using scenario = new Scenario({ seed: 1 });
  const packets: string[] = [];
  let broker: NetworkPeer | undefined;
  scenario.network.serve("broker.local", 1883, (client) => {
    broker = client;
    client.onData = (bytes) => packets.push(...mqttPackets(bytes, client));
  });
  const options: ScenarioBoardOptions = { mac: GATEWAY, argv: ["broker.local", "1883"], accessPoint: HOME };
  const gateway = scenario.board(file("mqtt_gateway.py"), options);
  await scenario.until(gateway, /connected/);
  const node = scenario.board(file("mqtt_node.py"), { mac: NODE });
  await scenario.until(node, /found on channel 11/);
  await scenario.run(10_000);
  expect(packets).toContain("espnow/240ac4000002 count 1");
  broker?.write(Uint8Array.of(0x30, 26, 0, 23, ...Buffer.from("espnow/240ac4000002/set!")));
  await scenario.until(node, /command: !/);
  expect(gateway.output).toContain("command ! True");
});

/** What a client publishes, as `topic message`; the rest is answered. Each call has whole packets of one byte's length. */
function mqttPackets(bytes: Uint8Array, client: NetworkPeer): string[] {
  const published: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [kind = 0, length = 0] = bytes.subarray(at);
    const body = Buffer.from(bytes.subarray(at + 2, at + 2 + length));
    if (kind === 0x10) client.write(Uint8Array.of(0x20, 2, 0, 0));
    if (kind === 0x82) client.write(Uint8Array.of(0x90, 3, ...body.subarray(0, 2), 0));
    const end = 2 + body.readUInt16BE();
    if (kind >> 4 === 3) published.push(`${body.toString("utf8", 2, end)} ${body.toString("utf8", end)}`);
    at += 2 + length;
  }
  return published;
}

test("the time comes from an NTP server, and goes to the nodes", async () => {
  await using scenario = new Scenario({ seed: 1 });
  const node = scenario.air.radio();
  let asked = 0;
  scenario.network.serveDatagrams("pool.ntp.org", 123, () => {
    return ++asked < 3 ? undefined : ntpAnswer(new Date("2026-03-01T12:00:00Z"));
  });
  const clock = scenario.board(file("clock.py"), { accessPoint: { ...HOME, channel: 1 } });
  addHardware(clock.machine, readHardwareFile(file("clock.yaml")));
  await scenario.until(clock, /2026-03-01 12:00:00/);
  expect(clock.output.match(/no answer of pool.ntp.org OSError\(116,\)/g)).toHaveLength(2);
  await scenario.until(clock, /2026-03-01 12:01:00/);
  expect((clock.machine.devices.get("display") as Lcd).text).toEqual(["2026-03-01", "12:01"]);
  expect(node.channel).toBe(1);
});
