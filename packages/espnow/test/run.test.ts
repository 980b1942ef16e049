import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readCapture } from "aioespnow/pcap";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EndAtOnce } from "#cli/process/host.ts";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

interface Outcome {
  readonly code: number;
  readonly stdout: Recorder;
  readonly stderr: Recorder;
}

/** Sends a word to the gateway each second. */
const SENSOR = `
import sys, time, network, espnow
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
gateway = b"\\x02\\x00\\x00\\x00\\x00\\x01"
e.add_peer(gateway)
for i in range(3):
    print(e.send(gateway, "%s %d" % (sys.argv[1] if len(sys.argv) > 1 else "reading", i)))
    time.sleep(1)
`;

/** Prints what it hears, for five seconds. */
const GATEWAY = `
import network, espnow
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
while True:
    mac, msg = e.recv(2000)
    if mac is None:
        break
    print(msg)
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-run-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program's file; spaces in the folder's name would part it from its arguments. */
function program(name: string, source: string): string {
  const file = join(folder, name);
  writeFileSync(file, source);
  return file;
}

async function espnow(args: readonly string[], signal = new AbortController().signal, isTTY = false): Promise<Outcome> {
  const [stdout, stderr] = [new Recorder(isTTY), new Recorder(isTTY)];
  const code = await run(["run", ...args], { stdout, stderr, env: {}, signal, exitCode: 0 });
  return { code, stdout, stderr };
}

const GATEWAY_MAC = ["--mac", "02:00:00:00:00:01"];

test("one program is shown as it prints, byte by byte", async () => {
  const file = program("bytes.py", "import sys; sys.stdout.buffer.write(bytes([0, 255, 10])); print('no end', end='')");
  const { code, stdout } = await espnow([file]);
  expect([code, Buffer.from(stdout.bytes).toString("hex")]).toEqual([0, "00ff0a6e6f20656e64"]);
});

describe("several programs on an air of their own", () => {
  test("are shown side by side, each line with the name of its board", async () => {
    const [gateway, sensor] = [program("gateway.py", GATEWAY), program("sensor.py", SENSOR)];
    const { code, stdout, stderr } = await espnow(["--virtual", ...GATEWAY_MAC, gateway, sensor, `${sensor} kitchen`]);
    expect({ code, stderr: stderr.text }).toEqual({ code: 0, stderr: "" });
    expect(stdout.lines.toSorted()).toEqual(
      [
        ...[0, 1, 2].flatMap((i) => [`gateway  | b'kitchen ${i}'`, `gateway  | b'reading ${i}'`]),
        ...Array<string>(3).fill("sensor-1 | True"),
        ...Array<string>(3).fill("sensor-2 | True"),
      ].toSorted(),
    );
  });

  test("do the same at every run in virtual time", async () => {
    const files = [program("gateway.py", GATEWAY), program("sensor.py", SENSOR), program("sensor2.py", SENSOR)];
    const once = async (seed: string): Promise<string> =>
      (await espnow(["--virtual", "--json", "--seed", seed, ...GATEWAY_MAC, ...files])).stdout.text;
    const first = await once("5");
    expect(await once("5")).toBe(first);
    expect(await once("6")).not.toBe(first);
  });

  test("are told of in JSON: lines and ends, with their times", async () => {
    const { stdout } = await espnow([
      "--virtual",
      "--json",
      program("a.py", "import time; time.sleep(1.5); print('x')"),
    ]);
    expect(stdout.records).toEqual([
      { time: 1.5, node: "a", stream: "stdout", text: "x" },
      { time: 1.5, node: "a", exit: 0 },
    ]);
  });

  test("have colours on a terminal", async () => {
    const { stdout } = await espnow([program("a.py", "print(1)"), program("b.py", "print(2)")], undefined, true);
    expect(stdout.lines.toSorted()).toEqual(["\x1b[33mb\x1b[39m | 2", "\x1b[36ma\x1b[39m | 1"].toSorted());
  });

  test("are captured, every frame of them", async () => {
    const capture = join(folder, "out.pcapng");
    const [gateway, sensor] = [program("gateway.py", GATEWAY), program("sensor.py", SENSOR)];
    await espnow(["--virtual", "--pcap", capture, ...GATEWAY_MAC, gateway, sensor]);
    const reader = readCapture(readFileSync(capture));
    let packets = 0;
    while (reader.read() !== undefined) packets++;
    expect([packets, reader.ending.status]).toEqual([6, "complete"]); // three messages, three ACKs
  });
});

test("sensors that are switched on together and broadcast are both heard", async () => {
  const [gateway, sensor] = ["gateway.py", "sensor.py"].map((name) => `examples/micropython/${name}`) as [
    string,
    string,
  ];
  const { stdout } = await espnow(["--virtual", "--for", "150s", gateway, sensor, sensor]);
  expect(stdout.lines).toHaveLength(6);
});

describe("time", () => {
  test("ends a run, which then has done what was asked", async () => {
    const file = program("tick.py", "import time\nwhile True:\n    print(time.ticks_ms())\n    time.sleep(3600)");
    const { code, stdout } = await espnow(["--virtual", "--for", "2.5h", file]);
    expect([code, stdout.text]).toEqual([0, "0\n3600000\n7200000\n"]);
  });

  test("that brings nothing any more ends it too", async () => {
    const { code, stderr } = await espnow(["--virtual", program("gateway.py", GATEWAY.replace("2000", "-1"))]);
    expect([code, stderr.text]).toEqual([0, "nothing can happen anymore: every program waits forever\n"]);
  });

  test("of a long run is shown on a terminal", async () => {
    const file = program("busy.py", "import time\nfor i in range(20000): time.sleep(1)");
    const { stderr } = await espnow(["--virtual", "--for", "10h", file], undefined, true);
    expect(stderr.text).toMatch(/\d:\d\d:\d\d of 10:00:00/);
  });
});

describe("a program that fails", () => {
  test("shows its traceback as MicroPython prints it, and its exit code is that of the run", async () => {
    const { code, stdout } = await espnow([program("bad.py", "def f():\n    return 1 // 0\nf()")]);
    expect([code, stdout.lines]).toEqual([
      1,
      [
        "Traceback (most recent call last):",
        '  File "bad.py", line 3, in <module>',
        '  File "bad.py", line 2, in f',
        "ZeroDivisionError: divide by zero",
      ],
    ]);
    expect((await espnow([program("exit.py", "import sys; sys.exit(3)")])).code).toBe(3);
  });

  test("ends the others", async () => {
    const files = [program("forever.py", "while True: pass"), program("bad.py", "raise ValueError('x')")];
    const { code, stdout } = await espnow(files);
    expect(code).toBe(1);
    expect(stdout.lines.at(-1)).toBe("bad     | ValueError: x");
  });

  test("lets the others go on where that is asked", async () => {
    const files = [
      program("bad.py", "raise ValueError('x')"),
      program("good.py", "import time; time.sleep(9); print('end')"),
    ];
    const { code, stdout } = await espnow(["--virtual", "--keep-going", ...files]);
    expect([code, stdout.text]).toEqual([1, expect.stringMatching(/^bad {2}\| ValueError: x\ngood \| end\n$/m)]);
  });

  test.each([
    ["a syntax error", "def f(:", /SyntaxError: invalid syntax/],
    ["an import of what is not there", "import no_such", /ImportError: no module named 'no_such'/],
  ])("says so: %s", async (_name, source, message) => {
    const { code, stdout } = await espnow([program("bad.py", source)]);
    expect(code).toBe(1);
    expect(stdout.text).toMatch(message);
  });
});

describe("ends", () => {
  test("at Ctrl-C, which is a KeyboardInterrupt for every program", async () => {
    const source =
      "import time\ntry:\n    print('on')\n    while True: time.sleep(1)\nexcept KeyboardInterrupt:\n    print('off')";
    const stop = new AbortController();
    const [a, b] = [program("a.py", source), program("b.py", source)];
    const stdout = new Recorder();
    const started = { seen: 0 };
    const sink = {
      write(chunk: string | Uint8Array): void {
        stdout.write(chunk);
        if (String(chunk).includes("on") && ++started.seen === 2) stop.abort();
      },
    };
    const host = { stdout: sink, stderr: new Recorder(), env: {}, signal: stop.signal, exitCode: 0 };
    expect(await run(["run", a, b], host)).toBe(0);
    expect(stdout.lines.toSorted()).toEqual(["a | off", "a | on", "b | off", "b | on"]);
  });

  test("where nobody reads on, whatever the programs do", async () => {
    const stop = new AbortController();
    const file = program(
      "a.py",
      "while True:\n    try:\n        while True: print('x')\n    except KeyboardInterrupt: pass",
    );
    const sink = { write: () => stop.abort(new EndAtOnce()) };
    const host = { stdout: sink, stderr: new Recorder(), env: {}, signal: stop.signal, exitCode: 0 };
    expect(await run(["run", file], host)).toBe(0);
  });
});

test.each([
  [["none.py"], 1, `espnow: there is no file ${resolve("none.py")}\n`],
  [[], 2, "espnow: name the programs to run, or a state by --from-state\n"],
  [["--radio", "linux:wlan1", "a.py", "b.py"], 2, "espnow: linux:wlan1 is the radio of one board only\n"],
  [["--radio", "air:", "--virtual", "a.py"], 2, /^espnow: --virtual is for a simulated air of their own/],
  [["--board", "pico", "a.py"], 2, /It must be esp32 or esp8266/],
  [["--for", "soon", "a.py"], 2, /It must be a time such as 500ms, 90s, 5min, 24h or 7d/],
])("espnow run %j is refused", async (args, exitCode, message) => {
  const { code, stderr } = await espnow(args);
  expect(code).toBe(exitCode);
  if (typeof message === "string") expect(stderr.text).toBe(message);
  else expect(stderr.text).toMatch(message);
});

test.each([
  [
    "import time\n# time.time() + 0.5 is fine here\nend = time.time() + 0.5\n",
    "main.py:3 adds a fraction to time.time()",
  ],
  ["from time import time\nprint(1.5 + time() > 0)\n", "main.py:2 adds a fraction to time.time()"],
  ["import datetime\n", "a board's firmware has no datetime: put it beside the program"],
])("what a board would do otherwise is remarked once, at the end: %j", async (source, remark) => {
  const { stderr } = await espnow(["--virtual", program("main.py", source)]);
  expect(stderr.text.split(remark)).toHaveLength(2);
});

test("whole seconds and modules that a board has are not remarked on", async () => {
  const source = "import time, binascii, heapq\nend = time.time() + 5\nlater = time.ticks_ms() + 0.5\n";
  const { stderr } = await espnow(["--virtual", program("main.py", source)]);
  expect(stderr.text).toBe("");
});
