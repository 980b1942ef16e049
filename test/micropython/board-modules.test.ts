import { expect, test } from "vitest";
import { TestVm } from "./vm.ts";

async function output(source: string): Promise<string> {
  await using vm = new TestVm(source);
  await vm.exited;
  return vm.output;
}

test("a program sees an ESP32", async () => {
  const source = `
import os, sys, micropython
print(sys.platform, sys.implementation.name, sys.implementation.version[:2], sys.implementation._machine)
print(os.uname().sysname, os.uname()[2], sys.argv, __name__)
print(os.listdir("/"), os.getcwd())
`;
  expect(await output(source)).toBe(
    "esp32 micropython (1, 27) Generic ESP32 module with ESP32\n" +
      "esp32 1.27.0 ['main.py', 'an argument'] __main__\n['rom', 'main.py'] /\n",
  );
});

test("nothing is in a program's globals but what it put there", async () => {
  expect(await output("print(sorted(globals()))")).toBe("['__name__']\n");
});

test.each(["js", "jsffi", "_host"])("%s is not there", async (name) => {
  expect(await output(`try: import ${name}\nexcept ImportError as e: print(e)`)).toBe(`no module named '${name}'\n`);
});

test("a module that a simulated board cannot have says why", async () => {
  expect(await output("import socket")).toContain(
    "ImportError: no module named 'socket': a simulated board has ESP-NOW only, no IP network\n",
  );
});

test("random bytes are the same at every run with the same seed", async () => {
  const source = "import os\nprint(len(os.urandom(9000)), os.urandom(4))";
  const first = await output(source);
  expect(first).toMatch(/^9000 b/);
  expect(await output(source)).toBe(first);
});

test("functions for native code run as bytecode", async () => {
  const source = `
import micropython
micropython.alloc_emergency_exception_buf(100)
@micropython.native
def double(x): return x * 2
class A:
    @micropython.viper
    def triple(self, x: int) -> int: return x * 3
print(double(2), A().triple(3))
`;
  expect(await output(source)).toBe("4 9\n");
});

test("a missing file is ENOENT", async () => {
  const source = `
import errno, os
for f in (lambda: open("no"), lambda: os.stat("no"), lambda: os.remove("no"), lambda: os.listdir("no")):
    try:
        f()
    except OSError as e:
        print(e, e.errno == errno.ENOENT)
`;
  expect(await output(source)).toBe("[Errno 2] ENOENT True\n".repeat(4));
});
