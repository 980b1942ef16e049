import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import LongestFirst from "./test/longest-first.ts";

const source = (file: string) => fileURLToPath(new URL(`./packages/aioespnow/src/${file}`, import.meta.url));
const inCi = process.env["CI"] === "true";

export default defineConfig({
  resolve: {
    // The tests and examples run against the sources: coverage and mutation then speak of what is edited.
    alias: [
      { find: /^aioespnow$/, replacement: source("index.ts") },
      { find: /^aioespnow\/(air|board|sim|core|linux)$/, replacement: source("$1.ts") },
      { find: /^aioespnow\/(codec|pcap)$/, replacement: source("$1/index.ts") },
      { find: /^espnow$/, replacement: fileURLToPath(new URL("./packages/espnow/src/index.ts", import.meta.url)) },
    ],
  },
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    // No test measures time; this only ends one that hangs, on a machine however slow.
    testTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    // Two at least: the virtual machine takes minutes on a core of its own.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: inCi ? ["default", "json", "./test/skip-reporter.ts"] : ["default"],
    outputFile: { json: "reports/tests.json" },
    coverage: {
      enabled: inCi,
      provider: "v8",
      include: ["packages/*/src/**"],
      // What runs in the threads of MicroPython programs, from dist: coverage sees the tests' own thread only.
      exclude: ["packages/espnow/src/micropython/vm/**"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { lines: 95 },
    },
  },
});
