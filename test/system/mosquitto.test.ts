import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { promisify } from "node:util";
import { SeededRandom, systemClock } from "aioespnow/sim";
import { MqttBroker, type MqttBrokerOptions } from "espnow-gateway/mqtt";
import mqtt from "mqtt";
import { describe, expect, onTestFinished, test } from "vitest";
import { hasMosquitto, Mosquitto } from "../../bench/mosquitto.ts";
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

/** Listens as a broker does. `onConnect` is given the first packet of each connection. Returns its URL. */
async function fakeBroker(onConnect: (socket: Socket, connect: Uint8Array) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (connect) => onConnect(socket, connect));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a broker that refuses MQTT 5 is spoken to in 3.1.1, and that is told once", async () => {
  const CONNECT_VERSION = 8; // of the packet: type, length, length of "MQTT" (2), "MQTT", level
  const versions: number[] = [];
  const url = await fakeBroker((socket, connect) => {
    const version = connect[CONNECT_VERSION] ?? 0;
    versions.push(version);
    // CONNACK: 1 is "unacceptable protocol version", as a broker of 3.1.1 says it.
    if (version === 5) socket.end(Uint8Array.of(0x20, 2, 0, 1));
    else socket.write(Uint8Array.of(0x20, 2, 0, 0));
  });
  const remarks: string[] = [];
  const onRemark = (text: string): void => void remarks.push(text);
  const random = new SeededRandom(1);
  await using broker = new MqttBroker({ url, clock: systemClock, random, onRemark });
  await new Promise<void>((resolve) => broker.start(listening(resolve), WILL, []));
  expect(versions).toEqual([5, 4]);
  expect(broker.protocolVersion).toBe(4);
  expect(remarks).toEqual([expect.stringMatching(/cannot be reached: it does not speak MQTT 5: trying 3\.1\.1/)]);
});

/** CONNACK of MQTT 5 with a Receive Maximum of 2 (MQTT 5, 3.2). */
const CONNACK = Uint8Array.of(0x20, 6, 0, 0, 3, 0x21, 0, 2);

test("a broker is sent no more unconfirmed messages at a time than it takes", async () => {
  const counts: number[] = [];
  const url = await fakeBroker((socket) => {
    socket.write(CONNACK);
    let rest = Buffer.alloc(0);
    socket.on("data", (bytes) => {
      const packets = packetsOf(Buffer.concat([rest, bytes]));
      rest = packets.rest;
      const publishes = packets.whole.filter(([type = 0]) => type >> 4 === 3);
      counts.push(publishes.length);
      // PUBACK with the number that comes after the topic, "a".
      for (const publish of publishes) socket.write(Uint8Array.of(0x40, 2, publish[5] as number, publish[6] as number));
    });
  });
  await using broker = new MqttBroker({ url, clock: systemClock, random: new SeededRandom(1) });
  await new Promise<void>((resolve) => broker.start(listening(resolve), WILL, []));
  const publish = (payload: string) =>
    new Promise((resolve) => broker.publish({ topic: "a", payload, retain: false, qos: 1 }, resolve));
  expect(await Promise.all(["1", "2", "3", "4", "5"].map(publish))).toEqual([true, true, true, true, true]);
  expect(Math.max(...counts)).toBeLessThanOrEqual(2);
});

test("of each message is told once what became of it, also where the connection ends before it is written", async () => {
  const sockets: Socket[] = [];
  const url = await fakeBroker((socket) => {
    socket.pause();
    socket.write(CONNACK);
    sockets.push(socket);
  });
  await using broker = new MqttBroker({ url, clock: systemClock, random: new SeededRandom(1) });
  await new Promise<void>((resolve) => broker.start(listening(resolve), WILL, []));
  const payload = "x".repeat(1 << 20);
  const told = ([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0] as const).map(
    (qos) => new Promise((resolve) => broker.publish({ topic: "a", payload, retain: false, qos }, resolve)),
  );
  for (const socket of sockets) socket.destroy();
  expect((await Promise.all(told)).slice(-4)).toEqual([false, false, false, false]);
});

/** The packets in what a client has written, each shorter than 128 bytes. */
function packetsOf(bytes: Buffer): { readonly whole: Uint8Array[]; readonly rest: Buffer<ArrayBuffer> } {
  const whole: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const end = at + 2 + (bytes[at + 1] ?? bytes.length);
    if (end > bytes.length) return { whole, rest: Buffer.from(bytes.subarray(at)) };
    whole.push(bytes.subarray(at, end));
    at = end;
  }
}

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
