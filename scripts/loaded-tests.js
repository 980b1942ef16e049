// Runs all tests again and again beside busy processes, because a test that fails on a busy machine shows a fault. Prints a line
// for each run, and ends at the first that fails, with what it printed.
//   node scripts/loaded-tests.js [RUNS] [BUSY PROCESSES]     10 and 4
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { constants, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [runs = 10, busy = 4] = process.argv.slice(2).map(Number);
if (!(runs > 0 && busy >= 0)) {
  console.error("usage: node scripts/loaded-tests.js [RUNS] [BUSY PROCESSES]");
  process.exit(2);
}

/** It ends with this script, however that ends. */
const BUSY = "const parent = process.ppid; while (process.ppid === parent);";
const folder = mkdtempSync(join(tmpdir(), "loaded-tests-"));
for (let i = 0; i < busy; i++) spawn(process.execPath, ["--eval", BUSY]);

/** @type {import("node:child_process").ChildProcess | undefined} */
let tests;
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.once(signal, () => {
    if (tests?.pid !== undefined) process.kill(-tests.pid, "SIGKILL");
    process.exit(128 + constants.signals[signal]);
  });
}

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
  // A process group of its own: what the tests start ends with them.
  const child = spawn("npm", ["test"], { cwd, stdio: ["ignore", output, output], detached: true });
  tests = child;
  closeSync(output);
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => {
      tests = undefined;
      resolve(code);
    });
    child.once("error", reject);
  });
}
