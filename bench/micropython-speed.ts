import { Scenario } from "espnow-micropython";
import { type Bench, processorSeconds } from "./report.ts";

/** MicroPython as its authors build it for WebAssembly. */
const PLAIN = "@micropython/micropython-webassembly-pyscript/micropython.mjs";
interface PlainBuild {
  loadMicroPython(options: { heapsize: number; pystack: number }): Promise<{ runPython(source: string): void }>;
}

const DEFINITIONS = `
def loop(n):
    s = 0
    for i in range(n): s = (s * 31 + i) & 0xffff
class Sum:
    def __init__(self): self.x = 0
    def add(self, y): self.x += y
def methods(n):
    s = Sum()
    for i in range(n): s.add(i)
def lists(n):
    for i in range(n):
        a = [i, i + 1, i + 2]
        a.append(len(a))
def dicts(n):
    d = {}
    for i in range(n): d[i % 97] = d.get(i % 89, 0) + 1
def texts(n):
    for i in range(n): len("%d,%s" % (i, "ab".join(["x", "y", "z"])))
def recursion(n): return n if n < 2 else recursion(n - 1) + recursion(n - 2)
def sorts(n):
    for k in range(n): sorted([(i * 7919 + k) % 101 for i in range(50)])
def integers(n): str(3 ** n)
`;
const WORKS = {
  loop: "loop(60000)",
  methods: "methods(24000)",
  lists: "lists(12000)",
  dicts: "dicts(24000)",
  texts: "texts(9000)",
  recursion: "recursion(17)",
  sorts: "sorts(300)",
  integers: "integers(6000)",
};

const WAITS = 20_000;
const POLLS = {
  "the time": "time.ticks_ms()",
  "isconnected()": "sta.isconnected()",
  "status()": "sta.status()",
  "pin.value()": "pin.value()",
  "adc.read()": "adc.read()",
  "uart.any()": "uart.any()",
};
const DEVICES = `
import machine, network, time
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
pin, adc, uart = machine.Pin(4, machine.Pin.IN), machine.ADC(machine.Pin(34)), machine.UART(1, 9600)
print("begin")
`;

/** How fast the interpreter is: bytecode, waits, and loops that poll, in seconds of processor time. */
export const micropythonSpeed: Bench = async function* (smoke) {
  const rounds = smoke ? 2 : 15;
  const [plain, here] = [await plainTimes(rounds), await boardTimes(rounds)];
  for (const name of Object.keys(WORKS)) {
    const ratio = (plain.get(name) as number) / (here.get(name) as number);
    yield { name: `bytecode, ${name}: share of the plain build's speed`, value: ratio, unit: "" };
  }
  const share = total(plain) / total(here);
  yield { name: "bytecode: share of the plain build's speed", value: share, unit: "", target: ">= 0.85" };
  const wait = `import time\nprint("begin")\nfor _ in range(${WAITS}): time.sleep_ms(1)\n`;
  const name = "a wait of a program, and its return";
  yield { name, value: ((await taken(wait)) / WAITS) * 1e6, unit: "us", target: "<= 15 us" };
  for (const [what, poll] of Object.entries(POLLS)) {
    const source = `${DEVICES}end = time.ticks_add(time.ticks_ms(), 10000)
while time.ticks_diff(end, time.ticks_ms()) > 0: ${poll}\n`;
    yield { name: `10 s of a loop that polls ${what}`, value: await taken(source), unit: "s", target: "<= 1 s" };
  }
};

function total(times: ReadonlyMap<string, number>): number {
  return [...times.values()].reduce((sum, time) => sum + time, 0);
}

/** The least of several rounds for each work. */
class Least {
  readonly times: Map<string, number> = new Map();

  add(name: string, time: number): void {
    this.times.set(name, Math.min(time, this.times.get(name) ?? Number.POSITIVE_INFINITY));
  }
}

async function plainTimes(rounds: number): Promise<ReadonlyMap<string, number>> {
  const { loadMicroPython }: PlainBuild = await import(PLAIN);
  const python = await loadMicroPython({ heapsize: 256 * 1024, pystack: 4096 });
  python.runPython(DEFINITIONS);
  const least = new Least();
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of Object.entries(WORKS)) {
      const begin = processorSeconds();
      python.runPython(work);
      least.add(name, processorSeconds() - begin);
    }
  }
  return least.times;
}

async function boardTimes(rounds: number): Promise<ReadonlyMap<string, number>> {
  await using scenario = new Scenario();
  const works = Object.entries(WORKS).map(([name, work]) => `    ${work}\n    print("${name}")\n`);
  const board = scenario.board({ source: `${DEFINITIONS}\nfor _ in range(${rounds}):\n${works.join("")}` });
  const least = new Least();
  let begin = processorSeconds();
  board.onOutput = ({ bytes }) => {
    least.add(new TextDecoder().decode(bytes).trim(), processorSeconds() - begin);
    begin = processorSeconds();
  };
  await scenario.settled(board.exited);
  return least.times;
}

/** From its first line to its end. */
async function taken(source: string): Promise<number> {
  await using scenario = new Scenario();
  const board = scenario.board({ source });
  await scenario.until(board, /begin/);
  const begin = processorSeconds();
  await scenario.settled(board.exited);
  return processorSeconds() - begin;
}
