import { systemClock } from "aioespnow/sim";
import { describe, expect, test } from "vitest";
import { TestVm } from "./vm.ts";

describe("callbacks", () => {
  const WAITING = `
import _bridge, sys, time
_bridge.on(_bridge.TIMER, lambda value: seen.append(value))
seen = []
print("ready")
`;

  test("run while a program waits, in the order in which they were raised", async () => {
    await using vm = new TestVm(`${WAITING}
while len(seen) < 3:
    _bridge.wait(-1)
print(seen)
`);
    await vm.printed("ready");
    for (const value of [3, 1, 2]) vm.host.raise(2, value);
    expect(await vm.exited).toEqual({ code: 0 });
    expect(vm.output).toBe("ready\n[3, 1, 2]\n");
  });

  test("run while a program looks at the time", async () => {
    await using vm = new TestVm(
      `${WAITING}
while not seen:
    time.ticks_ms()
print(seen)
`,
      systemClock,
    );
    await vm.printed("ready");
    vm.host.raise(2, 0xff_ffff);
    expect(await vm.exited).toEqual({ code: 0 });
    expect(vm.output).toBe("ready\n[16777215]\n");
  });

  test("that raise are printed as a board prints them, and the program goes on", async () => {
    await using vm = new TestVm(`
import _bridge
called = []
def on_timer(value):
    called.append(value)
    1 / 0
_bridge.on(_bridge.TIMER, on_timer)
print("ready")
while not called:
    _bridge.wait(-1)
print("on")
`);
    await vm.printed("ready");
    vm.host.raise(2, 0);
    expect(await vm.exited).toEqual({ code: 0 });
    expect(vm.output).toBe(
      'ready\nTraceback (most recent call last):\n  File "main.py", line 6, in on_timer\nZeroDivisionError: divide by zero\non\n',
    );
  });

  test("of a value that does not fit are refused", async () => {
    await using vm = new TestVm("");
    expect(() => vm.host.raise(2, 0x100_0000)).toThrow(RangeError);
  });
});

describe("the end of a program", () => {
  test("by an exception prints the traceback of a board, and the code is 1", async () => {
    await using vm = new TestVm("def f():\n  return missing\nf()\n");
    const traceback =
      'Traceback (most recent call last):\n  File "main.py", line 3, in <module>\n' +
      "  File \"main.py\", line 2, in f\nNameError: name 'missing' isn't defined\n";
    expect(await vm.exited).toEqual({ code: 1, traceback });
    expect(vm.output).toBe(traceback);
  });

  test("by an error of the board's own modules shows no frames of theirs", async () => {
    await using vm = new TestVm("import _bridge\n_bridge.ask(1000)\n");
    await vm.exited;
    expect(vm.output).toBe(
      'Traceback (most recent call last):\n  File "main.py", line 2, in <module>\nValueError: this board has no "1000"\n',
    );
  });

  test("by a syntax error names the line", async () => {
    await using vm = new TestVm("print(1)\nif if\n");
    const { code } = await vm.exited;
    expect(code).toBe(1);
    expect(vm.output).toBe(
      'Traceback (most recent call last):\n  File "main.py", line 2\nSyntaxError: invalid syntax\n',
    );
  });

  test.each([
    ["sys.exit()", 0, ""],
    ["sys.exit(0)", 0, ""],
    ["sys.exit(3)", 3, ""],
    ["sys.exit('no peer')", 1, "no peer\n"],
    ["raise SystemExit", 0, ""],
  ])("by %s has the code %i", async (statement, code, output) => {
    await using vm = new TestVm(`import sys\n${statement}\nprint("not here")\n`);
    expect(await vm.exited).toEqual({ code });
    expect(vm.output).toBe(output);
  });

  test("by Ctrl-C while it waits is a KeyboardInterrupt", async () => {
    await using vm = new TestVm('import _bridge\nprint("ready")\nwhile True:\n  _bridge.wait(-1)\n');
    await vm.printed("ready");
    vm.host.interrupt();
    const traceback =
      'Traceback (most recent call last):\n  File "main.py", line 4, in <module>\nKeyboardInterrupt: \n';
    expect(await vm.exited).toEqual({ code: 130, traceback });
  });

  test("Ctrl-C can be caught", async () => {
    await using vm = new TestVm(`
import _bridge
try:
    print("ready")
    while True:
        _bridge.wait(-1)
except KeyboardInterrupt:
    print("stopped")
`);
    await vm.printed("ready");
    vm.host.interrupt();
    expect(await vm.exited).toEqual({ code: 0 });
    expect(vm.output).toBe("ready\nstopped\n");
  });
});
