import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { MonitorInterface } from "#lib/phy/linux/monitor-interface.ts";
import { runCommand } from "#lib/phy/linux/run-command.ts";
import { type Program, start } from "./processes.ts";
import { STATION_0, STATION_1, shell } from "./radios.ts";

const ESPNOW = "packages/espnow/bin/espnow.js";
const LMK = "0123456789abcdef";
/** The longest message. */
const LONG = "v2".repeat(735);
/** What `loss` in 100 frames means to the medium, and where its draws begin. */
const LOSSY_AIR = ["test/system/vm/medium.py", "0.3", "7"];
/** So few that the seven transmissions of a message may well all be lost, and still not all messages are. */
const PINGS = 40;

/** The built command, as a process, with its radio. */
function espnow(radio: string, ...args: string[]): Program {
  return start(process.execPath, [ESPNOW, ...args, "--json", "--radio", `linux:${radio}`]);
}

/** One that listens, or answers: its station is on when this returns. */
async function server(radio: string, ...args: string[]): Promise<Program> {
  const program = espnow(radio, ...args);
  expect(await program.remark()).toContain(` ${STATION_1} on channel `);
  return program;
}

async function record({ line }: Program): Promise<unknown> {
  return JSON.parse((await line()) ?? "null");
}

/** The next record with this in it. */
async function recordWith(program: Program, wanted: object): Promise<void> {
  for (let found = await record(program); ; found = await record(program)) {
    expect(found, `no record with ${JSON.stringify(wanted)}`).not.toBeNull();
    if (Object.entries(wanted).every(([key, value]) => (found as Record<string, unknown>)[key] === value)) return;
  }
}

function describeInterfaces(): unknown {
  return ["wlan0", "wlan1"].map((name) => new MonitorInterface(name, runCommand).describe());
}

let before: unknown;

/** Both interfaces are as they were before the test. */
function expectRestored(): void {
  expect(describeInterfaces()).toEqual(before);
}

/** The message in a file. */
function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "espnow-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "message"), text);
  return join(folder, "message");
}

const reset = (): unknown =>
  shell("for i in wlan0 wlan1; do ip link set dev $i down mtu 1500; iw dev $i set type managed; done");

beforeEach(() => {
  shell("ip link set dev wlan0 mtu 1400; ip link set dev wlan1 up");
  before = describeInterfaces();
});

afterEach(reset);

test("espnow listen prints what espnow send sends, acknowledged or not; a closed pipe ends it in good order", async () => {
  const plug = (mode: string) =>
    shell(`ip link set dev wlan1 down; iw dev wlan1 set monitor ${mode}; ip link set dev wlan1 up; ${tune(1)}`);
  const tune = (channel: number) => `iw dev wlan1 set channel ${channel}`;
  plug("none");
  before = describeInterfaces();
  const listen = await server("wlan1?setup=0", "listen");
  const repeatedly = ["--file", fileOf(LONG), "--rate", "54M", "--repeat", "1000000", "--every", "0.05"];
  const send = espnow("wlan0", "send", STATION_1, ...repeatedly);
  const message = { source: STATION_0, destination: STATION_1, channel: 1, rate: "54M", rssi: -50, encrypted: false };
  expect(await record(listen)).toMatchObject({ ...message, text: LONG });
  expect(await record(send)).toMatchObject({ peer: STATION_1, status: "no-ack" });
  plug("active");
  await recordWith(send, { status: "acked" });
  shell(tune(6));
  await recordWith(send, { status: "no-ack" });
  shell(tune(1));
  await recordWith(send, { status: "acked" });
  send.child.stdout?.destroy();
  expect(await send.ended()).toBe(0);
  listen.child.kill("SIGINT");
  expect(await listen.ended()).toBe(130);
  expectRestored();
});

test("espnow send --encrypt is read by who has the key: one frame, and many elements", async () => {
  const listen = await server("wlan1", "listen", "--from", STATION_0, "--lmk", LMK, "--count", "2", "--channel", "6");
  for (const text of ["secret", LONG]) {
    const send = espnow("wlan0", "send", STATION_1, "--file", fileOf(text), "--encrypt", LMK, "--channel", "6");
    expect(await record(send)).toMatchObject({ status: "acked" });
    expect(await record(listen)).toMatchObject({ source: STATION_0, encrypted: true, channel: 6, text });
    expect(await send.ended()).toBe(0);
  }
  expect(await listen.ended()).toBe(0);
  expectRestored();
});

test("espnow ping and espnow echo go on after an interface was down, and put it back at Ctrl-C, however often", async () => {
  const echo = await server("wlan1", "echo");
  const ping = espnow("wlan0", "ping", STATION_1, "--interval", "0.1", "--size", "200");
  await recordWith(ping, { status: "acked" });
  expect(await record(echo)).toMatchObject({ source: STATION_0, hex: expect.stringMatching(/^01(00){199}$/) });
  shell("ip link set dev wlan1 down");
  await recordWith(ping, { status: "no-ack" });
  // Every echo was acknowledged before, but for one that may have been on its way when the interface went down.
  const remark = await echo.remark();
  const next = remark === `${STATION_0} did not acknowledge the echo` ? await echo.remark() : remark;
  expect(next).toBe("the radio is down: the interface wlan1 is down");
  shell("ip link set dev wlan1 up");
  await recordWith(ping, { status: "acked" });
  while ((await echo.remark()) !== "the radio is up again");
  shell("ip link set dev wlan0 down");
  await recordWith(ping, { status: "failed", error: "ERR_RADIO_DOWN: the interface wlan0 is down" });
  shell("ip link set dev wlan0 up");
  await recordWith(ping, { status: "acked" });
  ping.child.kill("SIGTERM");
  expect(await ping.ended()).toBe(143);
  for (let i = 0; i < 2; i++) process.kill(-(echo.child.pid as number), "SIGINT");
  expect(await echo.ended()).toBe(130);
  expectRestored();
});

test("where 30 % is lost, what espnow ping saw acknowledged was printed by espnow listen, and nothing twice", async () => {
  const medium = start("python3", LOSSY_AIR);
  expect(await medium.line()).toBe("ready");
  const listen = await server("wlan1", "listen");
  const ping = espnow("wlan0", "ping", STATION_1, "--count", `${PINGS}`, "--interval", "0.001", "--size", "1");
  const acked: number[] = [];
  let attempts = 0;
  for (let i = 0; i < PINGS; i++) {
    const report = (await record(ping)) as { seq: number; status: string; attempts?: number };
    if (report.status === "acked") acked.push(report.seq);
    attempts += report.attempts ?? 0;
  }
  expect(await ping.ended()).toBe(0);
  const heard: number[] = [];
  while (heard.at(-1) !== acked.at(-1))
    heard.push(Number.parseInt(((await record(listen)) as { hex: string }).hex, 16));
  expect(acked.filter((seq) => !heard.includes(seq))).toEqual([]);
  expect(heard).toEqual([...new Set(heard)]);
  expect(attempts).toBeGreaterThan(PINGS);
  medium.child.kill();
  expect(Number.parseInt((await medium.line()) ?? "", 10)).toBeGreaterThan(0);
  listen.child.kill("SIGHUP");
  expect(await listen.ended()).toBe(129);
  expectRestored();
});
