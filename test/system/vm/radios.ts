import { execFileSync } from "node:child_process";
import type { MonitorOptions } from "#lib/phy/linux/monitor-options.ts";
import { MonitorPhy } from "#lib/phy/linux/monitor-phy.ts";
import { type RunCommand, runCommand } from "#lib/phy/linux/run-command.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import type { RadioPair } from "#lib/testing/radio-suite.ts";

/** What the radios are called. */
export const STATION_0 = "02:00:00:00:00:00";
export const STATION_1 = "02:00:00:00:01:00";

const answers = new Map<string, string>();

/** A program takes a tenth of a second in the emulated machine: what only asks, and is answered the same, runs once. */
const runOnce: RunCommand = (program, args) => {
  if (args.includes("set")) return runCommand(program, args);
  const command = [program, ...args].join(" ");
  const answer = answers.get(command) ?? runCommand(program, args);
  answers.set(command, answer);
  return answer;
};

export function monitorPhy(name: "wlan0" | "wlan1", options: MonitorOptions = {}): MonitorPhy {
  return new MonitorPhy(name, { run: runOnce, ...options });
}

/** Radios on wlan0 and wlan1, with their own addresses. */
export async function radioPair(
  options: MonitorOptions = {},
): Promise<RadioPair & { a: SoftMacRadio; b: SoftMacRadio }> {
  const [a, b] = [monitorPhy("wlan0", options), monitorPhy("wlan1", options)].map((phy) => {
    return new SoftMacRadio(phy, { ...(phy.address === undefined ? {} : { mac: phy.address }) });
  }) as [SoftMacRadio, SoftMacRadio];
  return {
    a,
    b,
    close: async () => {
      await a[Symbol.asyncDispose]();
      await b[Symbol.asyncDispose]();
    },
  };
}

/** Runs a line of shell. */
export function shell(line: string): string {
  return execFileSync("sh", ["-ec", line], { encoding: "utf8" });
}
