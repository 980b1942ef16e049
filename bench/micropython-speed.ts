import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Scenario } from "espnow-micropython";
import { type Bench, type Figure, processorSeconds } from "./report.ts";

/** MicroPython as its authors build it for WebAssembly. */
const PLAIN = "@micropython/micropython-webassembly-pyscript/micropython.mjs";
interface PlainBuild {
  runPython(source: string): void;
}
interface PlainModule {
  loadMicroPython(options: { heapsize: number; pystack: number }): Promise<PlainBuild>;
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
/** A few milliseconds each. */
const WORKS = {
  loop: "loop(15000)",
  methods: "methods(6000)",
  lists: "lists(3000)",
  dicts: "dicts(6000)",
  texts: "texts(2250)",
  recursion: "recursion(14)",
  sorts: "sorts(75)",
  integers: "integers(3000)",
};

const WAITS = 400;
/** Of a loop in the plain build, which a wait is compared with. */
const TURNS = 100;

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

/** Seconds that a work took on a board, and right after that its peer in the plain build. */
interface Pair {
  readonly name: string;
  readonly here: number;
  readonly plain: number;
}

/** Without it some processes take half as long again for each call between WebAssembly and JavaScript, in both builds. */
const NEAR_BUILTINS = "--short-builtin-calls";

/**
 * How fast the interpreter is: bytecode, waits, and loops that poll, in seconds of processor time.
 *
 * The clock of a machine that others use changes from minute to minute. So the plain build runs each work right after the
 * board has, a few milliseconds each, and a ratio is the median of those of many rounds. The first rounds are not counted:
 * V8 compiles what runs often a second time (TurboFan), in both builds. The board is a whole one in virtual time: it is
 * suspended now and then, and its garbage is collected. The plain build collects garbage after each work. A wait is the
 * least of many rounds; the first 20,000, in which V8 compiles, and the median ratio to 100 turns of a loop in the plain
 * build stand beside it. All this runs in a process of its own, with V8's builtin functions near to what it compiles:
 * where the operating system puts them far away, processors predict calls badly.
 */
export const micropythonSpeed: Bench = async function* (smoke) {
  if (process.execArgv.includes(NEAR_BUILTINS)) yield* figures(smoke);
  else yield* figuresOfProcess(smoke);
};

async function* figuresOfProcess(smoke: boolean): ReturnType<Bench> {
  const main = process.argv[1] as string;
  const args = [...process.execArgv, NEAR_BUILTINS, main, "micropython-speed", "--json", ...(smoke ? ["--smoke"] : [])];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  for (const line of stdout.trim().split("\n")) yield JSON.parse(line) as Figure;
}

async function* figures(smoke: boolean): ReturnType<Bench> {
  const plain = await plainBuild();
  yield* bytecode(plain, smoke);
  yield* waits(plain, smoke);
  for (const [what, poll] of Object.entries(POLLS)) {
    const source = `${DEVICES}end = time.ticks_add(time.ticks_ms(), 10000)
while time.ticks_diff(end, time.ticks_ms()) > 0: ${poll}\n`;
    yield { name: `10 s of a loop that polls ${what}`, value: await taken(source), unit: "s", target: "<= 1 s" };
  }
}

async function plainBuild(): Promise<PlainBuild> {
  const { loadMicroPython }: PlainModule = await import(PLAIN);
  const plain = await loadMicroPython({ heapsize: 256 * 1024, pystack: 4096 });
  plain.runPython(DEFINITIONS);
  return plain;
}

async function* bytecode(plain: PlainBuild, smoke: boolean): ReturnType<Bench> {
  const rounds = await inTurn(plain, WORKS, WORKS, smoke ? [1, 2] : [60, 200]);
  for (const name of Object.keys(WORKS)) {
    const value = shareOf(rounds.map((pairs) => pairs.filter((pair) => pair.name === name)));
    yield { name: `bytecode, ${name}: share of the plain build's speed`, value, unit: "" };
  }
  const name = "bytecode: share of the plain build's speed";
  yield { name, value: shareOf(rounds), unit: "", target: ">= 0.85" };
}

async function* waits(plain: PlainBuild, smoke: boolean): ReturnType<Bench> {
  const here = { wait: `for _ in range(${WAITS}): time.sleep_ms(1)` };
  const [uncounted, counted] = smoke ? [1, 2] : [50, 150];
  const all = await inTurn(plain, here, { wait: `loop(${WAITS * TURNS})` }, [0, uncounted + counted]);
  const micros = (of: "here" | "plain"): number[] => all.flat().map((pair) => (pair[of] / WAITS) * 1e6);
  const [first, rest] = [micros("here").slice(0, uncounted), micros("here").slice(uncounted)];
  const mean = first.reduce((sum, time) => sum + time, 0) / uncounted;
  const note = `the first ${uncounted * WAITS}: ${mean.toFixed(1)} us each`;
  const value = Math.min(...rest);
  yield { name: "a wait of a program, and its return", value, unit: "us", target: "<= 15 us", note };
  const name = `that wait: share of ${TURNS} turns of the plain build's loop`;
  const peer = `peer: ${Math.min(...micros("plain")).toFixed(1)} us`;
  yield { name, value: 1 / shareOf(all.slice(uncounted)), unit: "", note: peer };
}

/** The pairs of each round that is counted, after those that are not. */
async function inTurn(
  plain: PlainBuild,
  here: Readonly<Record<string, string>>,
  there: Readonly<Record<string, string>>,
  [uncounted, counted]: readonly [number, number],
): Promise<readonly (readonly Pair[])[]> {
  await using scenario = new Scenario();
  const works = Object.entries(here).map(([name, work]) => `    ${work}\n    print("${name}")\n`);
  const source = `import time\n${DEFINITIONS}\nfor _ in range(${uncounted + counted}):\n${works.join("")}`;
  const board = scenario.board({ source });
  const pairs: Pair[] = [];
  let begin = processorSeconds();
  board.onOutput = ({ bytes }) => {
    const between = processorSeconds();
    const name = new TextDecoder().decode(bytes).trim();
    plain.runPython(there[name] as string);
    const end = processorSeconds();
    pairs.push({ name, here: between - begin, plain: end - between });
    begin = processorSeconds();
  };
  await scenario.settled(board.exited);
  const rounds = Array.from({ length: uncounted + counted }, () => pairs.splice(0, works.length));
  return rounds.slice(uncounted);
}

/** The median of the rounds. */
function shareOf(rounds: readonly (readonly Pair[])[]): number {
  const total = (pairs: readonly Pair[], of: "here" | "plain"): number =>
    pairs.reduce((sum, pair) => sum + pair[of], 0);
  const shares = rounds.map((pairs) => total(pairs, "plain") / total(pairs, "here"));
  return shares.sort((a, b) => a - b)[shares.length >> 1] as number;
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
