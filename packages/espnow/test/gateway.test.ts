import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPhy, type Phy, toMac } from "aioespnow";
import { packetNumber } from "aioespnow/codec";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hiddenPaths, systemdUnit } from "#cli/gateway/systemd-unit.ts";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

const AIR = "sim:gateway-command";
const NODE = "02:00:00:00:00:99";
const KEY = "000102030405060708090a0b0c0d0e0f";
const PATHS = { node: "/usr/bin/node", script: "/usr/lib/espnow.js", config: "/etc/espnow/gateway.yaml" };
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-gateway-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** An output that tells what was written to it. */
class Listener extends Recorder {
  #heard: () => void = () => undefined;

  override write(chunk: string | Uint8Array): void {
    super.write(chunk);
    this.#heard();
  }

  /** What `pattern` finds in the output, as soon as it is there. */
  find(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      this.#heard = () => {
        const found = pattern.exec(this.text)?.[1];
        if (found !== undefined) resolve(found);
      };
      this.#heard();
    });
  }
}

describe("packet numbers", () => {
  let monitor: Phy;
  let heard: (number: number) => void;

  beforeEach(async () => {
    monitor = await openPhy(AIR);
    monitor.setAckAddresses([toMac(NODE)]);
    monitor.onFrame = ({ bytes }) => heard(packetNumber(bytes) as number);
  });

  afterEach(() => monitor[Symbol.asyncDispose]());

  /** Starts the command, lets it send one encrypted message, and stops it. Returns the number of that. */
  async function sendOne(): Promise<number> {
    const config = join(folder, "gateway.yaml");
    writeFileSync(config, `radios: ["${AIR}?mac=02:00:00:00:00:0a"]\nnodes: { "${NODE}": { key: ${KEY} } }\n`);
    const stop = new AbortController();
    const [stdout, stderr] = [new Listener(), new Recorder()];
    const number = new Promise<number>((resolve) => {
      heard = resolve;
    });
    const host = { stdout, stderr, env: { XDG_STATE_HOME: folder }, signal: stop.signal, exitCode: 0 };
    const ended = run(["gateway", "--config", config, "--http", "127.0.0.1:0"], host);
    const url = await stdout.find(/status page: (\S+)\n/);
    const body = JSON.stringify({ node: NODE, text: "hi" });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}api/request/send`, { method: "POST", headers, body });
    expect(answer.status).toBe(200);
    const first = await number;
    stop.abort();
    expect(await ended).toBe(0);
    return first;
  }

  test("never repeat after a restart of the gateway", async () => {
    expect([await sendOne(), await sendOne(), await sendOne()]).toEqual([1, 1025, 2049]);
  });
});

test("at SIGHUP nodes are taken from the file as it is now; one with an error changes nothing, and is told", async () => {
  const config = join(folder, "gateway.yaml");
  const other = "02:00:00:00:00:98";
  const write = (rest: string): void => writeFileSync(config, `radios: ["${AIR}"]\n${rest}\n`);
  write(`nodes: { "${NODE}": { name: Hall }, "${other}": { name: Attic } }`);
  const stop = new AbortController();
  const [stdout, stderr] = [new Listener(), new Listener()];
  let hangUp = (): void => undefined;
  const onHangUp = (work: () => void): (() => void) => {
    hangUp = work;
    return () => undefined;
  };
  const host = { stdout, stderr, env: {}, signal: stop.signal, exitCode: 0, onHangUp };
  const ended = run(["gateway", "--config", config, "--http", "127.0.0.1:0"], host);
  const url = await stdout.find(/status page: (\S+)\n/);
  const names = async (): Promise<string[]> => {
    const { nodes } = (await (await fetch(`${url}api/nodes`)).json()) as { nodes: { name: string }[] };
    return nodes.map(({ name }) => name);
  };

  write(`nodes: { "${NODE}": { name: Attic }, "${other}": { name: Hall } }`);
  hangUp();
  expect(stdout.text).toContain("read the configuration again\n");
  expect(await names()).toEqual(["Attic", "Hall"]);

  write(`nodes: { "${NODE}": { name: Porch }, "${other}": { nmae: Hall } }`);
  hangUp();
  expect(stderr.text).toMatch(/the configuration stays as it was: \S*gateway\.yaml:2: .*nmae/);
  write(`nodes: { "${NODE}": { name: Porch }, "${other}": { name: Porch } }`);
  hangUp();
  expect(stderr.text).toContain('the configuration stays as it was: two nodes cannot be called "Porch"');
  expect(await names()).toEqual(["Attic", "Hall"]);

  write("store: gateway.db");
  hangUp();
  expect(stderr.text).toContain("counts only after a restart: store");
  stop.abort();
  expect(await ended).toBe(0);
});

describe("the systemd unit", () => {
  /** Runs the command without starting a gateway. Returns its exit code, what it printed and what it remarked. */
  async function service(...args: string[]): Promise<[code: number, printed: string, remarks: string]> {
    const [stdout, stderr] = [new Recorder(), new Recorder()];
    const { signal } = new AbortController();
    const code = await run(["gateway", "service", ...args], { stdout, stderr, env: {}, signal, exitCode: 0 });
    return [code, stdout.text, stderr.text];
  }

  /** The settings of a unit that have this name. */
  const settings = (unit: string, name: string): string[] =>
    unit.split("\n").flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []));

  test("runs this program with the configuration that is named", async () => {
    const [code, unit] = await service("--print", "--config", "some/gateway.yaml");
    expect(code).toBe(0);
    const [start = ""] = settings(unit, "ExecStart");
    expect(start).toMatch(/bin\/espnow\.js gateway --config \/.*\/some\/gateway\.yaml$/);
    expect(start.startsWith(`${process.execPath} /`)).toBe(true);
    expect((await service("--print"))[1]).toContain(" --config /etc/espnow/gateway.yaml\n");
  });

  test("has rights for a Wi-Fi card and for a serial port, and counts SIGTERM as success", () => {
    const unit = systemdUnit(PATHS);
    expect(settings(unit, "AmbientCapabilities")).toEqual(["CAP_NET_ADMIN CAP_NET_RAW"]);
    expect(settings(unit, "DeviceAllow")).toEqual(["char-ttyUSB rw", "char-ttyACM rw"]);
    expect(settings(unit, "SupplementaryGroups")).toEqual(["dialout"]);
    expect(settings(unit, "ExecReload")).toEqual(["/bin/kill -HUP $MAINPID"]);
    expect(settings(unit, "SuccessExitStatus")).toEqual(["SIGTERM"]);
    const notify = ["Type", "NotifyAccess", "WatchdogSec"].flatMap((name) => settings(unit, name));
    expect(notify).toEqual(["notify", "all", "60"]);
  });

  test("takes paths word by word, and refuses those that a unit cannot name", () => {
    const [start] = settings(systemdUnit({ ...PATHS, config: '/etc/my "100%" $HOME/g.yaml' }), "ExecStart");
    expect(start).toBe(String.raw`/usr/bin/node /usr/lib/espnow.js gateway --config "/etc/my \"100%%\" $$HOME/g.yaml"`);
    expect(() => systemdUnit({ ...PATHS, config: "/etc/a\nb" })).toThrow("a unit cannot name");
  });

  test("tells which of its paths the service cannot read, in homes and below /tmp", async () => {
    const hidden = ["/home/me/espnow.js", "/root/espnow.js", "/tmp/espnow.js", "/var/tmp/espnow.js"];
    for (const script of hidden) expect(hiddenPaths({ ...PATHS, script })).toEqual([script]);
    expect(hiddenPaths({ ...PATHS, script: "/srv/tmp/espnow.js" })).toEqual([]);
    const [, , remarks] = await service("--print", "--config", "/tmp/x/gateway.yaml");
    expect(remarks).toContain("note: the service cannot read /tmp/x/gateway.yaml: move it out of /tmp\n");
    const [, , others] = await service("--print", "--config", "/home/me/gateway.yaml");
    expect(others).toContain("note: the service cannot read /home/me/gateway.yaml: move it out of the home folder\n");
  });

  test("is printed only where that is asked for", async () => {
    const [code, , remarks] = await service();
    expect([code, remarks]).toEqual([2, expect.stringContaining("--print")]);
  });

  test.skipIf(!hasSystemd)("is one that systemd takes without a word", () => {
    const file = join(folder, "espnow-gateway.service");
    const paths = { node: process.execPath, script: "/usr/lib/espnow.js", config: '/etc/my "100%" $HOME/g.yaml' };
    writeFileSync(file, systemdUnit(paths));
    const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", file], { encoding: "utf8" });
    const about = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("espnow-gateway"));
    expect([status, about]).toEqual([0, []]);
  });
});

async function refusalOf(...options: readonly string[]): Promise<readonly [code: number, text: string]> {
  const stderr = new Recorder();
  const host = { stdout: new Recorder(), stderr, env: {}, signal: new AbortController().signal, exitCode: 0 };
  const code = await run(["gateway", "--radio", AIR, "--no-http", ...options], host);
  return [code, stderr.text];
}

test.each([
  ["everybody could come", ["--broker", "0.0.0.0:0"], 1, "a broker on 0.0.0.0:0 needs users: set broker.users_file"],
  ["its port is none", ["--broker", "127.0.0.1:99999"], 2, "broker.listen: a port is a number from 0 to 65535"],
  ["it is no address", ["--broker", "x"], 2, "broker.listen: it must be like 127.0.0.1:1883"],
  ["there would be two", ["--broker", "--mqtt", "mqtt://x"], 2, "--mqtt joins a broker, and --broker is one: choose"],
] as const)("an embedded broker is refused where %s", async (_, options, code, text) => {
  expect(await refusalOf(...options)).toEqual([code, `espnow: ${text}\n`]);
});

test("an embedded broker whose port is in use is told in words", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const listen = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await refusalOf("--broker", listen)).toEqual([
    1,
    `espnow: ${listen} is in use: choose another port with --broker or broker.listen\n`,
  ]);
  server.close();
});

test("a configuration that is not there is told in words", async () => {
  const stderr = new Recorder();
  const host = { stdout: new Recorder(), stderr, env: {}, signal: new AbortController().signal, exitCode: 0 };
  expect(await run(["gateway", "--config", "/none/gateway.yaml"], host)).toBe(1);
  expect(stderr.text).toBe("espnow: cannot read /none/gateway.yaml: no such file or directory\n");
});
