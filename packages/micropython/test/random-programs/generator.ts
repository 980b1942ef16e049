import { SeededRandom } from "aioespnow/sim";

/**
 * Random programs that compute the same in whatever order garbage is collected: each part makes garbage, keeps things in
 * all places that MicroPython has, and adds what it found to a checksum. A program checks itself too: it knows each value
 * that it keeps by its number.
 */
export function randomProgram(seed: number): string {
  const random = new SeededRandom(seed);
  const upTo = (limit: number): number => random.uint32() % limit;
  const chosen = Array.from({ length: 4 + upTo(4) }, () => PARTS[upTo(PARTS.length)] as Part);
  const body = chosen.map((part, index) => part(index, 2 + upTo(6), upTo(1000))).join("\n");
  const waits = upTo(3);
  return `${HEAD}WAITS = ${waits}\n${body}\n${TAIL}`;
}

type Part = (index: number, size: number, salt: number) => string;

const HEAD = `
import gc, time, machine, micropython, asyncio
total = 0
kept = []
ticks = []
def note(x):
    global total
    total = (total * 31 + sum(repr(x).encode())) % 1000003
def item(n):
    return ["n%d" % n, (n, str(n)), {n: [n]}]
def check(x, n):
    assert x[0] == "n%d" % n and x[1] == (n, str(n)) and x[2] == {n: [n]}, (x, n)
def work(n):
    x = [str(i) * 3 for i in range(n % 20)]
    if WAITS and n % (3 * WAITS) == 0:
        time.sleep_ms(1)
    return x
def keep(n):
    kept.append((n, item(n)))
timer = machine.Timer(-1)
timer.init(period=7, callback=lambda t: ticks.append(item(len(ticks))))
`;

const TAIL = `
timer.deinit()
for n, x in kept:
    check(x, n)
for n, x in enumerate(ticks):
    check(x, n)
print("total", total, len(kept))
`;

/** Parts of programs: their names end with their index, so that they do not touch each other. */
const PARTS: readonly Part[] = [
  (i, size, salt) => `
d${i} = {}
for k in range(${size * 40}):
    d${i}["k%d" % (k * ${salt + 1})] = item(k)
    work(k)
    if k % 3 == 0:
        d${i}.pop("k%d" % (k // 2 * ${salt + 1}), None)
for key in sorted(d${i}):
    note((key, d${i}[key]))
`,
  (i, size, salt) => `
class T${i}:
    def __init__(self, v):
        self.v = item(v)
        work(v)
    def __lt__(self, other):
        work(other.v[1][0])
        return self.v[1][0] < other.v[1][0]
    @property
    def number(self):
        work(3)
        return self.v[1][0]
note([t.number for t in sorted(T${i}((k * ${salt + 7}) % 101) for k in range(${size * 4}))])
note(sorted([item(k) for k in range(${size * 3})], key=lambda x: (work(x[1][0]), -x[1][0])[1]))
`,
  (i, size, salt) => `
def g${i}(n):
    held = item(n)
    for k in range(n):
        work(k)
        try:
            if k % 5 == ${salt % 5}:
                raise ValueError(item(k))
            yield (k, held)
        except ValueError as e:
            yield e.args[0]
        finally:
            held = item(n)
note(list(g${i}(${size * 4})))
note(",".join(str(x[0]) for x in g${i}(${size * 3})))
a${i}, *b${i} = g${i}(${size * 2})
note((a${i}, b${i}))
`,
  (i, size, salt) => `
def make${i}(n):
    held = item(n)
    def inner(k):
        nonlocal held
        work(k)
        check(held, n + k)
        held = item(n + k + 1)
        return held
    return inner
f${i} = [make${i}(k * ${salt}) for k in range(${size})]
for k in range(${size * 3}):
    for f in f${i}:
        note(f(k))
`,
  (i, size, salt) => `
def down${i}(n, acc):
    s = ",".join([str(k) for k in range(n % 30)])
    t = (s, [s], {s: item(n)})
    work(n + ${salt})
    if n > 0:
        acc.append(t)
        down${i}(n - 1, acc)
        check(t[2][s], n)
        assert t[1][0] is t[0]
    return acc
for _ in range(${size}):
    for n, t in enumerate(reversed(down${i}(${10 + (salt % 25)}, []))):
        check(t[2][t[0]], n + 1)
`,
  (i, size, salt) => `
class E${i}(Exception):
    def __init__(self, n):
        super().__init__(item(n))
        work(n)
def fail${i}(n):
    held = item(n)
    try:
        try:
            work(n)
            if n == 0:
                raise E${i}(${salt})
            fail${i}(n - 1)
        finally:
            work(n)
            check(held, n)
    except E${i} as e:
        check(e.args[0], ${salt} + n)
        raise E${i}(${salt} + n + 1)
for k in range(${size * 3}):
    try:
        fail${i}(k % 9)
    except E${i} as e:
        note(e.args)
`,
  (i, size, salt) => `
async def task${i}(n, lock, event, out):
    held = item(n)
    for k in range(${size}):
        async with lock:
            work(k)
            await asyncio.sleep_ms((n + k) % 3)
        check(held, n)
        out.append(item(n * 10 + k))
    if n == 0:
        event.set()
    await event.wait()
    return held
async def main${i}():
    out = []
    lock, event = asyncio.Lock(), asyncio.Event()
    for n, x in enumerate(await asyncio.gather(*[task${i}(n, lock, event, out) for n in range(${2 + (salt % 3)})])):
        check(x, n)
    for x in out:
        check(x, x[1][0])
    note(sorted(x[1][0] for x in out))
asyncio.run(main${i}())
asyncio.new_event_loop()
`,
  (_, size, salt) => `
import re
note(re.sub("a(.)", lambda m: (work(4), m.group(1) * 2)[1], "a1 b a2 c a3 " * ${size}))
note([m for m in map(lambda k: work(k)[-1:], range(${size * 4}))])
note(max(filter(lambda k: work(k) is not None, range(${size * 5})), key=lambda k: (work(k), k * ${salt} % 17)[1]))
note("%s-%r-%s" % (item(1), [item(k) for k in range(${size})], {k: work(k) for k in range(3)}))
note(bytes(bytearray((k * ${salt}) & 255 for k in range(${size * 10}))))
note(int("7" * ${size * 20}) ** 3 % ${salt + 3})
for k in range(${size * 2}):
    keep(k * ${salt})
`,
  (i, size, salt) => `
class A${i}:
    def __init__(self, n):
        self.n = item(n)
    def __getattr__(self, name):
        work(5)
        return name + self.n[0]
    def __add__(self, other):
        work(7)
        return A${i}(self.n[1][0] + other.n[1][0])
    def __eq__(self, other):
        work(2)
        return self.n == other.n
    def __hash__(self):
        work(3)
        return self.n[1][0] % 7
    def __repr__(self):
        return "A" + repr(self.n)
    def __enter__(self):
        return work(6) and self.n
    def __exit__(self, *args):
        check(self.n, self.n[1][0])
        return True
s${i} = {}
for k in range(${size * 6}):
    s${i}[A${i}(k % 11)] = item(k)
note(sorted(repr(k) for k in s${i}))
x${i} = A${i}(${salt})
for k in range(${size}):
    with x${i} as held:
        x${i} = x${i} + A${i}(k)
        raise KeyError(held)
note((x${i}, x${i}.missing))
`,
];
