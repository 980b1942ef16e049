import { systemClock } from "aioespnow/sim";
import { describe, expect, test } from "vitest";
import { TestVm } from "./vm.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("what a program prints", () => {
  test("comes in whole lines, and what has no end before the program waits", async () => {
    await using vm = new TestVm(`
import time
print("a", 1, "b")
print("no end", end="")
time.sleep(1)
print("x")
`);
    const pieces: string[] = [];
    vm.host.onOutput = (_stream, piece) => void pieces.push(new TextDecoder().decode(piece));
    await vm.exited;
    expect(pieces).toEqual(["a 1 b\n", "no end", "x\n"]);
  });

  test("may be any bytes", async () => {
    await using vm = new TestVm("import sys\nsys.stdout.buffer.write(bytes(range(256)) * 40)\n");
    const pieces: Uint8Array[] = [];
    vm.host.onOutput = (_stream, piece) => void pieces.push(piece);
    await vm.exited;
    const all = Buffer.concat(pieces);
    expect(all.length).toBe(256 * 40);
    expect(all.every((byte, at) => byte === at % 256)).toBe(true);
  });

  test("makes it wait where the host is behind", async () => {
    await using vm = new TestVm("while True: print('x' * 1000)");
    let pieces = 0;
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    vm.host.onOutput = () => {
      pieces++;
      return released;
    };
    // The program cannot ask, nor end: only its silence shows that it waits.
    let before = -1;
    while (pieces === 0 || before !== pieces) {
      before = pieces;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(pieces).toBeLessThan(300);
    release();
    while (pieces === before) await new Promise((resolve) => setImmediate(resolve));
  });
});

describe("what is typed", () => {
  test("is read by lines and by bytes", async () => {
    await using vm = new TestVm(`
import sys
print("ready")
print(repr(sys.stdin.readline()), repr(sys.stdin.read(3)), sys.stdin.buffer.read(2))
print(repr(input("name? ")))
`);
    await vm.printed("ready");
    vm.host.type(bytes("line\nabc"));
    vm.host.type(new Uint8Array([0, 255]));
    vm.host.type(bytes("Ada\r"));
    expect(await vm.exited).toEqual({ code: 0 });
    expect(vm.output).toBe("ready\n'line\\n' 'abc' b'\\x00\\xff'\nname? Ada\n'Ada'\n");
  });

  test("Ctrl-C interrupts a program that reads", async () => {
    await using vm = new TestVm("import sys\nprint('ready')\nsys.stdin.read(1)\n", systemClock);
    await vm.printed("ready");
    vm.host.type(new Uint8Array([3]));
    expect((await vm.exited).code).toBe(130);
  });

  test("Ctrl-C is a byte like others after kbd_intr(-1)", async () => {
    await using vm = new TestVm(
      "import sys, micropython\nmicropython.kbd_intr(-1)\nprint('ready')\nprint(sys.stdin.buffer.read(2))\n",
    );
    await vm.printed("ready");
    vm.host.type(new Uint8Array([3, 4]));
    await vm.exited;
    expect(vm.output).toBe("ready\nb'\\x03\\x04'\n");
  });

  test("can be polled", async () => {
    await using vm = new TestVm(`
import select, sys
poll = select.poll()
poll.register(sys.stdin, select.POLLIN)
print(poll.poll(100), "ready")
poll.poll(-1)
print(sys.stdin.read(1), poll.poll(0))
`);
    await vm.printed("ready");
    vm.host.type(bytes("k"));
    await vm.exited;
    expect(vm.output).toBe("[] ready\nk []\n");
  });
});
