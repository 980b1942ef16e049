/**
 * What is lost where programs race shows under load, one run in many: `npm run many-boards` compares 500 runs beside four
 * busy processes. MANY_BOARDS is how many runs, BUSY_PROCESSES how many of those.
 */
import { spawn } from "node:child_process";
import { Scenario } from "espnow-micropython";
import { expect, onTestFinished, test } from "vitest";
import { python } from "./on-a-board.ts";

const RUNS = Number(process.env["MANY_BOARDS"] ?? 2);
const BUSY = Number(process.env["BUSY_PROCESSES"] ?? 0);

/** Each broadcasts once, and then reads what the others sent as fast as it can. */
const BOARD = python`
  import espnow, network, random, time
  network.WLAN(network.WLAN.IF_STA).active(True)
  e = espnow.ESPNow()
  e.config(rxbuf=16384)
  e.active(True)
  e.add_peer(b"\xff" * 6)
  time.sleep_ms(random.randrange(500))
  e.send(b"\xff" * 6, bytes(20))
  read = 0
  end = time.ticks_add(time.ticks_ms(), 1500)
  while time.ticks_diff(end, time.ticks_ms()) > 0:
      while e.any():
          host, msg = e.recv(0)
          read += msg is not None
      time.sleep_ms(5)
  while e.any():
      read += e.recv(0)[1] is not None
  print(time.ticks_us(), e.stats(), read, read == e.stats()[3])
`;

async function run(): Promise<string> {
  await using scenario = new Scenario({ seed: 7 });
  for (let n = 0; n < 64; n++) scenario.board({ source: BOARD }, { name: `board-${n}` });
  await scenario.run(3000);
  return scenario.lines.map(({ timeMs, board, text }) => `${timeMs} ${board} ${text}\n`).join("");
}

test("64 boards do the same at every run, and read every message that they received", {
  timeout: 120_000 * RUNS,
}, async () => {
  keepBusy();
  const first = await run();
  expect(first.match(/True\n/g)).toHaveLength(64);
  for (let n = 2; n <= RUNS; n++) {
    expect(await run(), `run ${n}`).toBe(first);
    if (n % 10 === 0) console.log(`${n} runs are the same`);
  }
});

/** Of the processor, until the test ends. */
function keepBusy(): void {
  for (let n = 0; n < BUSY; n++) {
    const busy = spawn(process.execPath, ["-e", "const parent = process.ppid; while (process.ppid === parent);"]);
    onTestFinished(() => void busy.kill());
  }
}
