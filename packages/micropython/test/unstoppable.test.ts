import { systemClock, VirtualClock } from "aioespnow/sim";
import { type Program, Scenario } from "espnow-micropython";
import { describe, expect, test } from "vitest";
import { python } from "./on-a-board.ts";
import { TestVm } from "./vm.ts";

describe.each([
  ["real", () => systemClock],
  ["virtual", () => new VirtualClock()],
])("in %s time", (_, clock) => {
  test.each([
    ["a timer of a microsecond", "t = machine.Timer(0)\nt.init(freq=1000000, callback=lambda t: None)"],
    ["four of them", "ts = [machine.Timer(n) for n in range(4)]\nfor t in ts: t.init(freq=1000000, callback=print)"],
    ["one that raises", "t = machine.Timer(0)\nt.init(freq=100000, callback=lambda t: 1 / 0)"],
  ])("Ctrl-C ends a program with %s", async (_title, begin) => {
    await using scenario = new Scenario({ clock: clock() });
    const source = `import machine, time\n${begin}\nprint("ready")\nwhile True: time.sleep(1)\n`;
    const board = scenario.board({ source }, { mayFail: true });
    await scenario.until(board, /ready/);
    board.interrupt();
    await scenario.settled(board.exited);
    expect(board.exit?.code).toBe(130);
    expect(board.output).not.toContain("broke down");
  });
});

test("many Ctrl-C in a program with fast timers are KeyboardInterrupts", async () => {
  await using scenario = new Scenario({ clock: systemClock });
  const source = python`
    import machine, time
    t = machine.Timer(0)
    t.init(freq=20000, callback=lambda t: sorted([3, 2, 1], key=lambda x: -x))
    caught = 0
    print("ready")
    while caught < 50:
        try:
            while True:
                sum(x for x in range(20))
        except KeyboardInterrupt:
            caught += 1
            print("caught", caught)
    t.deinit()
  `;
  const board: Program = scenario.board({ source }, { mayFail: true });
  await scenario.until(board, /ready/);
  while (board.exit === undefined) {
    board.interrupt();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(board.output).not.toContain("broke down");
});

test("a regular expression that recurses too deep is a RuntimeError, as on a board", async () => {
  await using vm = new TestVm(python`
    import re
    for pattern in ("(a|b)*c", "((a*)*)*b", "(?:(?:a|aa)*)*$"):
        try:
            print(re.match(pattern, "a" * 5000))
        except RuntimeError as e:
            print("RuntimeError", e)
    print(re.match("(a+)b", "aab").group(1))
  `);
  expect(await vm.exited).toEqual({ code: 0 });
  expect(vm.output).toContain("RuntimeError maximum recursion depth exceeded");
  expect(vm.output).toMatch(/aa\n$/);
});

test("folders without end fill the flash", async () => {
  await using vm = new TestVm(python`
    import os
    n = 0
    try:
        while True:
            os.mkdir("d")
            os.chdir("d")
            n += 1
    except OSError as e:
        print(n > 100, e.errno in (28, 34, 36))
    os.chdir("/")
    os.rename("d", "x")
    n = 0
    try:
        while True:
            os.mkdir("e%d" % n)
            n += 1
    except OSError as e:
        print(n, e.errno == 28)
  `);
  expect(await vm.exited).toEqual({ code: 0 });
  expect(vm.output).toMatch(/^True True\n[0-9]+ True\n$/);
});

test("a finalizer that sleeps or never returns does not stop the program", async () => {
  await using vm = new TestVm(python`
    import gc, time
    class Sleepy:
        def __del__(self):
            time.sleep(5)
            print("slept")
    class Endless:
        def __del__(self):
            while True:
                pass
    def make(kind):
        kind()
        return [0] * 10
    make(Sleepy)
    make(Endless)
    gc.collect()
    make(list)
    gc.collect()
    print("on")
  `);
  expect(await vm.exited).toEqual({ code: 0 });
  expect(vm.output).toMatch(/on\n$/);
});

test("byte 0xFF is a byte like others after kbd_intr(-1)", async () => {
  await using vm = new TestVm(
    "import sys, micropython\nmicropython.kbd_intr(-1)\nprint('ready')\nprint(sys.stdin.buffer.read(3))\n",
  );
  await vm.printed("ready");
  vm.host.type(new Uint8Array([255, 3, 255]));
  expect(await vm.exited).toEqual({ code: 0 });
  expect(vm.output).toBe("ready\nb'\\xff\\x03\\xff'\n");
});
