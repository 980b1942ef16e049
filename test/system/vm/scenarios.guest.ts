import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";
import { AIOESPNow } from "#lib/espnow/aioespnow.ts";
import { WLAN } from "#lib/espnow/wlan.ts";
import type { MonitorOptions } from "#lib/phy/linux/monitor-options.ts";
import { runCommand } from "#lib/phy/linux/run-command.ts";
import type { Radio } from "#lib/radio/radio.ts";
import { radioPair, shell } from "./radios.ts";

/** What the virtual machine's radios are called. */
const STATION_0 = "02:00:00:00:00:00";
const STATION_1 = "02:00:00:00:01:00";

/** Whom the example sends its heartbeat to. */
const EXAMPLE_PEER = "02:bb:bb:bb:bb:bb";

const MESSAGES = 60;

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

interface Station {
  readonly radio: Radio;
  readonly e: AIOESPNow;
}

/** Two programs on wlan0 and wlan1 that know each other. */
async function stations(options: MonitorOptions = {}): Promise<readonly [Station, Station]> {
  const pair = await radioPair(options);
  cleanUp.push(() => pair.close());
  const start = (radio: Radio, peer: string): Station => {
    new WLAN(WLAN.IF_STA, radio).active(true);
    const e = new AIOESPNow(radio);
    e.active(true);
    e.addPeer(peer);
    return { radio, e };
  };
  return [start(pair.a, STATION_1), start(pair.b, STATION_0)];
}

/** A process, its lines one by one. */
function start(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): [ChildProcess, () => Promise<string>] {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...env } });
  cleanUp.push(() => child.kill());
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return [child, async () => (await lines.next()).value ?? "(no more lines)"];
}

describe("acknowledgement", () => {
  test("a station in plain monitor mode hears and does not acknowledge, an active one does", async () => {
    shell(
      "for i in wlan0 wlan1; do iw dev $i set monitor none; ip link set dev $i mtu 2304 up; iw dev $i set channel 1; done",
    );
    cleanUp.push(() => shell("for i in wlan0 wlan1; do ip link set dev $i down; iw dev $i set type managed; done"));
    const [{ e: a }, { e: b }] = await stations({ setup: false, run: runCommand });
    const heard = b.arecv();
    expect((await a.asendReport(STATION_1, "x")).status).toBe("no-ack");
    expect((await heard)[0]).toBe(STATION_0);
    shell(
      "ip link set dev wlan1 down; iw dev wlan1 set monitor active; ip link set dev wlan1 up; iw dev wlan1 set channel 1",
    );
    expect((await a.asendReport(STATION_1, "x")).status).toBe("acked");
  });
});

describe("an air that loses 30 % of everything, with a draw for each receiver", () => {
  test("nothing that was acknowledged is lost, nothing comes twice, and repeated frames were dropped as duplicates", async () => {
    const [medium, line] = start("python3", ["test/system/vm/medium.py", "0.3", "7"]);
    expect(await line()).toBe("ready");
    const [{ e: a }, { e: b, radio }] = await stations();
    const heard: string[] = [];
    void (async () => {
      for await (const [, msg] of b) heard.push(new TextDecoder().decode(msg));
    })();
    const acked: string[] = [];
    let attempts = 0;
    for (let i = 0; i < MESSAGES; i++) {
      const report = await a.asendReport(STATION_1, `${i}`);
      if (report.status === "acked") acked.push(`${i}`);
      attempts += "attempts" in report ? (report.attempts ?? 0) : 0;
    }
    // The card acknowledges before the program has read the message.
    await expect.poll(() => acked.filter((text) => !heard.includes(text)), { timeout: 10_000 }).toEqual([]);
    expect(heard.filter((text, i) => heard.indexOf(text) !== i)).toEqual([]);
    expect(acked.length).toBeGreaterThan(MESSAGES / 2);
    expect(attempts).toBeGreaterThan(MESSAGES);
    medium.kill();
    const repeated = Number.parseInt(await line(), 10);
    expect(repeated).toBeGreaterThan(0);
    expect(radio.counters.duplicates).toBe(repeated);
  });
});

test("an interface that goes down and comes up again is told of, and works on", async () => {
  const [{ e: a }, { e: b }] = await stations();
  const states: string[] = [];
  a.onState(({ state }) => void states.push(state));
  shell("ip link set dev wlan0 down");
  expect((await a.asendReport(STATION_1, "x")).status).toBe("failed");
  await expect(a.asend(STATION_1, "x")).rejects.toMatchObject({ code: "ERR_RADIO_DOWN" });
  shell("ip link set dev wlan0 up");
  const heard = a.arecv();
  while (!(await b.asend(STATION_0, "again")));
  expect((await heard)[0]).toBe(STATION_1);
  expect(await a.asend(STATION_1, "x")).toBe(true);
  expect(states).toEqual(["down", "up"]);
});

test("a program that exits leaves the interface as it was", async () => {
  shell("ip link set dev wlan0 mtu 1400");
  cleanUp.push(() => shell("ip link set dev wlan0 mtu 1500"));
  const program = `
    const { openRadio, WLAN } = await import("./packages/aioespnow/dist/index.js");
    new WLAN(WLAN.IF_STA, await openRadio("linux:wlan0?channel=6&mac=02:00:00:00:00:77")).active(true);
    const { execFileSync } = await import("node:child_process");
    console.log(execFileSync("iw", ["dev", "wlan0", "info"], { encoding: "utf8" }).replace(/\\s+/g, " "));
    process.exit();`;
  const [child, line] = start(process.execPath, ["--input-type=module", "--eval", program]);
  expect(await line()).toMatch(/addr 02:00:00:00:00:77 type monitor .* channel 6 /);
  if (child.exitCode === null) await once(child, "exit");
  expect(shell("iw dev wlan0 info")).toMatch(/addr 02:00:00:00:00:00\s+type managed/);
  expect(shell("ip link show dev wlan0")).toContain("mtu 1400");
  expect(shell("ip link show dev wlan0")).not.toContain("UP");
});

test("espnow doctor --probe finds that the driver gives TX status, and leaves the interface as it was", {
  timeout: 60_000,
}, async () => {
  const [child, line] = start(process.execPath, ["packages/espnow/bin/espnow.js", "doctor", "--probe", "linux:wlan0"]);
  const said: string[] = [];
  for (let text = await line(); text !== "(no more lines)"; text = await line()) said.push(text);
  expect(said).toContain("ok       linux:wlan0 tells whether a message was acknowledged");
  if (child.exitCode === null) await once(child, "exit");
  expect(child.exitCode).toBe(0);
  expect(shell("iw dev wlan0 info")).toMatch(/addr 02:00:00:00:00:00\s+type managed/);
});

test("the example with heartbeat and echo runs on linux: radios, in two processes", { timeout: 60_000 }, async () => {
  const example = "examples/dist/heartbeat-and-echo.js";
  const [, first] = start(process.execPath, [example], { ESPNOW_RADIO: "linux:wlan0" });
  const [, second] = start(process.execPath, [example], { ESPNOW_RADIO: `linux:wlan1?mac=${EXAMPLE_PEER}` });
  const until = async (line: () => Promise<string>, wanted: string): Promise<string> => {
    for (let text = await line(); ; text = await line()) {
      if (text === wanted || text === "(no more lines)") return text;
    }
  };
  expect(await until(second, "Echo: ping")).toBe("Echo: ping");
  expect(await until(first, "Echo: ping")).toBe("Echo: ping");
});
