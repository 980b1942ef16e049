import { type ChildProcess, execFile, spawn } from "node:child_process";
import { type EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasMosquitto } from "../../bench/mosquitto.ts";
import { ownAirs } from "./shared-air.ts";

const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));
/** Node.js as if aedes were not installed. */
const WITHOUT_AEDES = `data:text/javascript,${encodeURIComponent(
  `import { register } from "node:module";
   register("data:text/javascript," + encodeURIComponent(\`export function resolve(name, context, next) {
     if (name === "aedes") throw new Error("Cannot find package 'aedes'");
     return next(name, context);
   }\`));`,
)}`;

ownAirs();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-broker-"));
});

/** Those that a test has started: one that fails stops nothing itself. */
const children = new Set<ChildProcess>();

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** A gateway with a broker of its own. */
interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly url: string;
}

async function start(...options: readonly string[]): Promise<Running> {
  const args = ["gateway", "--radio", "sim:", "--no-http", ...options];
  const child = spawn(process.execPath, [ESPNOW, ...args], { stdio: ["ignore", "pipe", "ignore"] });
  children.add(child);
  let said = "";
  for (;;) {
    const [, url, port] = /broker: (mqtt:\S+:(\d+))\n/.exec(said) ?? [];
    if (url !== undefined) return { child, url, port: Number(port) };
    said += String((await once(child.stdout, "data"))[0]);
  }
}

async function stop({ child }: Running, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

const join5 = (url: string, options: IClientOptions = {}) =>
  mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0, ...options });

/** What comes with the next event of a client. */
const nextOf = (client: MqttClient, event: string) => once(client as unknown as EventEmitter, event);

/** The next message on a filter. */
async function next(client: MqttClient, filter: string): Promise<mqtt.IPublishPacket> {
  const message = nextOf(client, "message");
  await client.subscribeAsync(filter, { qos: 1 });
  return (await message)[2] as mqtt.IPublishPacket;
}

const ANY_PORT = ["--broker", "127.0.0.1:0"];

test("clients of MQTT 5 and 3.1.1 see the gateway, and each other with all properties", async () => {
  const running = await start(...ANY_PORT);
  const five = await join5(running.url);
  const old = await mqtt.connectAsync(running.url, { protocolVersion: 4 });
  expect(String((await next(five, "espnow/bridge/state")).payload)).toBe('{"state":"online"}');
  const properties = {
    userProperties: { room: "attic" },
    contentType: "text/plain",
    correlationData: Buffer.from("7"),
    responseTopic: "answers",
  };
  const heard = next(old, "house/#");
  const seen = next(five, "house/#");
  await five.publishAsync("house/light", "on", { qos: 1, properties });
  expect(String((await heard).payload)).toBe("on");
  expect((await seen).properties).toMatchObject(properties);
  await five.unsubscribeAsync("house/#");
  const own = nextOf(five, "message");
  await five.subscribeAsync("own/#", { qos: 1, nl: true });
  await five.publishAsync("own/echo", "mine", { qos: 1 });
  await old.publishAsync("own/echo", "yours", { qos: 1 });
  expect(String((await own)[1])).toBe("yours");
  await Promise.all([five.endAsync(), old.endAsync(), stop(running)]);
});

test("retained messages outlive the gateway, also one that is killed; those whose time is over do not", async () => {
  const store = ["--store", join(folder, "retained.db")];
  const first = await start(...ANY_PORT, ...store);
  const client = await join5(first.url);
  const retained = { qos: 1, retain: true } as const;
  await client.publishAsync("keep/a", "1", { ...retained, properties: { userProperties: { unit: "lx" } } });
  await client.publishAsync("keep/b", "2", retained);
  await client.publishAsync("keep/b", "", retained);
  await client.publishAsync("keep/c", "3", { ...retained, properties: { messageExpiryInterval: 1 } });
  const isOver = Date.now() + 1000;
  client.end(true);
  await stop(first, "SIGKILL");
  while (Date.now() < isOver) await new Promise(setImmediate);
  const second = await start(...ANY_PORT, ...store);
  const later = await join5(second.url);
  const kept: mqtt.IPublishPacket[] = [];
  later.on("message", (_, __, packet) => kept.push(packet));
  await later.subscribeAsync("keep/#", { qos: 1, rap: true });
  await later.publishAsync("keep/z", "end", { qos: 1 });
  while (kept.at(-1)?.topic !== "keep/z") await nextOf(later, "message");
  expect(kept.map(({ topic, payload, retain }) => [topic, String(payload), retain])).toEqual([
    ["keep/a", "1", true],
    ["keep/z", "end", false],
  ]);
  expect(kept[0]?.properties).toMatchObject({ userProperties: { unit: "lx" } });
  await Promise.all([later.endAsync(), stop(second)]);
});

describe("who is served", () => {
  let running: Running;

  beforeAll(async () => {
    const users = join(folder, "users");
    writeFileSync(users, "# of the house\nann:secret:with colon\n\nbob:x\n");
    const config = join(folder, "users.yaml");
    writeFileSync(config, `broker:\n  listen: 127.0.0.1:0\n  users_file: ${users}\n`);
    running = await start("--config", config);
  });

  afterAll(() => stop(running));

  test("a user with the password, and the gateway itself", async () => {
    const client = await join5(running.url, { username: "ann", password: "secret:with colon" });
    expect(String((await next(client, "espnow/bridge/state")).payload)).toBe('{"state":"online"}');
    await client.endAsync();
  });

  test("and nobody else", async () => {
    const strangers = [{}, { username: "ann", password: "x" }, { username: "eve", password: "x" }, { username: "bob" }];
    const attempts = strangers.flatMap((options) => [
      join5(running.url, options).catch(({ code }) => code),
      mqtt.connectAsync(running.url, { ...options, protocolVersion: 4, reconnectPeriod: 0 }).catch(({ code }) => code),
    ]);
    expect(await Promise.all(attempts)).toEqual([134, 4, 134, 4, 134, 4, 134, 4]);
  });
});

test("sessions end with their connections, topics of the broker are its own, and long messages are refused", async () => {
  const running = await start(...ANY_PORT);
  const five = mqtt.connect(running.url, { protocolVersion: 5, properties: { sessionExpiryInterval: 3600 } });
  const [connack] = await nextOf(five, "connect");
  expect(connack).toMatchObject({ properties: { sessionExpiryInterval: 1, maximumPacketSize: 1024 * 1024 } });
  await expect(five.publishAsync("$SYS/x", "1", { qos: 1 })).rejects.toThrow();
  await five.endAsync(true);
  const old: IClientOptions = { protocolVersion: 4, clientId: "old", clean: false, reconnectPeriod: 0 };
  const before = await mqtt.connectAsync(running.url, old);
  await before.subscribeAsync("a", { qos: 1 });
  const closed = new Promise((resolve) => before.on("error", () => undefined).on("close", () => resolve(undefined)));
  before.publish("long", Buffer.alloc(2 * 1024 * 1024), { qos: 1 }, () => undefined);
  await closed;
  const again = mqtt.connect(running.url, old);
  expect((await nextOf(again, "connect"))[0]).toMatchObject({ sessionPresent: false });
  await Promise.all([again.endAsync(true), stop(running)]);
});

describe.skipIf(!hasMosquitto)("mosquitto's clients", () => {
  const run = promisify(execFile);

  test.each(["5", "311"])("publish and subscribe with MQTT %s", async (version) => {
    const running = await start(...ANY_PORT, "--demo");
    const to = ["-V", version, "-h", "127.0.0.1", "-p", String(running.port)];
    await run("mosquitto_pub", [...to, "-t", "house/light", "-m", "on", "-r", "-q", "1"]);
    const { stdout } = await run("mosquitto_sub", [...to, "-t", "house/#", "-v", "-C", "1", "-W", "20"]);
    expect(stdout).toBe("house/light on\n");
    const nodes = ["-t", "homeassistant/device/+/config", "-t", "espnow/+/availability", "-C", "4", "-W", "20", "-v"];
    expect((await run("mosquitto_sub", [...to, ...nodes])).stdout).toMatch(/espnow_bridge.*"cmps"/);
    await stop(running);
  });
});

test("where aedes is not installed, one line tells how to install it", async () => {
  const args = ["--import", WITHOUT_AEDES, ESPNOW, "gateway", "--radio", "sim:", "--no-http", "--broker"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  const said = text(child.stderr);
  expect((await once(child, "close"))[0]).toBe(1);
  expect(await said).toBe(
    "espnow: the broker needs the package aedes: npm install aedes@2.0.0-beta.1 (Cannot find package 'aedes')\n",
  );
});
