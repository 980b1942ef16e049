import { describe, expect, test } from "vitest";
import { TestVm } from "./vm.ts";

/** What a program prints that looks for JavaScript, or for files of the computer. */
async function output(source: string): Promise<string> {
  await using vm = new TestVm(source);
  await vm.exited;
  return vm.output;
}

describe("a program has no way out of its board", () => {
  test.each([
    ["import js", "import js"],
    ["import jsffi", "import jsffi"],
    ["import _host", "import _host"],
    ["a call of the builtin import", "__import__('js')"],
    ["a call of the builtin import for the bridge", "__import__('_host')"],
    ["an import by execution", "exec('import js')"],
    ["a former name", "import ujs"],
  ])("by %s", async (_, source) => {
    expect(await output(source)).toMatch(/ImportError: no module named '(js|jsffi|_host|ujs)'\n$/);
  });

  test("by sys.modules", async () => {
    const source = "import sys, _boot, _bridge\nprint([n for n in sys.modules if n in ('js', 'jsffi', '_host')])";
    expect(await output(source)).toBe("[]\n");
  });

  test.each(["js", "jsffi", "_host"])("by sys.modules[%j]", async (name) => {
    const source = `import sys, _boot, _bridge\nsys.modules[${JSON.stringify(name)}]`;
    expect(await output(source)).toMatch(/KeyError: \S+\n$/);
  });

  test("by an import that a module of the board keeps", async () => {
    const source = `
import builtins, sys, _boot, _bridge, asyncio, os, time
places = [(m.__dict__, n) for m in sys.modules.values() for n in getattr(m, "__dict__", {}) if "import" in n]
places += [(builtins.__dict__, "__import__")]
for names, name in places:
    for module in ("js", "jsffi", "_host"):
        try:
            print(name, names[name](module))
        except ImportError:
            pass
print(hasattr(_boot, "_builtin_import"), len(places) > 0)
`;
    expect(await output(source)).toBe("False True\n");
  });

  test("by an attribute, an item, a call or an iteration of what it has of the host", async () => {
    const source = `
import _bridge
functions = [f for f in _bridge.__dict__.values() if type(f) is type(_bridge.call_host)]
print(len(functions) > 5)
NAMES = ("constructor", "__proto__", "prototype", "process", "globalThis", "call", "apply", "bind", "then", "toString")
for f in functions:
    for name in NAMES:
        try:
            print("attribute", name, getattr(f, name))
        except AttributeError:
            pass
        f.x = 1
        assert not hasattr(f, "x")
        assert f[name] is _bridge.call_host[0]
    assert list(iter(f)) == []
    assert f.new("return process") is f[0]
print(repr(_bridge.call_host["constructor"]))
`;
    expect(await output(source)).toBe("True\n<undefined>\n");
  });

  test("by a host's object with another number", async () => {
    const source = `
import _bridge, uctypes
memory = uctypes.bytearray_at(id(_bridge.call_host), 16)
for number in list(range(40)) + [255]:
    memory[4] = number
    for call in (lambda f: f("process"), lambda f: f(1, 2), lambda f: f(1000, -1, 3), lambda f: f(a=1)):
        try:
            call(_bridge.call_host)
        except Exception:
            pass
    try:
        print(_bridge.call_host.process)
    except AttributeError:
        pass
print("done")
`;
    expect(await output(source)).toMatch(/done\n$/);
    expect(await output(source)).not.toMatch(/process|\[object/);
  });

  test("by a path", async () => {
    const source = `
import os
for path in ("../../etc/passwd", "/../etc/passwd", "/proc/self/environ", "/board/../etc/passwd", "rom/../../etc/hosts"):
    try:
        print(open(path).read())
    except OSError as e:
        print(e.errno)
os.chdir("/")
os.chdir("..")
print(os.listdir(".."))
`;
    expect(await output(source)).toBe(`${"2\n".repeat(5)}['main.py']\n`);
  });

  test("into the modules of other boards", async () => {
    const source = "open('/rom/lib/espnow.py', 'w')";
    expect(await output(source)).toContain("OSError: 30\n");
  });
});
