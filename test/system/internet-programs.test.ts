import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { systemClock } from "aioespnow/sim";
import { ComputerNetwork, Scenario } from "espnow-micropython";
import { addHardware, type Lcd, readHardwareFile } from "espnow-micropython/hardware";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { hasMosquitto, Mosquitto } from "../../bench/mosquitto.ts";

// The examples of examples/micropython/internet.test.ts against real servers, over the computer's own network.

const GATEWAY = "24:0a:c4:00:00:01";
const NODE = "24:0a:c4:00:00:02";
const HOME = { ssid: "home", password: "secret", channel: 11 };
const SECONDS_FROM_1900_TO_1970 = 2_208_988_800;

function file(name: string): string {
  return fileURLToPath(new URL(`../../examples/micropython/${name}`, import.meta.url));
}

/** An NTP server's answer: version 3, mode 4, the time at 40. */
function ntpAnswer(date: Date): Uint8Array {
  const answer = new Uint8Array(48);
  answer[0] = 0x1c;
  new DataView(answer.buffer).setUint32(40, date.getTime() / 1000 + SECONDS_FROM_1900_TO_1970);
  return answer;
}

async function output(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (bytes) => {
    printed += String(bytes);
  });
  await once(child, "close");
  return printed;
}

test("curl reaches a web server through a port of the computer", async () => {
  await using network = await ComputerNetwork.open({ forward: [{ from: 0, to: 80 }] });
  await using scenario = new Scenario({ seed: 1, clock: systemClock });
  const gateway = scenario.board(file("web_lamp.py"), { mac: GATEWAY, accessPoint: {}, network });
  scenario.board(file("web_lamp_node.py"), { mac: NODE });
  await scenario.until(gateway, /lamp 240ac4000002/);
  const url = `http://127.0.0.1:${network.portOf(80)}`;
  expect(await scenario.settled(output("curl", ["-s", `${url}/`]))).toBe('{"240ac4000002": "off"}');
  expect(await scenario.settled(output("curl", ["-s", "-X", "PUT", "-d", "on", `${url}/lamps/240ac4000002`]))).toBe(
    "on\n",
  );
});

test.runIf(hasMosquitto)("a gateway speaks with a real broker for its nodes", async () => {
  await using broker = await Mosquitto.start();
  await using network = await ComputerNetwork.open();
  await using scenario = new Scenario({ seed: 1, clock: systemClock });
  const watcher = await connectAsync(broker.url);
  const received = new Set<string>();
  watcher.on("message", (topic, message) => received.add(`${topic} ${message}`));
  await watcher.subscribeAsync("espnow/#");
  const argv = ["127.0.0.1", String(broker.port)];
  const gateway = scenario.board(file("mqtt_gateway.py"), { mac: GATEWAY, argv, accessPoint: HOME, network });
  await scenario.until(gateway, /connected/);
  const node = scenario.board(file("mqtt_node.py"), { mac: NODE });
  await scenario.until(node, /found on channel 11/);
  await watcher.publishAsync("espnow/240ac4000002/set", "blink");
  await scenario.until(node, /command: blink/);
  while (!received.has("espnow/240ac4000002 count 1")) {
    await scenario.settled(new Promise((resolve) => watcher.once("message", resolve)));
  }
  expect([...received]).toContain("espnow/gateway online");
  await watcher.endAsync();
});

test("the time comes from an NTP server of this computer", async () => {
  await using network = await ComputerNetwork.open();
  await using scenario = new Scenario({ seed: 1, clock: systemClock });
  const server = createSocket("udp4", (_, { address, port }) => {
    server.send(ntpAnswer(new Date("2026-03-01T12:00:00Z")), port, address);
  });
  await once(server.bind(0, "127.0.0.1"), "listening");
  const { port } = server.address();
  const files = { "/boot.py": `import ntptime\nntptime._PORT = ${port}\n` }; // ports below 1024 are the system's
  const clock = scenario.board(file("clock.py"), { files, argv: ["127.0.0.1"], accessPoint: HOME, network });
  addHardware(clock.machine, readHardwareFile(file("clock.yaml")));
  await scenario.until(clock, /2026-03-01 12:00:00/);
  expect((clock.machine.devices.get("display") as Lcd).text).toEqual(["2026-03-01", "12:00"]);
  server.close();
});
