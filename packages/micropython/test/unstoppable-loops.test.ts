/** Loops of MicroPython's C code, in which no Python runs: a program in one is interrupted, is stopped, and takes time. */
import { systemClock, VirtualClock } from "aioespnow/sim";
import { type Program, Scenario } from "espnow-micropython";
import { describe, expect, test } from "vitest";
import { python } from "./on-a-board.ts";

const NESTED = "a = b = 0\nfor i in range(60): a, b = [a, a], [b, b]";

const ATTACKS = {
  "a power": "n = 10 ** 7; pow(3, n)",
  "a power, modulo": "n = 1 << 20000; pow(3, n, n - 1)",
  "a power that the compiler computes": "exec('x = 3 ** 10000000')",
  "a product": "n = 8 * 10 ** 6; n = (1 << n) - 1; n * n",
  "a quotient": "n = 8 * 10 ** 6; (1 << 2 * n) // ((1 << n) - 3)",
  shifts: "n = 10 ** 7\nwhile True: 1 << n",
  "digits of an integer": "n = 10 ** 6; str(1 << 3 * n)",
  "an integer of digits": "n = 10 ** 6; int('9' * n)",
  "a factorial": "import math; math.factorial(10 ** 6)",
  "a sum": "sum(range(10 ** 9))",
  "a maximum": "max(range(10 ** 9))",
  "a search in an iterator": "-1 in iter(range(10 ** 9))",
  "a search in a text": "('a' * 2000000 + 'b').find('a' * 1000000 + 'c')",
  "a text that is counted": "('a' * 1000000).count('a' * 100000 + 'b')",
  "a text that is replaced": "('a' * 1000000).replace('a' * 100000 + 'b', '')",
  "a comparison of nested lists": `${NESTED}\na == b`,
  "the hash of nested tuples": "a = ()\nfor i in range(60): a = (a, a)\nhash(a)",
  "nested lists as a text": `${NESTED}\nstr(a)`,
  "nested lists as JSON": `import json\n${NESTED}\njson.dumps(a)`,
  "a sort": "a = list(range(300000))\nwhile True: a.sort()",
  "a regular expression": "import re\nre.match('(a|aa)+$', 'a' * 60 + 'b')",
  "a search for a regular expression": "import re\nre.search('a*a*a*a*a*c', 'a' * 300)",
  hashes: "import hashlib\nwhile True: hashlib.sha256(bytes(4000000))",
  "compressed zeros": python`
    import deflate, io
    packed = io.BytesIO()
    with deflate.DeflateIO(packed, deflate.ZLIB) as stream:
        for i in range(40): stream.write(bytes(1000000))
    room = bytearray(1000000)
    while True:
        stream = deflate.DeflateIO(io.BytesIO(packed.getvalue()))
        while stream.readinto(room): pass
  `,
  "keys that collide": "while True: set(set(range(0, 1 << 29, 1 << 13)))",
  "a crowd of classes": python`
    kinds = [object]
    for i in range(40):
        left, right = type("a", (kinds[-1],), {}), type("b", (kinds[-1],), {})
        kinds.append(type("c", (left, right), {}))
    kinds[-1]().missing
  `,
};

describe.each([
  ["real", () => systemClock],
  ["virtual", () => new VirtualClock()],
])("in %s time", (_, clock) => {
  test.each(Object.entries(ATTACKS))("Ctrl-C ends %s", async (_title, attack) => {
    await using scenario = new Scenario({ clock: clock() });
    const board = await attacked(scenario, attack);
    board.interrupt();
    await scenario.settled(board.exited);
    expect(board.output).toMatch(/KeyboardInterrupt: \n$/);
    expect(board.exit?.code).toBe(130);
  });

  test("a program in such a loop is stopped, and others have their turn", async () => {
    await using scenario = new Scenario({ clock: clock() });
    const busy = await attacked(scenario, ATTACKS["a power"]);
    const other = scenario.board({ source: "import time\ntime.sleep_ms(5)\nprint('done')\n" });
    await scenario.until(other, /done/);
    await busy.stop();
    expect(busy.output).toBe("ready\n");
  });
});

async function attacked(scenario: Scenario, attack: string): Promise<Program> {
  const board = scenario.board({ source: `print("ready")\n${attack}\n` }, { mayFail: true });
  await scenario.until(board, /ready/);
  return board;
}

test("what a loop computes is right where it was suspended", async () => {
  await using scenario = new Scenario({ clock: systemClock });
  const source = python`
    n = 3 ** 40000
    digits = str(n)
    print(len(digits), digits[:10], digits[-10:], int(digits) == n, n * n // n == n, pow(3, 40000, 1000007))
    print(sum(range(1000000)), sorted([i * 7919 % 10007 for i in range(10007)]) == list(range(10007)))
  `;
  const board = scenario.board({ source });
  await scenario.settled(board.exited);
  const n = 3n ** 40000n;
  const digits = n.toString();
  const first = `${digits.length} ${digits.slice(0, 10)} ${digits.slice(-10)} True True ${n % 1000007n}`;
  expect(board.output).toBe(`${first}\n499999500000 True\n`);
});

test("a Ctrl-C lets a short loop end, as on a board", async () => {
  await using scenario = new Scenario({ clock: systemClock });
  const source = python`
    mixed = [i * 7919 % 2003 for i in range(2003)]
    in_order = list(range(2003))
    caught = 0
    while caught < 50:
        try:
            print("ready")
            while True:
                kept = mixed[:]
                kept.sort()
        except KeyboardInterrupt:
            caught += 1
            print(kept == mixed or kept == in_order)
  `;
  const board = scenario.board({ source }, { mayFail: true });
  for (let n = 0; n < 50; n++) {
    await scenario.until(board, /ready/);
    board.interrupt();
  }
  await scenario.settled(board.exited);
  expect(board.output).toBe("ready\nTrue\n".repeat(50));
});
