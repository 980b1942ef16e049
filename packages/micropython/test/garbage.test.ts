/**
 * Garbage collection in programs that do not return. `gc.threshold(0)` makes MicroPython wish to collect at each
 * allocation: it then does at each jump at which that is possible. GARBAGE_ROUNDS=100 does more of it.
 */
import { describe, expect, test } from "vitest";
import { linesOf, python } from "./on-a-board.ts";
import { twoBoards } from "./two-boards.ts";

const ROUNDS = Number(process.env["GARBAGE_ROUNDS"] ?? 2);

/** Each appends what it found to `out`; `check` waits, so that it is collected, and tells what was lost. */
const HOSTILE: Readonly<Record<string, string>> = {
  generators: python`
    def numbers(n):
        for i in range(n):
            wait()
            yield str(i) * 3
    def pairs(n):
        for left in numbers(n):
            yield left, [right for right in numbers(2)]
    def both():
        yield from pairs(2)
        return (yield "done")
    g = both()
    out.append([next(g), next(g), next(g)])
    try:
        g.send("sent" + str(len(out)))
    except StopIteration as e:
        out.append(e.value)
    out.append(list(numbers(4)))
    out.append(",".join(x for x in numbers(3)))
    out.append(sum(int(x) for x in numbers(4)))
    out.append(sorted(numbers(4), reverse=True))
  `,
  closures: python`
    def counter(start):
        held = [start, str(start)]
        def count(by):
            nonlocal held
            wait()
            held = [held[0] + by, held[1] + str(by)]
            wait()
            return held
        return count
    c, d = counter(1), counter(2.5)
    for i in range(3):
        c(i)
        d(i)
    out.append((c(10), d(10)))
    compose = lambda f, g: lambda x: f(g(x))
    def twice(x):
        wait()
        return x + x
    out.append(compose(twice, compose(twice, twice))("ab"))
  `,
  comprehensions: python`
    def item(i):
        wait()
        return [i, str(i) + "!"]
    out.append([item(i) for i in range(4)])
    out.append({str(k): item(k) for k in range(4)} == {str(k): [k, str(k) + "!"] for k in range(4)})
    out.append(sorted({item(i)[1] for i in range(4)}))
    out.append([[item(i + j)[0] for i in range(2)] for j in range(2)])
  `,
  "functions called by C": python`
    def key(x):
        wait()
        return str(x) + "key"
    out.append(sorted(["b" * 2, "a" * 3, "c" * 1], key=key))
    out.append(list(map(key, [1.5, 2.5])))
    out.append(list(filter(lambda x: wait() or x > 1.25, [float(i) for i in range(4)])))
    out.append(max(["x" * i for i in range(4)], key=lambda s: (wait(), len(s))[1]))
    import re
    out.append(re.sub("a(.)", lambda m: wait() or m.group(1) * 2, "a1 a2 a3"))
    class Odd:
        def __init__(self, n):
            wait()
            self.n = str(n)
        def __getattr__(self, name):
            wait()
            return name + self.n
        @property
        def prop(self):
            wait()
            return self.n + "p"
        def __add__(self, other):
            wait()
            return Odd(self.n + other.n)
        def __eq__(self, other):
            wait()
            return self.n == other.n
        def __hash__(self):
            wait()
            return hash(self.n)
        def __len__(self):
            wait()
            return len(self.n)
        def __getitem__(self, i):
            wait()
            return self.n[i] * 2
        def __repr__(self):
            wait()
            return "Odd" + self.n
        def __contains__(self, x):
            wait()
            return x in self.n
    o = Odd(1) + Odd(2) + Odd(3)
    out.append((o.missing, o.prop, o.n, len(o), o[1], repr(o), "2" in o, o == Odd("123"), {o: [str(o)]}[Odd("123")]))
    out.append("%s-%r" % (o, [Odd(7), Odd(8)]))
  `,
  exceptions: python`
    def failing(depth):
        held = "h" + str(depth)
        try:
            wait()
            if depth == 0:
                raise ValueError("deep" + held)
            failing(depth - 1)
        except ValueError as e:
            wait()
            raise RuntimeError(held + str(e.args[0]))
        finally:
            kept = ["f", held]
            wait()
            out.append(kept)
    def returning():
        try:
            return "r" + str(len(out))
        finally:
            wait()
            ["x" + str(i) for i in range(5)]
    try:
        failing(1)
    except Exception as e:
        wait()
        out.append((type(e).__name__, e.args))
    out.append(returning())
    class Context:
        def __enter__(self):
            wait()
            return ["entered" + str(len(out))]
        def __exit__(self, kind, value, _):
            wait()
            out.append((kind.__name__, value.args))
            return True
    with Context() as c:
        wait()
        out.append(c)
        raise KeyError("key" + str(len(c)))
    for i in range(2):
        try:
            wait()
            continue
        finally:
            out.append("next" + str(i))
  `,
  recursion: python`
    def tree(depth):
        wait()
        return [tree(depth - 1), str(depth), tree(depth - 1)] if depth else "leaf" + str(depth)
    def flat(t):
        return flat(t[0]) + t[1] + flat(t[2]) if isinstance(t, list) else t
    out.append(flat(tree(3)))
    def down(n, held):
        wait()
        r = down(n - 1, [n, held]) if n else held
        wait()
        return r
    def height(t):
        return 0 if t is None else 1 + height(t[1])
    out.append(height(down(30, None)))
  `,
  classes: python`
    class Base:
        made = []
        def __init__(self, *args, **names):
            wait()
            self.args = [str(a) for a in args]
            self.names = {k: str(v) for k, v in names.items()}
        def __call__(self, x):
            wait()
            return self.args + [x]
        def __iter__(self):
            return iter(self.args)
    class Derived(Base):
        for i in range(3):
            text = "body" + str(i)
            wait()
            class Inner:
                for j in range(3):
                    text = "inner" + str(j)
                    wait()
        def __init__(self, *args):
            super().__init__(*args, name="n" * len(args))
            wait()
    class Failure(Exception):
        def __init__(self, what):
            wait()
            super().__init__(what + "!")
    d = Derived(1.5, 2.5)
    out.append((d("x" * 2), d.names, list(d), Derived.text, Derived.Inner.text))
    try:
        raise Failure("f" + d.text)
    except Failure as e:
        wait()
        out.append(e.args)
    out.append(eval("[wait() or str(i) * 2 for i in range(3)]"))
    scope = {"wait": wait}
    exec("def f(x):\n  wait()\n  return x + str(len(x))\nvalue = f('exec')", scope)
    out.append(scope["value"])
  `,
  "arguments that C holds": python`
    class Kept:
        def __init__(self, *args):
            for _ in range(3):
                self.all = [[arg] for arg in args]
    def closing(a, b, c):
        def inner(d, e, f):
            for _ in range(3):
                held = [[x] for x in (a, b, c, d, e, f)]
            return held
        return inner
    for i in range(20):
        out.append((Kept(i, i + 1, i + 2, i + 3).all, closing(1.5, 2.5, i)(3.5, 4.5, 5.5)))
    import machine
    out.append(machine.Pin(4, machine.Pin.OUT).value())
  `,
  asyncio: python`
    import asyncio
    async def worker(name, event, lock):
        got = []
        try:
            await event.wait()
            for i in range(3):
                async with lock:
                    got.append(name + str(i))
                    await asyncio.sleep_ms(1)
                wait()
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            got.append("cancelled" + name)
            raise
        finally:
            wait()
            await asyncio.sleep_ms(1)
            out.append(got)
    async def late():
        await asyncio.sleep_ms(100)
    async def value(x):
        wait()
        await asyncio.sleep_ms(2)
        return [x, str(x)]
    async def main():
        event, lock = asyncio.Event(), asyncio.Lock()
        tasks = [asyncio.create_task(worker(n, event, lock)) for n in ("a", "b")]
        await asyncio.sleep_ms(1)
        event.set()
        out.append(await asyncio.gather(value(1.5), value(2.5), return_exceptions=True))
        try:
            await asyncio.wait_for_ms(late(), 5)
        except asyncio.TimeoutError:
            out.append("timeout" + str(len(out)))
        await asyncio.sleep_ms(50)
        for t in tasks:
            t.cancel()
        await asyncio.sleep_ms(5)
    asyncio.run(main())
    asyncio.new_event_loop()
  `,
  callbacks: python`
    import machine
    called = []
    def on_timer(t):
        called.append(["t" + str(len(called))])
        [str(i) for i in range(20)]
    timer = machine.Timer(0)
    timer.init(period=3, mode=machine.Timer.PERIODIC, callback=on_timer)
    held = []
    while len(called) < 5:
        held.append("held" + str(len(called)))
        wait()
    timer.deinit()
    import micropython
    micropython.schedule(lambda x: called.append([x, "s" + x]), "sched" + str(len(held[0])))
    wait()
    out.append([called[0], called[4], called[-1], held[0]])
  `,
};

/** How a hostile program runs: with a collection at each chance, or without any. */
function stressed(body: string, collecting: boolean): string {
  return `
import gc, time
def wait():
    ["garbage" + str(i) for i in range(10)]
    time.sleep_ms(1)
def body(out):
${body.replace(/^/gm, "    ")}
${collecting ? "" : "gc.disable()"}
for i in range(${ROUNDS}):
    gc.threshold(i * 48 % 1000)
    out = []
    body(out)
    print(out)
`;
}

describe("a program whose memory is collected at each chance finds what it has in it:", () => {
  test.each(Object.entries(HOSTILE))("%s", async (_, body) => {
    const undisturbed = await linesOf(stressed(body, false));
    expect(undisturbed).toHaveLength(ROUNDS);
    expect(new Set(undisturbed).size).toBe(1);
    expect(await linesOf(stressed(body, true))).toEqual(undisturbed);
  });
});

/** Waits for messages that never come, as a program does, and makes garbage. */
const WAITING = `
import gc, network, espnow
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
def heap():
    return gc.mem_alloc() + gc.mem_free()
def turn(i):
    e.recv(1)
    return [str(i)] * 100
`;

describe("a program that does not return", () => {
  test("keeps its heap while it waits, without a call of gc.collect()", async () => {
    const [before, after, most] = await numbersOf(`${WAITING}
size, most = heap(), 0
for i in range(5000):
    turn(i)
    most = max(most, gc.mem_alloc())
print(size, heap(), most)
`);
    expect(after).toBe(before);
    expect(most).toBeLessThan(before as number);
  });

  test("keeps it while it computes", async () => {
    const [before, after] = await numbersOf(`${WAITING}
size = heap()
for i in range(20000):
    [str(i)] * 20
print(size, heap())
`);
    expect(after).toBe(before);
  });

  test("gets back what sorted(), sum() and list() made it hold on to, when they have returned", async () => {
    // Words that C has left on its stack keep one list or two alive, which ones they may be: no more of them each time.
    const [before, after] = await numbersOf(`${WAITING}
def work(times):
    for i in range(times):
        sorted(range(300), key=lambda x: len(turn(x)))
    gc.collect()
    return gc.mem_alloc()
print(work(3), work(10))
`);
    expect((after as number) - (before as number)).toBeLessThan(4096);
  });

  test("collects at once when it asks for it, and has the memory of before", async () => {
    const [held, lost] = await numbersOf(`${WAITING}
gc.collect()
before = gc.mem_alloc()
data = bytearray(50000)
held = gc.mem_alloc() - before
data = None
gc.collect()
print(held, gc.mem_alloc() - before)
`);
    expect(held).toBeGreaterThanOrEqual(50_000);
    expect(lost).toBeLessThan(1000);
  });

  test("echoes hundreds of messages and has as much memory as before", async () => {
    const echo = await twoBoards({
      a: `
import gc
e.add_peer(B)
def echoes(times):
    for i in range(times):
        e.send(B, pattern(200))
        assert e.recv(1000)[1] == pattern(200)
    gc.collect()
    return gc.mem_alloc()
print(-4096 < echoes(30) - echoes(300) < 4096)
`,
      b: `
e.add_peer(A)
for i in range(330):
    e.send(A, e.recv(5000)[1])
`,
    });
    expect(echo.a).toBe("True\n");
  });
});

describe("gc", () => {
  test("has no threshold until one is set, as on a board", async () => {
    const lines = await linesOf(`
import gc
print(gc.threshold(), gc.isenabled(), gc.collect())
print(gc.threshold(4096), gc.threshold())
gc.threshold(-1)
gc.disable()
print(gc.threshold(), gc.isenabled())
gc.enable()
print(gc.mem_free() > 100000, gc.mem_free() + gc.mem_alloc() < 1000000)
`);
    expect(lines).toEqual(["-1 True None", "None 4096", "-1 False", "True True"]);
  });
});

describe("a program that allocates for ever", () => {
  // What it keeps by mistake depends on what lies where: on its length, among other things.
  test.each([...Array(10).keys()])(
    "gets a MemoryError, and goes on when it catches it, %i lines longer",
    async (more) => {
      const lines = await linesOf(`
import gc
def fill():
    held = []
    while True:
        held.append(bytearray(100_000))
def deep(n):
    return n and deep(n - 1)
${"deep(0)\n".repeat(more)}
try:
    fill()
except MemoryError as e:
    print(e)
deep(20)  # what C has left of fill() on its stack is overwritten
gc.collect()
print(gc.mem_alloc() < 1_000_000)
`);
      expect(lines).toEqual(["memory allocation failed, allocating 100000 bytes", "True"]);
    },
  );
});

/** The numbers that a program prints. */
async function numbersOf(source: string): Promise<readonly number[]> {
  return (await linesOf(source)).flatMap((line) => line.split(" ").map(Number));
}
