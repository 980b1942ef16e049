import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Scenario, Snapshot } from "espnow-micropython";
import { plugDevices } from "espnow-micropython/hardware";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EndAtOnce } from "#cli/process/host.ts";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-state-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function path(name: string, content?: string): string {
  const file = join(folder, name);
  if (content !== undefined) writeFileSync(file, content);
  return file;
}

async function espnow(args: readonly string[], { signal, write }: { signal?: AbortSignal; write?: () => void } = {}) {
  const [stdout, stderr] = [new Recorder(false), new Recorder(false)];
  const sink = {
    write(chunk: string | Uint8Array) {
      stdout.write(chunk);
      write?.();
    },
  };
  const host = { stdout: sink, stderr, env: {}, signal: signal ?? new AbortController().signal, exitCode: 0 };
  const code = await run(["run", ...args], host);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

const COUNTER = `
import time
n = 0
while True:
    n += 1
    print(n)
    time.sleep(1)
`;

/** Sends what it measures, and how often its button was pressed; keeps a file. */
const SENSOR = `
import dht, espnow, network, time
from machine import Pin
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
gateway = b"\\x02\\x00\\x00\\x00\\x00\\x01"
e.add_peer(gateway)
pressed = []
Pin(0, Pin.IN, Pin.PULL_UP).irq(pressed.append, Pin.IRQ_FALLING)
sensor = dht.DHT22(Pin(4))
with open("log.txt", "w") as log:
    while True:
        sensor.measure()
        log.write("%s\\n" % sensor.temperature())
        e.send(gateway, "%s %d %d" % (sensor.temperature(), len(pressed), log.tell()))
        time.sleep(1)
`;
const GATEWAY = `
import espnow, network
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
for mac, msg in e: print(msg, e.peers_table[mac][1] if mac else None)
`;
const ROOM = `
boards:
  sensor:
    devices:
      climate: { device: dht22, pin: 4, temperature: 20.5 }
      door: { device: button, pin: 0 }
    script:
      - { at: 3s, every: 4s, press: door, for: 1500ms }
      - { follow: climate, csv: day.csv }
`;

describe("run --save-state and --from-state", () => {
  test("go on as the run would have: programs, air, hardware, script and files, which are needed no more", async () => {
    path("day.csv", "time,temperature\n2.5,21\n7.5,22\n");
    const files = [path("room.yaml", ROOM), path("gateway.py", GATEWAY), path("sensor.py", SENSOR)] as const;
    const args = ["--virtual", "--mac", "02:00:00:00:00:01", "--hardware", ...files];
    const whole = await espnow([...args, "--for", "12s"]);
    const state = path("house.state");
    const first = await espnow([...args, "--for", "4s", "--save-state", state]);
    for (const name of ["day.csv", "room.yaml", "gateway.py", "sensor.py"]) rmSync(path(name));
    const second = await espnow(["--from-state", state, "--for", "3s", "--save-state", state]);
    const third = await espnow(["--from-state", state, "--for", "5s", "--save", path("kept")]);
    expect([first.stderr, second.stderr, third.stderr]).toEqual([
      `${state} has the state at 0:00:04; espnow run --from-state ${state} continues from there\n`,
      `${state} has the state at 0:00:07; espnow run --from-state ${state} continues from there\n`,
      "",
    ]);
    expect(whole.stdout).toContain("b'22.0 3 ");
    expect(first.stdout + second.stdout + third.stdout).toBe(whole.stdout);
    expect(readFileSync(path("kept/sensor/log.txt"), "utf8")).toMatch(/^20\.5\n[\d.\n]*22\.0\n$/);
  });

  test.each([undefined, new EndAtOnce()])(
    "save it at Ctrl-C and SIGTERM, of which programs do not hear (%s)",
    async (reason) => {
      const stop = new AbortController();
      const state = path("c.state");
      const write = (): void => stop.abort(reason);
      const args = ["--virtual", "--save-state", state, path("c.py", COUNTER)];
      const { stdout, stderr } = await espnow(args, { signal: stop.signal, write });
      expect(stderr).toBe(`${state} has the state at 0:00:00; espnow run --from-state ${state} continues from there\n`);
      const { stdout: more } = await espnow(["--from-state", state, "--for", "3s"]);
      expect(stdout + more).toBe("1\n2\n3\n4\n");
    },
  );

  test("go on with other chances where a seed is given", async () => {
    const source = "import os, time\nwhile True:\n    print(os.urandom(4).hex())\n    time.sleep(1)";
    const state = path("dice.state");
    await espnow(["--virtual", "--for", "2500ms", "--save-state", state, path("dice.py", source)]);
    const goOn = async (...seed: string[]): Promise<string> =>
      (await espnow(["--from-state", state, "--for", "3s", ...seed])).stdout;
    const [same, again, other] = [await goOn(), await goOn(), await goOn("--seed", "2")];
    expect([again, await goOn("--seed", "2")]).toEqual([same, other]);
    expect(other).not.toBe(same);
  });

  test("leave programs alone that have ended, and say where that are all", async () => {
    const [state, over] = [path("c.state"), path("over.py", "print('over')")];
    await espnow(["--virtual", "--for", "1500ms", "--save-state", state, over, path("c.py", COUNTER)]);
    const { stdout } = await espnow(["--from-state", state, "--for", "1s", "--json"]);
    expect(stdout.split("\n").filter((line) => line.includes('"over"'))).toEqual([]);
    expect(stdout).toContain('"text":"3"');
    const { stderr } = await espnow(["--virtual", "--save-state", state, over]);
    expect(stderr).toBe(`${state} has the state at 0:00:00; all programs have ended\n`);
    const refused = await espnow(["--from-state", state]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("all programs have ended") });
  });

  test("are a scenario's snapshot, and the other way round", async () => {
    const state = path("c.state");
    await espnow(["--virtual", "--for", "1500ms", "--save-state", state, path("c.py", COUNTER)]);
    await using scenario = Scenario.from(await Snapshot.fromBytes(readFileSync(state)), plugDevices);
    await scenario.run(1000);
    expect(scenario.lines.map(({ text }) => text)).toEqual(["3"]);
    writeFileSync(state, await (await scenario.snapshot()).toBytes());
    expect((await espnow(["--from-state", state, "--for", "1s"])).stdout).toBe("4\n");
  });
});

describe("refused are", () => {
  test.each([
    [["--save-state", "x"], /--save-state is for virtual time: add --virtual/],
    [["--radio", "air:", "--save-state", "x"], /--save-state is for a simulated air of their own/],
  ])("%j", async (args, message) => {
    const { code, stderr } = await espnow([...args, path("c.py", COUNTER)]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  test("a file that cannot be written, before a program begins", async () => {
    const { code, stdout } = await espnow(["--virtual", "--save-state", path("none/x"), path("c.py", COUNTER)]);
    expect([code, stdout]).toEqual([1, ""]);
  });

  test.each([
    [["c.py"], /has all boards with their programs: leave "c.py" out/],
    [["--mac", "02:00:00:00:00:01"], /leave --mac out/],
    [["--hardware", "room.yaml"], /leave --hardware out/],
    [["--radio", "air:"], /--radio is for real time, and a state goes on in virtual time/],
    [["--network"], /--network is for real time/],
  ])("beside --from-state %j", async (args, message) => {
    const { code, stderr } = await espnow(["--from-state", path("x.state", ""), ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  test("files that are no state, of another version, or damaged", async () => {
    await using scenario = new Scenario();
    scenario.board({ source: COUNTER });
    const good = await (await scenario.snapshot()).toBytes();
    const [state, version, cut] = [path("x.state"), good.slice(), good.slice(0, -100)];
    version[13] = 99;
    for (const [bytes, message] of [
      [Buffer.from("boards:\n"), /this is no saved state/],
      [version, /has format 99/],
      [cut, /damaged or not complete/],
    ] as const) {
      writeFileSync(state, bytes);
      const { code, stderr } = await espnow(["--from-state", state]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
    const missing = await espnow(["--from-state", path("none.state")]);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("cannot read") });
  });

  test("states with devices that are not from a hardware file", async () => {
    await using scenario = new Scenario();
    const { machine } = scenario.board({ source: COUNTER }, { name: "own" });
    const nothing = { shown: () => [], save: () => null, load: () => undefined, plug: () => undefined };
    machine.devices.add({ name: "thing", ...nothing });
    writeFileSync(path("own.state"), await (await scenario.snapshot()).toBytes());
    const { code, stderr } = await espnow(["--from-state", path("own.state")]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('own lacks its device "thing"')]);
  });
});
