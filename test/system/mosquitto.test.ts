import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { promisify } from "node:util";
import { SeededRandom, systemClock } from "aioespnow/sim";
import { MqttBroker, type MqttBrokerOptions } from "espnow-gateway/mqtt";
import mqtt from "mqtt";
import { describe, expect, test } from "vitest";
import { hasMosquitto, Mosquitto } from "../doubles/mosquitto.ts";
import { brokerSuite } from "../suites/broker-suite.ts";

const run = promisify(execFile);
const WILL = { topic: "house/state", payload: "gone", retain: true, qos: 1 } as const;

function openBroker(mosquitto: Mosquitto, options: Partial<MqttBrokerOptions> = {}): MqttBroker {
  return new MqttBroker({ url: mosquitto.url, clock: systemClock, random: new SeededRandom(1), ...options });
}

describe.skipIf(!hasMosquitto)("a mosquitto of this computer (mosquitto, mosquitto-clients)", () => {
  brokerSuite(async () => {
    const mosquitto = await Mosquitto.start();
    const broker = openBroker(mosquitto);
    const other = await mqtt.connectAsync(mosquitto.url);
    return {
      broker,
      publish: ({ topic, payload, retain, qos }) => void other.publish(topic, payload, { retain, qos }),
      subscribe: async (filter, listener) => {
        other.on("message", (topic, payload, { retain }) =>
          listener({ topic, payload: String(payload), retained: retain }),
        );
        await other.subscribeAsync(filter);
      },
      cut: () => mosquitto.stop("SIGKILL"),
      restore: async () => {
        const again = new Promise((resolve) => other.once("connect", resolve));
        await mosquitto.start();
        await again;
      },
      async [Symbol.asyncDispose]() {
        await broker[Symbol.asyncDispose]();
        await other.endAsync(true);
        await mosquitto[Symbol.asyncDispose]();
      },
    };
  });

  test("speaks MQTT 5, and what it published is read by mosquitto_sub", async () => {
    await using mosquitto = await Mosquitto.start();
    await using broker = openBroker(mosquitto);
    await new Promise<void>((resolve) => broker.start(listening(resolve), WILL, []));
    expect(broker.protocolVersion).toBe(5);
    await new Promise((resolve) => broker.publish({ topic: "a/b", payload: "21.5 °C", retain: true, qos: 1 }, resolve));
    const { stdout } = await run("mosquitto_sub", ["-p", String(mosquitto.port), "-t", "a/#", "-C", "1", "-v"]);
    expect(stdout).toBe("a/b 21.5 °C\n");
  });

  test("a user who is not let in is told so, in one remark", async () => {
    await using mosquitto = await Mosquitto.start("allow_anonymous false");
    let told: (text: string) => void = () => undefined;
    const remark = new Promise<string>((resolve) => {
      told = resolve;
    });
    await using broker = openBroker(mosquitto, { username: "me", password: "wrong", onRemark: (text) => told(text) });
    broker.start(listening(), WILL, []);
    expect(await remark).toMatch(
      /^the broker mqtt:\/\/127\.0\.0\.1:\d+ cannot be reached: the broker does not let this user in$/,
    );
  });
});

test("a broker that refuses MQTT 5 is spoken to in 3.1.1, and that is told once", async () => {
  const CONNECT_VERSION = 8; // of the packet: type, length, length of "MQTT" (2), "MQTT", level
  const versions: number[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (connect) => {
      const version = connect[CONNECT_VERSION] ?? 0;
      versions.push(version);
      // CONNACK: 1 is "unacceptable protocol version", as a broker of 3.1.1 says it.
      if (version === 5) socket.end(Uint8Array.of(0x20, 2, 0, 1));
      else socket.write(Uint8Array.of(0x20, 2, 0, 0));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const remarks: string[] = [];
  const onRemark = (text: string): void => void remarks.push(text);
  const random = new SeededRandom(1);
  await using broker = new MqttBroker({ url: `mqtt://127.0.0.1:${port}`, clock: systemClock, random, onRemark });
  await new Promise<void>((resolve) => broker.start(listening(resolve), WILL, []));
  expect(versions).toEqual([5, 4]);
  expect(broker.protocolVersion).toBe(4);
  expect(remarks).toEqual([expect.stringMatching(/cannot be reached: it does not speak MQTT 5: trying 3\.1\.1/)]);
  server.close();
});

test.each(["http://x", "mosquitto", "mqtt://"])("the URL %s is refused", (url) => {
  expect(() => new MqttBroker({ url, clock: systemClock, random: new SeededRandom(1) })).toThrow(
    /^a broker's URL is like/,
  );
});

test("a URL's password is in no remark", async () => {
  const remarks: string[] = [];
  await new Promise<void>((resolve) => {
    const onRemark = (text: string): void => {
      remarks.push(text);
      resolve();
      void broker[Symbol.asyncDispose]();
    };
    const broker = new MqttBroker({
      url: "mqtt://me:secret@127.0.0.1:1",
      clock: systemClock,
      random: new SeededRandom(1),
      onRemark,
    });
    broker.start(listening(), WILL, []);
  });
  expect(remarks).toEqual([
    expect.stringMatching(/^the broker mqtt:\/\/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/),
  ]);
});

function listening(onConnected: () => void = () => undefined) {
  return { onConnected, onDisconnected: () => undefined, onMessage: () => undefined };
}
