import { Air, SystemClock } from "aioespnow/sim";
import { type Program, runProgram } from "espnow-micropython";
import { type Bench, median } from "./report.ts";

/** What a typical program needs before it prints. */
const PROGRAM = `
import network, espnow, machine, asyncio, time
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
print("ready")
time.sleep(1000)
`;

/** What it takes to have a MicroPython program running. */
export const micropythonStart: Bench = async function* (smoke) {
  await using air = new Air({ clock: new SystemClock() });
  await stop([await start(air)]); // compiles MicroPython
  yield {
    name: "start of one program, until it prints",
    value: await median(smoke ? 1 : 11, async () => stop([await start(air)])),
    unit: "ms",
    target: "<= 250 ms",
    note: "its end is in it, about 5 ms",
  };
  const before = process.memoryUsage.rss();
  const begin = performance.now();
  const programs = await Promise.all(Array.from({ length: 16 }, () => start(air)));
  yield { name: "start of sixteen programs", value: performance.now() - begin, unit: "ms", target: "<= 3000 ms" };
  yield {
    name: "memory of a program",
    value: (process.memoryUsage.rss() - before) / programs.length / 2 ** 20,
    unit: "MiB",
    target: "<= 16 MiB",
    note: "resident, of sixteen",
  };
  await stop(programs);
};

async function start(air: Air): Promise<Program> {
  const program = await runProgram({ source: PROGRAM, radio: air.radio() });
  await new Promise<void>((resolve) => {
    program.onOutput = () => resolve();
  });
  return program;
}

async function stop(programs: readonly Program[]): Promise<void> {
  await Promise.all(programs.map((program) => program.stop()));
}
