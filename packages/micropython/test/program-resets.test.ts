import { Scenario } from "espnow-micropython";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { python } from "./on-a-board.ts";

/** Counts its starts in a file, in NVS and in RTC memory. */
const COUNTER = python`
  import machine, esp32, time, network
  sta = network.WLAN(network.WLAN.IF_STA)
  print("up before" if sta.active() else "down before")
  sta.active(True)
  rtc, nvs = machine.RTC(), esp32.NVS("test")
  def count(read, write):
      try:
          n = read() + 1
      except OSError:
          n = 1
      write(n)
      return n
  print(count(lambda: int(open("count").read()), lambda n: open("count", "w").write(str(n))),
        count(lambda: nvs.get_i32("n"), lambda n: nvs.set_i32("n", n)),
        count(lambda: len(rtc.memory()), lambda n: rtc.memory(b"x" * n)),
        machine.reset_cause(), time.ticks_ms() < 10)
`;

let scenario: Scenario;

beforeEach(() => {
  scenario = new Scenario({ seed: 1 });
});

afterEach(() => scenario[Symbol.asyncDispose]());

const ENDINGS = [
  ["that waits", "time.sleep(1000)"],
  ["that computes", "while True: pass"],
  ["that has ended", ""],
  ["that sleeps deeply", "machine.deepsleep(1000000)"],
] as const;

describe.each(ENDINGS)("a board with a program %s", (_name, end) => {
  test("that is reset begins anew: files, NVS and RTC memory stay", async () => {
    const board = scenario.board({ source: COUNTER + end });
    await scenario.run(100);
    board.reset();
    await scenario.run(100);
    expect(board.output).toBe("down before\n1 1 1 1 True\ndown before\n2 2 2 2 True\n");
  });

  test("whose power was away begins anew, so much later", async () => {
    const board = scenario.board({ source: COUNTER + end });
    await scenario.run(100);
    board.powerCycle({ offMs: 5000 });
    await scenario.run(4000);
    expect(board.output).toBe("down before\n1 1 1 1 True\n");
    await scenario.run(2000);
    expect(board.output).toBe("down before\n1 1 1 1 True\ndown before\n2 2 2 1 True\n");
  });
});

test("without a battery a board loses RTC memory and calendar with its power", async () => {
  const board = scenario.board({
    source: `${COUNTER}print(machine.RTC().datetime()[0])\nmachine.RTC().datetime((2030,1,1,0,0,0,0,0))`,
  });
  await scenario.run(100);
  board.powerCycle({ rtc: false });
  await scenario.run(100);
  expect(board.output.split("\n").filter((line) => line.includes(" ") || line === "2000")).toEqual([
    "down before",
    "1 1 1 1 True",
    "2000",
    "down before",
    "2 2 1 1 True",
    "2000",
  ]);
});

test("`exited` and `onExit` tell of each end", async () => {
  const board = scenario.board({ source: "import sys\nsys.exit(3)" }, { mayFail: true });
  const codes: number[] = [];
  board.onExit = ({ code }) => codes.push(code);
  await scenario.run(10);
  expect((await board.exited).code).toBe(3);
  board.reset();
  expect(board.exit).toBeUndefined();
  await scenario.run(10);
  expect([(await board.exited).code, codes]).toEqual([3, [3, 3]]);
});

test("a board is switched on when its time has come, with what was typed before", async () => {
  const source = "import time\nprint(input(), time.ticks_ms() < 10)";
  const board = scenario.board({ source }, { startMs: 5000 });
  board.type("typed\n");
  await scenario.run(4999);
  expect(board.output).toBe("");
  await scenario.run(100);
  expect(board.output).toBe("typed\ntyped True\n");
});

test("a board that waits for its time can be stopped", async () => {
  const board = scenario.board({ source: "print('on')" }, { startMs: 5000 });
  await board.stop();
  await scenario.run(10_000);
  expect(board.output).toBe("");
});

test("a board has the machine's name that it is given", async () => {
  const source = "import os, sys\nprint(os.uname().machine, '|', sys.implementation._machine)";
  const board = scenario.board({ source }, { machineName: "LOLIN D1 mini with ESP8266", board: "esp8266" });
  await scenario.run(10);
  expect(board.output).toBe("LOLIN D1 mini with ESP8266 | LOLIN D1 mini with ESP8266\n");
});

test("the radio of a scenario's board is a simulated one: its links can be set", async () => {
  const source = python`
    import network, espnow
    network.WLAN(network.WLAN.IF_STA).active(True)
    e = espnow.ESPNow()
    e.active(True)
    e.add_peer(b"\x02\x00\x00\x00\x00\x0b")
    while True:
        print(e.send(b"\x02\x00\x00\x00\x00\x0b", b"hello"))
        input()
  `;
  const [a, b] = [
    scenario.board({ source }, { mac: "02:00:00:00:00:0a" }),
    scenario.board({ source }, { mac: "02:00:00:00:00:0b", mayFail: true }),
  ];
  await scenario.until(a, /True/);
  a.radio.phy.setLink(b.radio.phy, { delivery: 0 });
  a.type("\n");
  await scenario.until(a, /False/);
});

test.each([-1, Number.NaN])("a start at %d ms is refused", (startMs) => {
  expect(() => scenario.board({ source: "" }, { startMs })).toThrow(/^startMs is a number of milliseconds/);
});
