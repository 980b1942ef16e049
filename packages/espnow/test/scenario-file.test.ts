import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Keyboard } from "#cli/process/host.ts";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-scenario-"));
  mkdirSync(join(folder, "sensor"));
  write("gateway.py", GATEWAY);
  write("sensor/main.py", SENSOR);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string): string {
  const file = join(folder, path);
  writeFileSync(file, content);
  return file;
}

const START = `
import network, espnow, sys, os, time
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
e = espnow.ESPNow()
e.active(True)
`;
const GATEWAY = `${START}
while True:
    mac, msg = e.recv(30000)
    if mac is None:
        break
    print(time.ticks_ms() // 1000, msg)
`;
const SENSOR = `${START}
gateway = b"\\x02\\x00\\x00\\x00\\x00\\x01"
e.add_peer(gateway)
print(os.uname().machine, sys.platform, sys.argv[1:])
print(e.send(gateway, sys.argv[1]))
`;

async function espnow(args: readonly string[], stdin?: Keyboard) {
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  const { signal } = new AbortController();
  const code = await run(["run", ...args], { stdout, stderr, env: {}, signal, exitCode: 0, ...(stdin && { stdin }) });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

describe("espnow run house.yaml", () => {
  test("runs the file that docs/cli.md shows, with the programs of the examples", async () => {
    const [, text = ""] = /```yaml\n(seed: [\s\S]*?)```/.exec(readFileSync("docs/cli.md", "utf8")) ?? [];
    for (const name of ["gateway.py", "sensor.py"]) cpSync(`examples/micropython/${name}`, join(folder, name));
    const { stdout } = await espnow(["--virtual", "--for", "130s", write("house.yaml", text)]);
    expect(stdout.match(/(?<=^gateway \| \w+ ).*$/gm)).toEqual(["[1234]", "[1234]", "[60000]"]);
  });

  test("runs the boards that the file describes, each with its name, program, arguments, kind and start", async () => {
    const file = write(
      "house.yaml",
      `
boards:
  hall:
    program: gateway.py
    mac: "02:00:00:00:00:01"
  kitchen:
    program: sensor
    arguments: [kitchen, 2]
    board: esp8266
    machine: Wemos D1 mini
    start: 5s
  cellar: { program: sensor, arguments: [cellar] }
links:
  - { between: [hall, cellar], loss: 1 }
`,
    );
    const { code, stdout } = await espnow(["--virtual", file]);
    expect([code, stdout.split("\n").toSorted()]).toEqual([
      0,
      [
        "",
        "cellar  | False",
        "cellar  | Generic ESP32 module with ESP32 esp32 ['cellar']",
        "hall    | 5 b'kitchen'",
        "kitchen | True",
        "kitchen | Wemos D1 mini esp8266 ['kitchen', '2']",
      ],
    ]);
  });

  test("has positions and loss, and its boards are in reach of its access point", async () => {
    write(
      "far.py",
      `${SENSOR}
sta.connect("home", "secret")
while sta.status() == network.STAT_CONNECTING: time.sleep(1)
print(sta.config("channel"))`,
    );
    const file = write(
      "house.yaml",
      `
access_point: { ssid: home, password: secret, channel: 6 }
boards:
  hall: { program: gateway.py, mac: "02:00:00:00:00:01", position: { x: 0, y: 0 } }
  far: { program: far.py, arguments: [far], position: { x: 5000, y: 0 } }
`,
    );
    const { stdout } = await espnow(["--virtual", file]);
    expect(stdout).toBe("far  | Generic ESP32 module with ESP32 esp32 ['far']\nfar  | False\nfar  | 6\n");
    const lossy = write(
      "lossy.yaml",
      "loss: 1\n" +
        'boards: { a: { program: sensor, arguments: [x] }, hall: { program: gateway.py, mac: "02:00:00:00:00:01" } }',
    );
    expect((await espnow(["--virtual", lossy])).stdout).toContain("a    | False\n");
  });

  test("gives boards their devices, and a script of what happens to them", async () => {
    write("room.yaml", "devices: { door: { device: button, pin: 4 } }");
    write(
      "button.py",
      "import machine, time\np = machine.Pin(0, machine.Pin.IN, machine.Pin.PULL_UP)\nq = machine.Pin(4, machine.Pin.IN, machine.Pin.PULL_UP)\nwhile p.value(): time.sleep_ms(10)\nprint(q.value(), time.ticks_ms() // 100)",
    );
    const file = write(
      "house.yaml",
      `
boards:
  a:
    program: button.py
    hardware: room.yaml
    devices: { bell: { device: button, pin: 0 } }
    script: [{ at: 3s, press: bell }]
`,
    );
    expect((await espnow(["--virtual", file])).stdout).toBe("1 30\n");
  });

  test("types what a file says", async () => {
    write("chat.py", "print('hello', input('name? '), input())");
    write("keys.txt", "Ada\nLovelace\n");
    const file = write("house.yaml", "boards: { a: { program: chat.py, type: keys.txt }, b: { program: chat.py } }");
    const { stdout } = await espnow(["--virtual", "--type", `b=${join(folder, "keys.txt")}`, file]);
    expect(stdout.split("\n").toSorted()).toEqual(
      ["a", "b"]
        .flatMap((name) => [`${name} | Lovelace`, `${name} | hello Ada Lovelace`, `${name} | name? Ada`])
        .concat("")
        .toSorted(),
    );
  });

  test.each([
    [
      "boards: { a: { program: x.py, bord: esp32 } }",
      /house.yaml:1: boards\.a: there is no setting "bord"; there are program, arguments, board/,
    ],
    [
      "boards:\n  a:\n    program: x.py\n    board: pico",
      'house.yaml:4: boards.a.board: it must be one of "esp32", "esp8266"',
    ],
    ["boards:\n  a:\n    board: esp32", "house.yaml:3: boards.a.program is missing"],
    [
      "boards:\n  a:\n    program: x.py\n    mac: kitchen",
      /house.yaml:4: boards\.a\.mac: It must be the address of one board/,
    ],
    [
      "boards:\n  a:\n    program: x.py\n    start: soon",
      /house.yaml:4: boards\.a\.start: It must be a time such as 500ms/,
    ],
    ["loss: 2\nboards: { a: { program: x.py } }", "house.yaml:1: loss: it must be at most 1"],
    [
      "boards:\n  a:\n    program: x.py\n    devices:\n      d: { device: dht23, pin: 4 }",
      /house.yaml:5: boards\.a\.devices\.d.*: there is no device "dht23"; there are button, /,
    ],
    ["boards: {}", "house.yaml:1: boards: at least one board"],
    [
      "boards: { a: { program: x.py } }\nlinks: [{ between: [a, b], loss: 1 }]",
      /links: there is no board "b"; there are a/,
    ],
    ["boards: [", /house.yaml:1: /],
  ])("says what is wrong, and where: %s", async (text, message) => {
    const { code, stderr } = await espnow([write("house.yaml", text)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message instanceof RegExp ? message : new RegExp(message.replaceAll(".", "\\.")));
  });

  test.each([
    [["--board", "esp32", "house.yaml"], "--board has its place in "],
    [["house.yaml", "gateway.py"], "house.yaml has all boards of its scenario: leave the others out"],
  ])("takes no other boards, and no settings beside it: %j", async (args, message) => {
    write("house.yaml", "boards: { a: { program: gateway.py } }");
    const paths = args.map((word) => (/\./.test(word) ? join(folder, word) : word));
    const { code, stderr } = await espnow(paths);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test("that is not there is an error", async () => {
    expect(await espnow([join(folder, "none.yaml")])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot read/),
    });
  });
});

test("programs of a command line have settings of their own", async () => {
  const word = `${join(folder, "sensor/main.py")}:board=esp8266,machine=Wemos,name=attic kitchen`;
  const { stdout } = await espnow([
    "--virtual",
    "--mac",
    String.raw`b'\x02\x00\x00\x00\x00\x01'`,
    join(folder, "gateway.py"),
    word,
  ]);
  expect(stdout.split("\n").toSorted()).toEqual([
    "",
    "attic   | True",
    "attic   | Wemos esp8266 ['kitchen']",
    "gateway | 0 b'kitchen'",
  ]);
});

describe("lines at a terminal", () => {
  class Terminal extends PassThrough implements Keyboard {
    readonly isTTY = true;
  }

  test("are typed at the board that they name", async () => {
    const chat = write("chat.py", "print('got', input())");
    const keys = new Terminal();
    keys.write("b> for b\nnobody> x\na> for a\n");
    const { stdout, stderr } = await espnow([`${chat}:name=a`, `${chat}:name=b`], keys);
    expect(
      stdout
        .split("\n")
        .filter((line) => line.includes("got"))
        .toSorted(),
    ).toEqual(["a | got for a", "b | got for b"]);
    expect(stderr).toBe('type at one of the boards: "a> text", "b> text"\n');
  });
});

test.each([
  [["--type", "kitchen", "a.py"], /It must look like NAME=FILE/],
  [["--type", "kitchen=x", "a.py"], /there is no board "kitchen"; there are a/],
  [["--radio", "air:", "--position", "1/2", "a.py"], /positions are for a simulated air of their own/],
  [["--position", "1/2", "--position", "3/4", "a.py"], /2 positions for 1 board/],
  [["a.py:name=x", "b.py:name=x"], /two boards cannot have the name "x"/],
  [
    ["a.py:mac=02:00:00:00:00:01", "b.py:mac=02:00:00:00:00:01"],
    /two boards cannot have the address 02:00:00:00:00:01/,
  ],
])("espnow run %j is refused", async (args, message) => {
  const { code, stderr } = await espnow(args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
