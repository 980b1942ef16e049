import { describe, expect, test } from "vitest";
import { TestVm } from "./vm.ts";

describe("a program that", () => {
  test.each([
    ["fills its memory", "x = []\nwhile True: x.append(bytearray(100000))", "MemoryError: "],
    ["asks for more than there is", "bytearray(1000000000)", "MemoryError: "],
    ["doubles a text for ever", "x = 'a'\nwhile True: x += x", "MemoryError: "],
    ["recurses for ever", "def f(): f()\nf()", "RuntimeError: maximum recursion depth exceeded\n"],
    ["imports what is absent", "import nothing_here", "ImportError: no module named 'nothing_here'\n"],
    ["imports threads", "import _thread", "ImportError: no module named '_thread': a simulated board has one thread\n"],
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
});
