// Throws random and mutated bytes at everything that takes foreign bytes: frames, and every parser of a stream or file.
//
//     npm run fuzz -- 600 [SEED]      for ten minutes at most; the seed is printed, and repeats a run
//
// The targets are in test/fuzz/long. Ends with 1 at the first fault, and shows the bytes that brought it about.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const [seconds = "60", seed = String(Math.floor(Math.random() * 2 ** 32))] = process.argv.slice(2);
if (!(Number(seconds) > 0) || !Number.isInteger(Number(seed))) {
  console.error("usage: npm run fuzz -- SECONDS [SEED]");
  process.exit(2);
}
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { status } = spawnSync("npx", ["vitest", "run", "--config", "test/fuzz/long/vitest.config.ts"], {
  cwd: ROOT,
  stdio: "inherit",
  env: { ...process.env, FUZZ_SECONDS: seconds, FUZZ_SEED: seed },
});
process.exit(status ?? 1);
