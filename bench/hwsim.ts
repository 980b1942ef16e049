import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench, Figure } from "./report.ts";
import { roundTripProgram } from "./round-trip.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const VM = process.env["AIOESPNOW_VM"] ?? join(homedir(), ".cache/aioespnow-vm");

/**
 * Round trips between two processes over the kernel's own simulated Wi-Fi cards, in the virtual machine of the tests:
 * nothing where that is not set up (test/system/vm/setup.sh), or gcc is missing.
 */
export const hwsim: Bench = async function* (smoke): AsyncGenerator<Figure> {
  const program = existsSync(join(VM, "initrd.gz")) ? roundTripProgram() : undefined;
  if (program === undefined) return;
  const guest = fileURLToPath(new URL("hwsim-guest.js", import.meta.url));
  const command = `modprobe mac80211_hwsim radios=2 && node ${guest} ${program} ${smoke ? "1 20" : "5 500"}`;
  const printed = execFileSync(join(ROOT, "test/system/vm/run.sh"), [command], { cwd: ROOT, encoding: "utf8" });
  for (const line of printed.split("\n")) if (line.startsWith("{")) yield JSON.parse(line) as Figure;
};
