import type { Command } from "commander";
import { type Finding, findings } from "../doctor/findings.ts";
import { inspectMachine, type Probe, thisMachine } from "../doctor/machine.ts";
import { probeTxStatus } from "../doctor/tx-status.ts";
import { withContext, withJson } from "../process/command.ts";
import { UsageError } from "../process/explain.ts";
import type { Context, Host } from "../process/host.ts";

const MARKS = { ok: ["green", "ok     "], warning: ["yellow", "warning"], problem: ["red", "problem"] } as const;

export interface DoctorOptions {
  /** The URL of a radio to send a frame with. */
  readonly probe?: string;
}

export function doctorCommand(command: Command, host: Host): void {
  withJson(command)
    .option(
      "--probe <url>",
      "send one frame with this card (linux:wlan1), and say whether its driver reports acknowledgements",
    )
    .action((options: DoctorOptions & { readonly json?: boolean }) =>
      withContext(host, options, (context) => doctor(thisMachine, options, context)),
    );
}

/** Returns 1 if there is a problem. */
export async function doctor(machine: Probe, { probe }: DoctorOptions, { output }: Context): Promise<number> {
  if (probe !== undefined && !probe.startsWith("linux:")) {
    throw new UsageError(`--probe needs a Wi-Fi card, such as linux:wlan1, not ${probe}`);
  }
  const found = findings(await inspectMachine(machine));
  if (probe !== undefined) found.push(await probeTxStatus(probe));
  for (const finding of found) {
    const [color, mark] = MARKS[finding.level];
    output.print(`${output.paint(color, mark)}  ${finding.text}${remedyOf(finding)}`, finding);
  }
  const problems = found.filter(({ level }) => level === "problem").length;
  output.print(
    problems === 0 ? "linux: radios can be used here" : "no linux: radio here yet; air: and sim: need nothing",
  );
  return problems === 0 ? 0 : 1;
}

function remedyOf(finding: Finding): string {
  return finding.level === "ok" ? "" : `\n           -> ${finding.remedy}`;
}
