import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { aliases } from "../../aliases.ts";

/** For the tests that run inside the virtual machine: run.sh. Its processor is emulated, and slow. */
export default defineConfig({
  root: fileURLToPath(new URL("../../..", import.meta.url)),
  resolve: { alias: aliases },
  test: {
    include: ["test/system/vm/*.guest.ts"],
    // No test measures time; this only ends one that hangs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    isolate: false,
    pool: "threads",
  },
});
