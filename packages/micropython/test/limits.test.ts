import { describe, expect, test } from "vitest";
import { TestVm } from "./vm.ts";

describe("a program that", () => {
  test.each([
    ["fills its memory", "x = []\nwhile True: x.append(bytearray(100000))", "MemoryError: "],
    ["lists pairs for ever, in C", "list(zip(range(10**9), range(10**9)))", "MemoryError: "],
    ["asks for more than there is", "bytearray(1000000000)", "MemoryError: "],
    ["doubles a text for ever", "x = 'a'\nwhile True: x += x", "MemoryError: "],
    ["recurses for ever", "def f(): f()\nf()", "RuntimeError: maximum recursion depth exceeded\n"],
    ["imports what is absent", "import nothing_here", "ImportError: no module named 'nothing_here'\n"],
    [
      "starts a thread",
      "import _thread\n_thread.start_new_thread(print, ())",
      ": a simulated board has one thread, use asyncio\n",
    ],
  ])("%s ends with a traceback that says so", async (_title, source, message) => {
    await using vm = new TestVm(source);
    expect((await vm.exited).code).toBe(1);
    expect(vm.output).toContain(message);
  });

  test("runs out of memory can go on without what it took", async () => {
    await using vm = new TestVm(`
def fill():
    x = []
    while True: x.append(bytearray(1000000))
try:
    fill()
except MemoryError:
    print("full")
print(sum(range(1000)))
`);
    expect(await vm.exited).toEqual({ code: 0 });
    expect(vm.output).toBe("full\n499500\n");
  });

  test("prints for ever can be ended", async () => {
    const vm = new TestVm("while True: print('x')");
    await vm.printed("x");
    await vm.host.terminate();
  });

  test.each([
    ["writes for ever", "while True: f.write(b'x' * 100000)"],
    ["writes behind 1 GiB of nothing", "f.seek(1 << 30)\nf.write(b'x')"],
  ])("%s is told that the flash is full", async (_title, source) => {
    await using vm = new TestVm(`f = open('big', 'wb')\n${source}`);
    expect((await vm.exited).code).toBe(1);
    expect(vm.output).toContain("OSError: 28\n");
  });

  test("removes what it wrote can write again", async () => {
    await using vm = new TestVm(`
import os
for i in range(4):
    with open('big', 'wb') as f:
        for j in range(3): f.write(b'x' * 400000)
    with open('big', 'ab') as f:
        f.write(b'x' * 500000)
    print(os.stat('big')[6])
    os.remove('big')
`);
    expect(await vm.exited).toEqual({ code: 0 });
    expect(vm.output).toBe("1700000\n".repeat(4));
  });
});
