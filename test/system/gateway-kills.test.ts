import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AIOESPNow, type MacAddress, type Radio, sleep, toMac, WLAN } from "aioespnow";
import { SeededRandom } from "aioespnow/sim";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AirOpening } from "#lib/open/air-radio.ts";
import { joinAir } from "#lib/phy/shared-air/joined-air.ts";
import { hasMosquitto, Mosquitto } from "../../bench/mosquitto.ts";
import { Witness } from "../doubles/witness.ts";
import { ownAirs, WORKER } from "./shared-air.ts";

const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));
const GATEWAY = toMac("02:00:00:00:00:fe");
const HINCH = ["02:00:00:00:00:a1", "02:00:00:00:00:a2"].map((mac) => toMac(mac));
const AWAKE = toMac("02:00:00:00:00:b1");
const SLEEPY = toMac("02:00:00:00:00:b2");
/** `GATEWAY_KILLS=200 BROKER_KILLS=50` is the long run. */
const GATEWAY_KILLS = Number(process.env["GATEWAY_KILLS"] ?? 10);
const BROKER_KILLS = Number(process.env["BROKER_KILLS"] ?? 5);
const SECONDS_PER_KILL = 20;
/** Longer than an answer ever takes: one that comes later is found out, and costs the test a publication. */
const ANSWER_MS = 5000;
/** A kill comes before so many reports of commands, or states of nodes. */
const EVENTS = 30;

ownAirs();

let folder: string;
let mosquitto: Mosquitto;
let witness: Witness;
let radios: Radio[];
let acknowledged: Map<string, Set<number>>;
let gateway: ChildProcess | undefined;
/** Of the gateway. */
let life: AbortController;
let kills: number;
let over: AbortController;
let talks: Promise<void>[];
let stopTelling: () => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "espnow-kills-"));
  mosquitto = await Mosquitto.start();
  witness = await Witness.open(mosquitto);
  writeFileSync(join(folder, "gateway.yaml"), CONFIG(folder, witness.port));
  const air = joinAir("kills", WORKER);
  radios = await Promise.all(
    [...HINCH, AWAKE, SLEEPY].map((mac) => new AirOpening(air, { mac, profile: "host" }).ready()),
  );
  acknowledged = new Map();
  kills = 0;
  life = new AbortController();
  life.abort();
  over = new AbortController();
  talks = [...HINCH.map((_, i) => publish(i)), say(2, 50), say(3, 100)];
  stopTelling = startTelling();
});

afterEach(async ({ task }) => {
  const open = [...witness.commands].filter(([, ends]) => ends.size === 0);
  if (task.result?.state === "fail") console.error({ kills, missing: missing(), open, older: witness.older });
  if (kills > 10) console.info({ kills, acknowledged: promised(), commands: witness.commands.size });
  await kill();
  await quiet();
  for (const radio of radios) await radio[Symbol.asyncDispose]();
  await witness[Symbol.asyncDispose]();
  await mosquitto[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const CONFIG = (at: string, port: number): string => `
radios: ["air:kills?mac=${GATEWAY}&profile=host"]
store: ${at}/gateway.db
http: null
mqtt: { url: "mqtt://127.0.0.1:${port}" }
nodes:
${HINCH.map((mac) => `  "${mac}": { decoder: { format: hinch } }`).join("\n")}
  "${AWAKE}": { name: awake, decoder: { format: json } }
  "${SLEEPY}": { name: sleepy, sleepy: true, decoder: { format: json } }
`;

function switchOn(radio: Radio): AIOESPNow {
  new WLAN(WLAN.IF_STA, radio).active(true);
  const espnow = new AIOESPNow(radio);
  espnow.active(true);
  espnow.addPeer(GATEWAY);
  return espnow;
}

/**
 * Publishes counts in Peter Hinch's protocol, and notes which of them were acknowledged. An acknowledgement does not say of
 * what: where one may still be on its way, the node asks for something else first, which is answered after it.
 */
async function publish(index: number): Promise<void> {
  const radio = radios[index] as Radio;
  const espnow = switchOn(radio);
  const topic = `count/${index}`;
  const noted = new Set<number>();
  acknowledged.set(topic, noted);
  let isSettled = true;
  for (let n = 1; !over.signal.aborted; n++) {
    await sleep(20, { radio });
    if (life.signal.aborted) continue;
    if (isSettled) {
      const answer = await ask(espnow, [topic, String(n), true, 0], ["ACK", "NAK", "BAD"]);
      isSettled = answer !== undefined;
      if (answer === "ACK" || answer === "NAK") noted.add(n);
    } else {
      isSettled = (await ask(espnow, ["ping"], ["UP", "DOWN"])) !== undefined;
    }
  }
}

/** Sends a request. The first of `answers` that comes; undefined: none does. */
async function ask(espnow: AIOESPNow, request: object, answers: readonly string[]): Promise<string | undefined> {
  if (!(await espnow.asend(GATEWAY, JSON.stringify(request)))) return undefined;
  const signal = AbortSignal.any([life.signal, over.signal, AbortSignal.timeout(ANSWER_MS)]);
  for (;;) {
    const [, data] = await espnow.arecv({ signal }).catch(() => [null, null]);
    if (data === null) return undefined;
    const answer = new TextDecoder().decode(data);
    if (answers.includes(answer)) return answer;
  }
}

/** Sends counts as JSON. */
async function say(index: number, everyMs: number): Promise<void> {
  const radio = radios[index] as Radio;
  const espnow = switchOn(radio);
  for (let n = 1; !over.signal.aborted; n++) {
    await espnow.asend(GATEWAY, JSON.stringify({ n }));
    await sleep(everyMs, { radio });
  }
}

/** Gives commands to nodes, whether the gateway is there or not. */
function startTelling(): () => void {
  let n = 0;
  const timer = setInterval(() => {
    n++;
    witness.publish("espnow/bridge/request/send", JSON.stringify({ node: "awake", text: `{"told":${n}}` }));
    witness.publish(`espnow/sleepy/set/${n % 3 === 0 ? "a" : "b"}`, String(n));
  }, 50);
  return () => clearInterval(timer);
}

/** Nothing new is said or told. */
async function quiet(): Promise<void> {
  stopTelling();
  over.abort();
  await Promise.all(talks);
}

/** Starts it, and waits until it can be told something. */
async function startGateway(): Promise<void> {
  const args = [ESPNOW, "gateway", "--config", join(folder, "gateway.yaml")];
  life = new AbortController();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  gateway = child;
  const ended = new Promise((_, reject) => {
    child.once("exit", (code, signal) => reject(new Error(`the gateway ended with ${code ?? signal}`)));
  });
  ended.catch(() => undefined);
  await Promise.race([witness.online(), ended]);
}

async function kill(): Promise<void> {
  const child = gateway;
  gateway = undefined;
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  life.abort();
}

/** What waits for a node, by id. */
async function waitingFor(node: MacAddress): Promise<string[]> {
  const answer = (await witness.request("mailbox/list", { node })) as { data: { items: { id: string }[] } };
  return answer.data.items.map(({ id }) => id);
}

const missing = (): string[] =>
  [...acknowledged].flatMap(([topic, noted]) =>
    [...noted].filter((n) => witness.counts.get(topic)?.has(n) !== true).map((n) => `${topic} ${n}`),
  );

/** How many publications were acknowledged. */
const promised = (): number => [...acknowledged.values()].reduce((sum, { size }) => sum + size, 0);

async function checkPromises(): Promise<void> {
  await quiet();
  await witness.until(() => missing().length === 0);
  const ended = [...witness.commands].filter(([, ends]) => ends.size > 0).map(([id]) => id);
  const waiting = new Set([...(await waitingFor(AWAKE)), ...(await waitingFor(SLEEPY))]);
  expect(ended.filter((id) => waiting.has(id))).toEqual([]);
  await witness.until(() => [...witness.commands].every(([id, ends]) => ends.size > 0 || waiting.has(id)));
  expect([...witness.commands].filter(([, ends]) => ends.size > 1)).toEqual([]);
  expect(witness.older).toEqual([]);
  expect(witness.commands.size).toBeGreaterThan(10);
  for (const noted of acknowledged.values()) expect(noted.size).toBeGreaterThan(10);
  for (const topic of ["espnow/awake", "espnow/sleepy"]) expect(witness.counts.get(topic)?.size).toBeGreaterThan(5);
}

describe.skipIf(!hasMosquitto)("promises under kill -9 (mosquitto)", () => {
  test(`of the gateway, ${GATEWAY_KILLS} times`, { timeout: GATEWAY_KILLS * SECONDS_PER_KILL * 1000 }, async () => {
    const random = new SeededRandom(1);
    for (; kills < GATEWAY_KILLS; kills++) {
      await startGateway();
      await witness.next(kills % 2 === 0 ? "reports" : "states", random.uint32() % EVENTS);
      await kill();
    }
    await startGateway();
    await witness.next("states", EVENTS);
    await checkPromises();
  });

  test(`of the broker, ${BROKER_KILLS} times`, { timeout: BROKER_KILLS * SECONDS_PER_KILL * 1000 }, async () => {
    const random = new SeededRandom(2);
    await startGateway();
    for (; kills < BROKER_KILLS; kills++) {
      await witness.next(kills % 2 === 0 ? "reports" : "states", random.uint32() % EVENTS);
      await mosquitto.stop("SIGKILL");
      witness.close();
      await mosquitto.start();
      await witness.listen();
      await witness.online();
    }
    await witness.next("states", EVENTS);
    await checkPromises();
  });
});
