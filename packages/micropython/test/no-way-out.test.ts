import { describe, expect, test } from "vitest";
import { oneBoard } from "./two-boards.ts";
import { TestVm } from "./vm.ts";

/** What a program prints that looks for JavaScript, or for files of the computer. */
async function output(source: string): Promise<string> {
  await using vm = new TestVm(source);
  await vm.exited;
  return vm.output;
}

const HOME = { ssid: "home", password: "secret", channel: 11, rssi: -61, bssid: "02:00:00:00:00:fe" } as const;

/**
 * Uses what a board has: its network, pins, buses, timers. Then it visits whatever can be reached from all of that and from
 * all modules, by attributes, items, iteration and inheritance, and looks for what is not MicroPython's own.
 */
const EVERYTHING = `
import sys, builtins, machine, select, socket, _bridge
from machine import ADC, I2C, PWM, RTC, SPI, UART, WDT, Pin, Signal, SoftI2C, SoftSPI, Timer
for module in ("esp", "esp32", "neopixel", "onewire", "dht", "bluetooth", "ssl", "requests", "umqtt.simple", "webrepl", "_thread"):
    try:
        __import__(module)
    except ImportError:
        pass
def tried(call, *args, **kwargs):
    try:
        return call(*args, **kwargs)
    except Exception as e:
        return e
pin = Pin(4, Pin.OUT)
seen_by_callbacks = []
pin.irq(seen_by_callbacks.append)
timer = Timer(-1)
timer.init(period=1, callback=seen_by_callbacks.append)
sta.connect("home", "secret")
while not sta.isconnected():
    time.sleep_ms(10)
timer.deinit()
if hasattr(e, "irq"):  # an ESP8266 has none
    e.irq(seen_by_callbacks.append)
got = [pin, pin.value(), timer, sta, sta.scan(), sta.status(), sta.ifconfig(), sta.config("mac"), network.WLAN(network.AP_IF)]
got += [tried(make, 0) for make in (ADC, I2C, PWM, RTC, SPI, UART, WDT, Signal, socket.socket, select.poll)]
got += [tried(ADC, Pin(0)), tried(PWM, Pin(2)), tried(Signal, pin), tried(SoftI2C, Pin(5), Pin(4)), tried(RTC), tried(WDT)]
got += [tried(SoftSPI, sck=Pin(5), mosi=Pin(4), miso=Pin(2)), machine.unique_id(), machine.reset_cause(), machine.mem32]
got += [tried(Pin, 99), tried(sta.config, "x"), tried(socket.getaddrinfo, "localhost", 80), tried(e.send, ABSENT, b"x")]
got += [e, tried(lambda: e.stats()), tried(lambda: e.peers_table), tried(open, "/none"), asyncio.get_event_loop(), asyncio.Event()]
HOST = type(_bridge.call_host)
own = [f for f in _bridge.__dict__.values() if type(f) is HOST]
others, seen, waiting = [], {}, [sys.modules, builtins, got, seen_by_callbacks, globals()]
def given(call, *args):
    got = tried(call, *args)
    return None if isinstance(got, Exception) else got
LEAVES = ("function", "bound_method", "closure", "generator", "module", "_Absent")
def more(thing):
    yield type(thing)
    if isinstance(thing, dict):
        yield from thing.keys()
        yield from thing.values()
    elif isinstance(thing, (list, tuple, set, frozenset)):
        yield from thing
    elif type(thing).__name__ not in LEAVES:
        for name in given(dir, thing) or ():
            if name != "cancel":
                yield given(getattr, thing, name)
        yield given(getattr, thing, "__bases__")
    yield given(getattr, thing, "__dict__")
while waiting:
    thing = waiting.pop()
    if isinstance(thing, (int, str, bytes, float)) or id(thing) in seen:
        continue
    seen[id(thing)] = thing
    if type(thing) is HOST and not any(thing is f for f in own):
        others.append(thing)
    if thing is not seen and thing is not waiting and type(thing) is not HOST:
        waiting.extend(more(thing))
print(len(seen), "objects,", sum(type(thing) is HOST for thing in seen.values()), "functions of the host, others:", others)
`;

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
    const source = "open('/rom/modules/espnow.py', 'w')";
    expect(await output(source)).toContain("OSError: 30\n");
  });

  test.each(["esp32", "esp8266"] as const)("of an %s, through anything that its modules give", async (board) => {
    const output = await oneBoard(EVERYTHING, { board, accessPoint: HOME });
    const [, objects = "0", functions = "0", others] = /^(\d+) objects, (\d+) functions of the host, (.*)\n$/.exec(
      output,
    ) ?? [output];
    expect(output).toMatch(/ objects, /);
    expect(Number(objects)).toBeGreaterThan(1000);
    expect(Number(functions)).toBeGreaterThan(5);
    expect(others).toBe("others: []");
  });
});
