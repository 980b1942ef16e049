import { systemClock, VirtualClock } from "aioespnow/sim";
import { describe, expect, test } from "vitest";
import { TestVm } from "./vm.ts";

const LOOPS = [
  ["while not done: pass", "while not done: pass"],
  ["a loop over an attribute", "while not state.done: pass"],
  ["a loop that counts", "n = 0\nwhile not done: n += 1"],
  ["a loop in a function", "def f():\n  while not done: pass\nf()"],
  ["a loop in a generator", "def g():\n  while not done: yield 1\nfor _ in g(): pass"],
] as const;

describe.each([
  ["real", systemClock],
  ["virtual", undefined],
])("in %s time", (_name, clock) => {
  test.each(LOOPS)("a callback ends %s", async (_title, loop) => {
    await using vm = new TestVm(
      `
import _bridge
class state: done = False
done = False
def on_timer(value):
    global done
    done = state.done = True
_bridge.on(_bridge.TIMER, on_timer)
print("ready")
${loop}
print("done")
`,
      clock,
    );
    await vm.printed("ready");
    vm.host.raise(2, 0);
    expect(await vm.exited).toEqual({ code: 0 });
    expect(vm.output).toBe("ready\ndone\n");
  });

  test.each([
    ["while True: pass", "while True: pass"],
    ["a loop that catches all but KeyboardInterrupt", "while True:\n  try: 1 / 0\n  except Exception: pass"],
    ["time.sleep", "import time\nwhile True: time.sleep(100)"],
    ["input()", "input()"],
    ["asyncio", "import asyncio\nasync def main(): await asyncio.sleep(100_000)\nasyncio.run(main())"],
    ["looking at the time", "import time\nwhile True: time.ticks_ms()"],
    ["a list that grows in a loop", "x = [0]\nwhile True:\n  x.append(1)\n  if len(x) > 1000: x = [0]"],
  ])("Ctrl-C ends %s", async (_title, loop) => {
    await using vm = new TestVm(`print("ready")\n${loop}\n`, clock);
    // Virtual time would fly where the program only sleeps.
    if (vm.host.clock instanceof VirtualClock) vm.host.clock.join("a test that presses Ctrl-C");
    await vm.printed("ready");
    vm.host.interrupt();
    expect((await vm.exited).code).toBe(130);
    expect(vm.output).toContain("KeyboardInterrupt");
  });
});

test("a loop that only computes makes virtual time pass, the same at every run", async () => {
  const source = "import time\nfor i in range(500000): i * i\nprint(time.ticks_ms())\n";
  const results: string[] = [];
  for (let run = 0; run < 2; run++) {
    await using vm = new TestVm(source);
    await vm.exited;
    results.push(vm.output);
  }
  expect(Number(results[0])).toBeGreaterThan(0);
  expect(results[1]).toBe(results[0]);
});

test("a program that never yields can be ended, and others on its clock go on", async () => {
  const clock = new VirtualClock();
  const stuck = new TestVm("print('stuck')\nwhile True: pass\n", clock);
  await stuck.printed("stuck");
  await using other = new TestVm("import time\ntime.sleep(5)\nprint(time.ticks_ms())\n", clock);
  await stuck.host.terminate();
  await other.exited;
  expect(other.output).toBe("5000\n");
});
