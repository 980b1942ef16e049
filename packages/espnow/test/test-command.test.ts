import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { readCapture } from "aioespnow/pcap";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "#cli/program.ts";
import { selector } from "#cli/testing/test-files.ts";
import { Recorder } from "./transcript.ts";

const EXAMPLES = "examples/micropython";
const DOCUMENT = readFileSync("docs/testing-micropython.md", "utf8");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-test-"));
  mkdirSync(join(folder, "tests"));
  for (const name of ["sensor.py", "gateway.py", "button.py", "lamp.py"])
    cpSync(join(EXAMPLES, name), join(folder, name));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string): string {
  const file = join(folder, path);
  writeFileSync(file, content);
  return file;
}

async function espnow(...args: readonly string[]) {
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  const { signal } = new AbortController();
  const captures = ["--captures", join(folder, "air")];
  const code = await run(["test", ...captures, ...args], { stdout, stderr, env: {}, signal, exitCode: 0 });
  return { code, stdout: stdout.text, stderr: stderr.text, records: () => stdout.records };
}

/** How the one test of a file fails: what `E` says. */
async function failureOf(source: string): Promise<string> {
  const { code, stdout } = await espnow(write("tests/test_it.py", source));
  expect(code).toBe(1);
  return [...stdout.matchAll(/^E {3}(.*)$/gm)].map(([, text]) => text).join("\n");
}

test("the examples pass", async () => {
  const { code, stdout } = await espnow(EXAMPLES);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/ \d+ passed in /) });
});

test("a failure shows the test, what was compared, and all boards on one time line, as the document says", async () => {
  const [, source = ""] = /```python\n(# tests\/test_lamp\.py[\s\S]*?)```/.exec(DOCUMENT) ?? [];
  const [, shown = ""] = /```text\n(=+ test session starts[\s\S]*?)```/.exec(DOCUMENT) ?? [];
  const file = write("tests/test_lamp.py", source);
  const { code, stdout } = await espnow(file);
  const here = relative(process.cwd(), folder);
  const asDocumented = stdout
    .replaceAll(`${join(folder, "air")}/`, "espnow-test/")
    .replaceAll(/[\w.-]*tests-test_lamp/g, "tests-test_lamp")
    .replaceAll(`${here}/`, "")
    .replace(/={2,} (.*) in [\d.]+s =+/, "$1");
  expect(asDocumented).toBe(shown.replace(/={2,} (.*) in [\d.]+s =+/, "$1"));
  expect(code).toBe(1);
});

test("the air of a test that fails is saved, of others not", async () => {
  const source = `
async def test_it(house):
    lamp = house.board("lamp.py", mac="24:0a:c4:00:00:02")
    button = house.board("button.py")
    await house.sleep(1)
    button.press(0)
    await button.wait_for("switched")
`;
  const file = write("tests/test_it.py", source);
  expect((await espnow(file)).code).toBe(0);
  expect(existsSync(join(folder, "air"))).toBe(false);
  write("tests/test_it.py", `${source}    assert lamp.get(2) == 0\n`);
  const { stdout } = await espnow(file);
  const [, capture = ""] = /^the air: (.*)$/m.exec(stdout) ?? [];
  const reader = readCapture(readFileSync(capture));
  let frames = 0;
  while (reader.read() !== undefined) frames++;
  expect([frames, reader.ending.status]).toEqual([2, "complete"]); // the message and its ACK
});

test("the boards of a test that fails are saved a second before, and go on without it", async () => {
  write("count.py", "import time\nn = 0\nwhile True:\n    n += 1\n    print(n)\n    time.sleep(1)\n");
  const source = `
async def test_it(house):
    count = house.board("count.py", devices={"key": {"device": "button", "pin": 4}})
    await count.wait_for("3")
    count.press("key", 10)
    await house.sleep(2.5)
    assert count.exit == 0
`;
  const { stdout } = await espnow(write("tests/test_it.py", source));
  const [, time, state = ""] = /^the boards at (.*) s: espnow run --from-state (.*)$/m.exec(stdout) ?? [];
  expect(time).toBe("3.500000");
  const [output, stderr] = [new Recorder(), new Recorder()];
  const host = { stdout: output, stderr, env: {}, signal: new AbortController().signal, exitCode: 0 };
  expect(await run(["run", "--from-state", state, "--for", "2s"], host)).toBe(0);
  expect([output.text, stderr.text]).toEqual(["5\n6\n", ""]);
});

test("why the boards of a test that fails cannot be saved is said", async () => {
  const source = `
async def test_it(house):
    board = house.board("server.py", access_point={"ssid": "home"})
    await board.wait_for("listens")
    await house.sleep(5)
    assert False
`;
  const server = `
import network, socket, time
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
sta.connect("home")
while not sta.isconnected(): time.sleep_ms(100)
s = socket.socket()
s.bind(("0.0.0.0", 80))
s.listen(1)
print("listens")
s.accept()
`;
  write("server.py", server);
  const { stdout } = await espnow(write("tests/test_it.py", source));
  expect(stdout).toMatch(/^the boards before it failed cannot be saved: server cannot be saved: .* sockets open/m);
});

describe("a test fails", () => {
  test.each([
    ["that compares", "def test_it():\n    assert 1 + 1 == 3", "AssertionError: 2 == 3"],
    [
      "where a program fails",
      'async def test_it(house):\n    house.board("bad.py")\n    await house.sleep(1)',
      /^bad ended with exit code 1\nTraceback/,
    ],
    [
      "that waits in vain",
      'async def test_it(house):\n    await house.board("lamp.py").wait_for("x", timeout=5)',
      "AssertionError: lamp did not print 'x' within 5 s; since the match before it printed nothing",
    ],
    [
      "that waits for a program that has ended",
      'async def test_it(house):\n    await house.board("end.py").wait_for("x")',
      "AssertionError: end did not print 'x' before it ended with exit code 0; since the match before it printed 'end\\n'",
    ],
    [
      "whose condition never holds",
      "async def test_it(house):\n    await house.until(lambda: False, timeout=3)",
      "AssertionError: the condition did not come true within 3 s",
    ],
    [
      "that forgets to wait",
      'async def test_it(house):\n    house.board("lamp.py").wait_for("x")',
      "AssertionError: wait_for of lamp was not awaited: write await before it",
    ],
    [
      "without its program",
      'async def test_it(house):\n    house.board("none.py")',
      /^ValueError: there is no file .*none\.py$/,
    ],
    [
      "of a device that is not there",
      'async def test_it(house):\n    house.board("lamp.py").press("bell")',
      'ValueError: lamp has no device "bell"; it has none',
    ],
    [
      "with a link of too much loss",
      "async def test_it(house):\n    house.link(loss=95)",
      "ValueError: loss is a share from 0 to 1, not 95",
    ],
    [
      "that takes longer than it may",
      "async def test_it(house):\n    await house.sleep(8 * 86400)",
      "it did not end within 604800 s of its time",
    ],
    ["with a syntax error", "def test_it():\n    x = = 1", "SyntaxError: invalid syntax"],
  ])("%s", async (_name, source, message) => {
    write("bad.py", "1 / 0");
    write("end.py", "print('end')");
    const said = await failureOf(`${source}\n`);
    if (typeof message === "string") expect(said).toBe(message);
    else expect(said).toMatch(message);
  });
});

describe("a test that takes too long in real time fails, and says which program never waits, and where", () => {
  const slow = "it took too long in real time (--real-timeout), and is at N s of its time";
  test.each([
    [
      "a board's",
      'async def test_it(house):\n    house.board("busy.py")\n    await house.sleep(1e6)',
      `${slow}: busy runs without waiting:\n  File "busy.py", line 5, in <module>\n  File "busy.py", line 3, in spin`,
      undefined,
    ],
    [
      "one that cannot be interrupted",
      'async def test_it(house):\n    house.board("deaf.py")\n    await house.sleep(1e6)',
      `${slow}: deaf runs without waiting`,
      undefined,
    ],
    [
      "the test itself",
      "def test_it():\n    x = 1\n    while x: pass",
      `${slow}: it runs without waiting`,
      "while x: pass",
    ],
    ["none", "async def test_it(house):\n    while True:\n        await house.sleep(1)", slow, undefined],
  ])("%s", async (_name, source, message, line) => {
    write("busy.py", "def spin():\n    while True:\n        pass\n\nspin()");
    write("deaf.py", "while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass");
    const file = write("tests/test_it.py", `${source}\n`);
    const { code, stdout } = await espnow("--real-timeout", "50ms", "--timeout", "365d", file);
    const said = [...stdout.matchAll(/^E {3}(.*)$/gm)].map(([, text]) => text).join("\n");
    expect([code, said.replace(/at [\d.]+ s of/, "at N s of")]).toEqual([1, message]);
    expect(/^> +(.*)$/m.exec(stdout)?.[1]).toBe(line);
  });
});

test("a failure says what became of messages that nobody could receive", async () => {
  const source = `
async def test_it(house):
    button = house.board("button.py")
    await house.sleep(1)
    button.press(0)
    await button.wait_for("switched", timeout=5)
`;
  const { stdout } = await espnow(write("tests/test_it.py", source));
  expect(stdout).toContain("\nbutton: 1 message to 24:0a:c4:00:00:02: no board has this address (--mac)\n");
});

test("a test can reset boards and take their power, and has their files, output and exit", async () => {
  write(
    "count.py",
    `import machine
try: n = int(open('n').read())
except OSError: n = 0
open('n', 'w').write(str(n + 1))
print(n, machine.reset_cause())
print(input('? '))`,
  );
  const source = `
import re
async def test_it(house):
    board = house.board("count.py", files={"n": "5"}, name="counter", board="esp8266")
    match = await board.wait_for(re.compile(r"(\\d+) (\\d+)"))
    assert match.group(1) == "5"
    assert (board.name, board.exit, board.files["n"], "x" in board.files) == ("counter", None, b"6", False)
    board.files["n"] = b"41"
    board.reset()
    await board.wait_for("41 ")
    board.power_cycle(off=2)
    await board.wait_for("42 ")
    assert round(house.time) == 2
    board.type("caf\\u00e9 \\U0001f600\\n")
    await board.wait_for("\\U0001f600\\n")
    await board.wait_for("\\U0001f600\\n")
    await house.sleep(1)
    assert board.exit == 0
    assert "/n" in list(board.files)
    assert board.output.endswith("caf\\u00e9 \\U0001f600\\n") == True
`;
  expect(await espnow(write("tests/test_it.py", source))).toMatchObject({ code: 0 });
});

test("a test reaches nothing of JavaScript but the house", async () => {
  const source = `
import _house
def test_it():
    for name in ("constructor", "toString", "__proto__", "hasOwnProperty", "onNews", "findings"):
        try:
            _house._ask(name)
            assert False
        except ValueError as e:
            assert str(e) == 'a house has no "%s"' % name
`;
  expect(await espnow(write("tests/test_it.py", source))).toMatchObject({ code: 0 });
});

test("long outputs and files pass whole", async () => {
  write("long.py", "for i in range(3000): print('line', i)\nopen('big', 'w').write('x' * 20000)");
  const source = `
async def test_it(house):
    board = house.board("long.py", files={"in": "y" * 20000})
    await board.wait_for("line 2999")
    await house.sleep(1)
    assert board.output.count("\\n") == 3000
    assert board.files["big"] == b"x" * 20000
    assert board.files["in"] == b"y" * 20000
`;
  expect(await espnow(write("tests/test_it.py", source))).toMatchObject({ code: 0 });
});

test("tests can import what stands beside them, and beside the programs; boot.py is for the boards", async () => {
  write("boot.py", "raise ValueError('for boards')");
  write("shared.py", "X = 1");
  write("tests/helper.py", "import shared\nY = shared.X + 1");
  const file = write("tests/test_it.py", "from helper import Y\ndef test_it():\n    assert Y == 2\n");
  expect(await espnow(file)).toMatchObject({ code: 0 });
});

describe("which tests are run", () => {
  beforeEach(() => {
    write("tests/test_a.py", "def test_one():\n    pass\nasync def test_two(house):\n    assert False\n");
    write("tests/test_b.py", "def test_one():\n    pass\n");
  });

  const outcomes = async (...args: string[]): Promise<readonly string[]> => {
    const records = (await espnow("--json", ...args)).records() as { test: string; outcome: string }[];
    return records.map((record) => `${record.test.split("/").at(-1)} ${record.outcome}`);
  };

  test("is all of a folder, in their order", async () => {
    expect(await outcomes(folder)).toEqual([
      "test_a.py::test_one passed",
      "test_a.py::test_two failed",
      "test_b.py::test_one passed",
    ]);
  });

  test("is one by its name, those of -k, and those until the first that fails", async () => {
    const a = join(folder, "tests/test_a.py");
    expect(await outcomes(`${a}::test_one`)).toEqual(["test_a.py::test_one passed"]);
    expect(await outcomes("-k", "one and not test_a", folder)).toEqual(["test_b.py::test_one passed"]);
    expect(await outcomes("-x", folder)).toEqual(["test_a.py::test_one passed", "test_a.py::test_two failed"]);
  });

  test.each([
    [["none.py"], 2, /there is no file or folder .*none\.py/],
    [["-k", "zebra", EXAMPLES], 1, /no tests found/],
    [["-k", "a and", EXAMPLES], 2, /-k "a and": it must be words with and, or, not/],
    [[`${EXAMPLES}/tests/test_button.py::test_none`], 2, /there is no test test_none in/],
  ])("%j is refused", async (args, exitCode, message) => {
    const { code, stderr } = await espnow(...args);
    expect(code).toBe(exitCode);
    expect(stderr).toMatch(message);
  });

  test.each([
    ["def test_a(board): pass\n", /test_it\.py:1: a test takes house, or nothing, not "board"/],
    ["def test_a(): pass\ndef test_a(): pass\n", /test_it\.py:2: there are two tests test_a/],
    [
      "def test_a():\n    pass\nasync def test_b(house)\n    pass\n",
      /test_it\.py:3: a test begins on one line, such as/,
    ],
    ["class TestDoor:\n    def test_a(self): pass\n", /test_it\.py:2: a test is a function of its file, outside of/],
  ])("is refused: %j", async (source, message) => {
    expect((await espnow(write("tests/test_it.py", source))).stderr).toMatch(message);
  });

  test("may have annotations", async () => {
    const source = 'def test_a() -> None: pass\nasync def test_b(house: "House") -> None: await house.sleep(1)\n';
    expect((await espnow(write("tests/test_it.py", source))).stdout).toContain(" 2 passed in ");
  });

  test.each([
    ["sensor", true],
    ["SENSOR and not lamp", true],
    ["lamp or reading", true],
    ["lamp", false],
    ["not not sensor", true],
    ["not sensor or lamp", false],
  ])("-k %j", (expression, isSelected) => {
    expect(selector(expression)("tests/test_sensor.py::test_reading")).toBe(isSelected);
  });
});

test("the same seed does the same", async () => {
  const source = `
async def test_it(house):
    sensor = house.board("sensor.py", args=["02:00:00:00:00:01"], devices={"a": {"device": "analog", "pin": 34}})
    house.board("gateway.py", mac="02:00:00:00:00:01")
    house.link(loss=0.7)
    await house.sleep(1000)
    assert sensor.output == ""
`;
  const file = write("tests/test_it.py", source);
  const once = async (seed: string): Promise<string> =>
    (await espnow("--seed", seed, file)).stdout.replace(/=+ 1 failed in [\d.]+s =+/, "").replace(/seed \d/, "");
  const first = await once("5");
  expect(await once("5")).toBe(first);
  expect(await once("6")).not.toBe(first);
});

test("results are written as JUnit XML", async () => {
  const xml = join(folder, "results.xml");
  const source = 'def test_good():\n    pass\ndef test_bad():\n    assert "<&\\x01" == ""\n';
  await espnow("--junit", xml, write("tests/test_it.py", source));
  const text = readFileSync(xml, "utf8");
  expect(text).toMatch(/<testsuite name="espnow" tests="2" failures="1" errors="0" time="[\d.]+">/);
  expect(text).toMatch(/<testcase classname="[\w.-]*tests\.test_it" name="test_good" time="[\d.]+"\/>/);
  expect(text).toContain("<failure message=\"AssertionError: '&lt;&amp;\\x01' == ''\">");
});

test("Ctrl-C ends a test that never ends, and the report says what was run and what was not", async () => {
  const stop = new AbortController();
  write("tests/test_a.py", "def test_a():\n    pass\n");
  write("tests/test_b.py", "async def test_b(house):\n    house.board('forever.py')\n    while True: pass\n");
  // Its file is read when the test has begun.
  write("forever.py", "while True: pass");
  const stdout = new Recorder();
  const stderr = new Recorder(true);
  const sink = {
    isTTY: true,
    write(chunk: string | Uint8Array): void {
      stderr.write(chunk);
      if (String(chunk).includes("1 of 2")) setImmediate(() => stop.abort());
    },
  };
  const xml = join(folder, "results.xml");
  await run(["test", "--junit", xml, folder], { stdout, stderr: sink, env: {}, signal: stop.signal, exitCode: 0 });
  expect(stdout.text).toMatch(/test_a\.py \.\n=+ 1 passed, interrupted, 1 not run in /);
  const text = readFileSync(xml, "utf8");
  expect(text).toMatch(/<testsuite name="espnow" tests="2" failures="0" errors="0" skipped="1" time="[\d.]+">/);
  expect(text).toMatch(/name="test_b" time="0\.000">\n +<skipped message="interrupted"\/>\n/);
});
