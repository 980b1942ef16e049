import { Scenario } from "espnow-micropython";
import { describe, expect, test } from "vitest";
import { python } from "./on-a-board.ts";

type Options = Parameters<Scenario["board"]>[1];

/** What a board prints in virtual time. `COUNT` counts its boots in RTC memory as `boot`. */
async function printed(source: string, ms: number, options?: Options): Promise<string> {
  await using scenario = new Scenario({ seed: 1 });
  const board = scenario.board({ source: COUNT + source }, options);
  await scenario.run(ms);
  return board.output;
}

const COUNT = python`
  import machine
  boot = len(machine.RTC().memory()) + 1
  machine.RTC().memory(b"x" * boot)
`;

describe("a program that is started again", () => {
  test("does the same hundreds of times, at exact times", async () => {
    const source = python`
      import network, espnow, asyncio, time
      sta = network.WLAN(network.WLAN.IF_STA)
      sta.active(True)
      e = espnow.ESPNow()
      e.active(True)
      e.add_peer(b"\xff" * 6)
      async def main():
          await asyncio.sleep_ms(10)
          return e.send(b"\xff" * 6, b"reading")
      print(boot, machine.reset_cause() == machine.DEEPSLEEP_RESET, asyncio.run(main()), e.stats()[0], time.ticks_ms() < 20)
      machine.deepsleep(900)
    `;
    const lines = (await printed(source, 300_000)).trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(300);
    expect(lines).toEqual(lines.map((_, n) => `${n + 1} ${n > 0 ? "True" : "False"} True 1 True`));
  });

  test("prints the same at every run with the same seed, its random numbers others at each start", async () => {
    const source = python`
      import random, os
      print(random.getrandbits(16), os.urandom(2).hex())
      machine.deepsleep(1000)
    `;
    const outputs = [await printed(source, 20_500), await printed(source, 20_500)];
    expect(outputs[0]).toBe(outputs[1]);
    const lines = (outputs[0] as string).trimEnd().split("\n");
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.length).toBeGreaterThan(15);
  });

  test("finds its RAM fresh: globals, modules and what it changed in them", async () => {
    const source = python`
      import sys, builtins, time, espnow, asyncio, network
      print("left" in globals(), hasattr(machine, "left"), hasattr(builtins, "left"), "json" in sys.modules,
          hasattr(espnow, "left"), espnow.MAX_DATA_LEN, asyncio.sleep.__name__, sys.path[-1], machine.freq())
      import json
      left = machine.left = builtins.left = espnow.left = True
      espnow.MAX_DATA_LEN = 1
      asyncio.sleep = time.sleep_ms
      sys.path.append("/left")
      machine.freq(80000000)
      filler = [bytearray(20000) for _ in range(100)]
      machine.deepsleep(1000)
    `;
    const lines = (await printed(source, 5_500)).trimEnd().split("\n");
    expect(lines).toEqual(Array(6).fill("False False False False False 1470 sleep /rom/modules 160000000"));
  });

  test("finds the files that it wrote, also those that it left open, and can open as many again", async () => {
    const source = python`
      import os
      os.mkdir("/boot%d" % boot)
      os.chdir("/boot%d" % boot)
      open_files = [open("/log%d.txt" % n, "a") for n in range(50)]
      for file in open_files:
          file.write("%d " % boot)
          file.flush()
      print(os.getcwd(), open("/log49.txt").read(), os.listdir("/").count("boot1"))
      machine.reset()
    `;
    const lines = (await printed(source, 3)).trimEnd().split("\n").slice(0, 3);
    expect(lines).toEqual(["/boot1 1  1", "/boot2 1 2  1", "/boot3 1 2 3  1"]);
  });

  test.each([
    [
      "a callback",
      "machine.Timer(0).init(mode=machine.Timer.ONE_SHOT, period=5, callback=again)\nimport time\nwhile True: time.sleep(1)",
    ],
    ["asyncio", "import asyncio\nasync def main():\n    await asyncio.sleep(1)\n    again()\nasyncio.run(main())"],
    ["a deep recursion", "def down(n):\n    return down(n - 1) if n else again()\ndown(60)"],
    ["inside a sort", "sorted([2, 1], key=again)"],
    ["a generator in a with statement", "def g():\n    with open('f', 'w'):\n        yield again()\nlist(g())"],
  ])("may ask for it from %s, and nothing of `finally` runs", async (_, how) => {
    const source = `
print(boot)
def again(*args):
    try:
        machine.deepsleep(1000)
    except BaseException as e:
        print("caught", e)
    finally:
        print("finally")
${how}
`;
    const lines = (await printed(source, 30_000)).trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(10);
    expect(lines).toEqual(lines.map((_, n) => `${n + 1}`));
  });

  test("has its own modules in place of the board's, also one that a former start has written", async () => {
    const source = python`
      import esp32, espnow, aioespnow
      print(aioespnow.NAME, hasattr(espnow, "NAME"))
      if boot == 2:
          with open("espnow.py", "w") as file:
              file.write("NAME = 'written'")
      machine.deepsleep(1000)
    `;
    const files = { "aioespnow.py": "NAME = 'own'" };
    const lines = (await printed(source, 4_500, { files })).trimEnd().split("\n");
    expect(lines).toEqual(["own False", "own False", "own True", "own True", "own True"]);
  });

  test("may have a machine module of its own that asks the board's", async () => {
    const source = python`
      import machine
      print(machine.OWN)
      machine.again()
    `;
    const own = python`
      import _bridge, _calls
      from struct import pack
      OWN = "own machine"
      def again():
          _bridge.ask(_calls.MACHINE_RESTART, 3, data=pack("<d", 1000))
    `;
    await using scenario = new Scenario();
    const board = scenario.board({ source }, { files: { "machine.py": own } });
    await scenario.run(2_500);
    expect(board.output).toBe("own machine\n".repeat(3));
  });

  test("after the watchdog, and asks for restarts after that", async () => {
    const source = python`
      import time
      print(boot, machine.reset_cause())
      if boot == 2:
          machine.WDT(timeout=100)
          time.sleep(10)
      machine.deepsleep(1000)
    `;
    expect(await printed(source, 3_000)).toBe("1 1\n2 4\n3 3\n4 4\n");
  });
});

describe("a program that has started before, on this board or another", () => {
  test("finds everything as at its first start: its heap, the time, chance, its arguments, numbers of files", async () => {
    const source = python`
      import gc, os, random, sys, time
      first = gc.mem_alloc()
      print(first, time.ticks_us(), time.time(), os.urandom(4), random.random(), sys.argv, sys.platform, os.getcwd())
      with open("x", "w") as file: print(file, id(file))
      for n in range(300): time.ticks_ms()
      print(time.ticks_ms(), gc.mem_alloc() - first, sorted(sys.modules), sorted(globals()))
    `;
    const outputs = new Set<string>();
    for (let start = 0; start < 3; start++) outputs.add(await printed(source, 1000, { seed: 5, argv: ["a"] }));
    expect([...outputs].map((output) => output.split("\n").length)).toEqual([4]);
    expect(await printed(source, 1000, { seed: 6, argv: ["b"], board: "esp8266" })).toContain("'b'] esp8266 /");
  });

  test.each([
    ["itself", "main.py", "print('other')", "other"],
    ["boot.py", "boot.py", "print('boot')", "boot"],
    ["a module that the board has, too", "select.py", "OWN = 7", "7"],
    ["the same in lib", "lib/select.py", "OWN = 8", "8"],
  ])("sees that it has written %s", async (_, path, text, expected) => {
    const source = python`
      import os, select, sys
      print(getattr(select, "OWN", "old"))
      if boot == 1: os.mkdir("lib")
      if boot == 3:
          with open(sys.argv[1], "w") as file: file.write(sys.argv[2])
      if boot < 5: machine.deepsleep(100)
    `;
    const lines = (await printed(source, 1000, { argv: [path, text] })).trimEnd().split("\n");
    expect(lines.slice(0, 3)).toEqual(["old", "old", "old"]);
    expect(lines.slice(3)).toContain(expected);
  });

  test("is interrupted by a Ctrl-C that was typed before", async () => {
    await using scenario = new Scenario();
    const source = "import time\nprint('up')\ntime.sleep(1)\nprint('over')";
    for (const isInterrupted of [false, true, false]) {
      const board = scenario.board({ source }, { mayFail: true });
      if (isInterrupted) board.interrupt();
      await scenario.run(2000);
      expect(board.output.includes("KeyboardInterrupt")).toBe(isInterrupted);
      expect(board.output.includes("over")).toBe(!isInterrupted);
    }
  });
});

test("the process does not grow with the restarts of its boards", async () => {
  await using scenario = new Scenario();
  scenario.board({ source: "import machine\nfiller = bytearray(100000)\nmachine.deepsleep(1000)" });
  await scenario.run(500_000);
  const before = process.memoryUsage().rss;
  await scenario.run(2_000_000);
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  expect(grown).toBeLessThan(64); // a VM that stayed would be 12 MiB, 2000 images a gigabyte
});
