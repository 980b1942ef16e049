import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { aliases } from "./test/aliases.ts";
import LongestFirst from "./test/longest-first.ts";

const inCi = process.env["CI"] === "true";

export default defineConfig({
  resolve: {
    alias: aliases,
  },
  test: {
    include: ["{test,examples,packages/*/test}/**/*.test.ts"],
    // No test measures time; this only ends one that hangs, on a machine however slow.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    sequence: { sequencer: LongestFirst },
    // Two at least: the virtual machine takes minutes on a core of its own.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: inCi ? ["default", "json", "./test/skip-reporter.ts"] : ["default"],
    outputFile: { json: "reports/tests.json" },
    coverage: {
      enabled: inCi,
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { lines: 95 },
    },
  },
});
