import { fileURLToPath } from "node:url";
import { Scenario } from "espnow-micropython";
import { type Bench, median, processorSeconds } from "./report.ts";

const HEARTBEAT = fileURLToPath(new URL("../../examples/micropython/heartbeat_and_echo.py", import.meta.url));
const MEBIBYTE = 1024 * 1024;
const GATEWAY_MAC = "02:00:00:00:00:01";
const HOUR = 3_600_000;
const SENSORS = 10;

const START = `
import network, espnow
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
gateway = b"\\x02\\x00\\x00\\x00\\x00\\x01"
`;
const GATEWAY = `${START}
received = 0
while True:
    e.recv(-1)
    received += 1
    if received % 100 == 0: print(received)
`;
const SENSOR = `${START}
import machine
e.add_peer(gateway)
while True:
    e.send(gateway, b"21.5")
    machine.SLEEP(60_000)
`;

const ONE_BY_ONE = 9;

/** MicroPython programs on boards of their own, in seconds of processor time. */
export const micropythonBoards: Bench = async function* (smoke) {
  yield* starts(smoke);
  yield* virtualTime(smoke);
};

async function* starts(smoke: boolean): ReturnType<Bench> {
  await using scenario = new Scenario();
  const start = async (count: number): Promise<void> => {
    const boards = Array.from({ length: count }, () =>
      scenario.board({ source: `${START}\nprint("up")\ne.recv(-1)\n` }),
    );
    for (const board of boards) await scenario.until(board, /up/);
  };
  const time = (count: number, times = 1): Promise<number> => median(times, () => start(count), processorSeconds);
  yield {
    name: "boards: start of the first",
    value: (await time(1)) * 1000,
    unit: "ms",
    note: "compiles MicroPython",
  };
  // The first of these are beside V8's threads, which go on compiling.
  const more = await time(1, ONE_BY_ONE);
  yield {
    name: `boards: start of one more, median of ${ONE_BY_ONE}`,
    value: more * 1000,
    unit: "ms",
    target: "<= 10 ms",
  };
  const before = process.memoryUsage.rss();
  yield { name: "boards: start of 64", value: await time(64), unit: "s", target: "<= 0.6 s" };
  const each = (process.memoryUsage.rss() - before) / 64 / MEBIBYTE;
  yield { name: "boards: memory of a board, of 64", value: each, unit: "MiB", target: "<= 2.5 MiB" };
  const crowd = smoke ? 10 : 999 - ONE_BY_ONE - 64;
  yield { name: `boards: start of ${crowd} more, 1000 in all`, value: await time(crowd), unit: "s", target: "<= 10 s" };
  const all = process.memoryUsage.rss() / MEBIBYTE;
  yield { name: "boards: memory of the process then", value: all, unit: "MiB", target: "<= 3072 MiB" };
}

async function* virtualTime(smoke: boolean): ReturnType<Bench> {
  {
    await using scenario = new Scenario();
    const board = scenario.board(HEARTBEAT);
    scenario.board({ source: GATEWAY });
    await scenario.until(board, /heartbeat/);
    const ms = await timed(() => scenario.run(120_000));
    const note = "after start; a heartbeat each 10 s";
    yield { name: "boards: two minutes of the example", value: ms / 1000, unit: "s", target: "< 1 s", note };
  }
  {
    await using scenario = new Scenario();
    await startSensors(scenario, "lightsleep");
    const hours = smoke ? 0.1 : 24;
    const ms = await timed(() => scenario.run(hours * HOUR));
    const name = "boards: a day of a gateway and ten sensors, lightsleep";
    yield { name, value: (ms / 1000 / hours) * 24, unit: "s", target: "<= 3 s", note: "each sends once a minute" };
  }
  await using scenario = new Scenario();
  await startSensors(scenario, "deepsleep");
  await scenario.run(60_000); // the first restart of a board takes longer
  const minutes = smoke ? 2 : 60;
  const ms = await timed(() => scenario.run(minutes * 60_000));
  const name = "boards: a wake-up from deepsleep, of ten sensors at once";
  yield { name, value: ms / minutes / SENSORS, unit: "ms", note: "its RAM put back" };
  const day = "boards: a day of a gateway and ten sensors, with deepsleep";
  yield {
    name: day,
    value: ((ms / minutes) * 24 * 60) / 1000,
    unit: "s",
    target: "<= 20 s",
    note: `from ${minutes} minutes of it`,
  };
}

/** They have sent their first reading. */
async function startSensors(scenario: Scenario, sleep: "lightsleep" | "deepsleep"): Promise<void> {
  scenario.board({ source: GATEWAY }, { mac: GATEWAY_MAC });
  const source = SENSOR.replace("SLEEP", sleep);
  for (let i = 0; i < SENSORS; i++) scenario.board({ source }, { name: "sensor" });
  await scenario.run(1000);
}

/** Milliseconds of processor time. */
async function timed(work: () => Promise<void>): Promise<number> {
  const start = processorSeconds();
  await work();
  return (processorSeconds() - start) * 1000;
}
