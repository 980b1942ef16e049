import { Air } from "aioespnow/sim";
import { runProgram } from "espnow-micropython";
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
      "esp32 1.27.0 ['main.py', 'an argument'] __main__\n['main.py'] /\n",
  );
});

test("nothing is in a program's globals but what it put there", async () => {
  expect(await output("print(sorted(globals()))")).toBe("['__name__']\n");
});

test.each(["js", "jsffi", "_host"])("%s is not there", async (name) => {
  expect(await output(`try: import ${name}\nexcept ImportError as e: print(e)`)).toBe(`no module named '${name}'\n`);
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

test("modules are found where a program says, and umachine is machine", async () => {
  const source = `
import os, sys, umachine, machine
os.mkdir("/drivers")
with open("/drivers/lamp.py", "w") as f:
    f.write("name = 'lamp'")
sys.path.append("/drivers")
import lamp
print(lamp.name, umachine.Pin is machine.Pin)
`;
  await using air = new Air();
  const program = await runProgram({ source, radio: air.radio() });
  await program.exited;
  expect(program.output).toBe("lamp True\n");
});

test("files fail with the numbers that errno has", async () => {
  const source = `
import errno, os
def error(call, *args):
    try:
        call(*args)
    except OSError as e:
        return errno.errorcode.get(e.errno, e.errno)
print(error(open, "missing"), error(os.stat, "missing"), error(os.remove, "missing"), error(os.listdir, "missing"))
os.mkdir("folder")
print(error(os.mkdir, "folder"), error(open, "folder", "w"), error(os.rmdir, "missing"))
with open("folder/file", "w") as f:
    print(error(f.read))
print(error(os.rmdir, "folder"), error(os.listdir, "folder/file"))
f.close()
`;
  expect(await output(source)).toBe("ENOENT ENOENT ENOENT ENOENT\nEEXIST EISDIR ENOENT\nEBADF\n39 20\n");
});

test("a program that ends without memory for the message is over all the same", async () => {
  expect(await output("import micropython\nmicropython.heap_lock()\nx = [1, 2]\n")).toContain("MemoryError");
});

test("help lists what the firmware has, in four columns, and nothing of the simulator", async () => {
  const lines = (await output('help("modules")')).trimEnd().split("\n");
  expect(lines.at(-1)).toBe("Plus any modules on the filesystem");
  const names = lines.slice(0, -1).flatMap((line) => line.trim().split(/\s+/));
  expect(names).toEqual(
    expect.arrayContaining(["asyncio", "espnow", "network", "requests", "socket", "umqtt", "time"]),
  );
  expect(names.filter((name) => /^(_(?!_main__).*|js|jsffi|datetime|logging)$/.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  expect(await output("help(1)")).toContain("object 1 is of type int");
});
