import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const VM = process.env["AIOESPNOW_VM"] ?? join(homedir(), ".cache/aioespnow-vm");
const isReady = existsSync(join(VM, "initrd.gz")) && existsSync(join(ROOT, "examples/dist"));

interface Report {
  readonly testResults: readonly { readonly assertionResults: readonly { status: string; fullName: string }[] }[];
}

test.skipIf(!isReady)(
  "the suites and scenarios pass on Linux's own virtual radios (test/system/vm/setup.sh, npm run build)",
  // Four minutes on quiet cores: the limits only end a machine that hangs, beside however many busy processes.
  { timeout: 2_450_000 },
  () => {
    const out = mkdtempSync(join(tmpdir(), "aioespnow-vm-"));
    const vitest = "node node_modules/vitest/vitest.mjs run --config test/system/vm/vitest.config.ts";
    const command = `modprobe mac80211_hwsim radios=2 && ${vitest} --reporter=default --reporter=json --outputFile=/out/tests.json`;
    try {
      execFileSync(join(ROOT, "test/system/vm/run.sh"), [command], {
        cwd: ROOT,
        env: { ...process.env, VM_OUT: out, VM_TIMEOUT: "2400" },
        encoding: "utf8",
      });
    } catch (error) {
      // The tests say below which of them failed; if there are none, this does.
      if (!existsSync(join(out, "tests.json"))) throw error;
    }
    const report = JSON.parse(readFileSync(join(out, "tests.json"), "utf8")) as Report;
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    expect(results.filter(({ status }) => status !== "passed")).toEqual([]);
    expect(results.length).toBeGreaterThan(90);
  },
);
