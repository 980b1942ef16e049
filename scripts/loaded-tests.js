// Runs all tests again and again beside busy processes, because a test that fails on a busy machine shows a fault. Prints a line
// for each run, and ends at the first that fails, with what it printed.
//   node scripts/loaded-tests.js [RUNS] [BUSY PROCESSES]     10 and 4
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [runs = 10, busy = 4] = process.argv.slice(2).map(Number);
if (!(runs > 0 && busy >= 0)) {
  console.error("usage: node scripts/loaded-tests.js [RUNS] [BUSY PROCESSES]");
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "loaded-tests-"));
const busyProcesses = Array.from({ length: busy }, () => spawn(process.execPath, ["--eval", "for (;;);"]));
process.once("exit", () => {
  for (const child of busyProcesses) child.kill();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

for (let run = 1; run <= runs; run++) {
  const log = join(folder, `run-${run}.txt`);
  const start = Date.now();
  const code = await runTests(log);
  const minutes = ((Date.now() - start) / 60_000).toFixed(1);
  const [load = 0] = loadavg();
  console.log(`run ${run}: ${code === 0 ? "passed" : "failed"}, ${minutes} minutes, load ${load.toFixed(1)}, ${log}`);
  if (code === 0) continue;
  console.log(readFileSync(log, "utf8"));
  process.exit(1);
}
process.exit(0);

/** @param {string} log @returns {Promise<number | null>} */
function runTests(log) {
  const output = openSync(log, "w");
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const child = spawn("npm", ["test"], { cwd, stdio: ["ignore", output, output] });
  return new Promise((resolve) => child.once("exit", resolve));
}
