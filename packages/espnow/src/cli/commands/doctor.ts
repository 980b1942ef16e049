import type { Command } from "commander";
import { type Context, type Host, localCommand, withContext } from "../host.ts";
import { type Finding, findings } from "../machine/findings.ts";
import { inspectMachine, type Probe, thisMachine } from "../machine/machine.ts";

const MARKS = { ok: ["green", "ok     "], warning: ["yellow", "warning"], problem: ["red", "problem"] } as const;

export function doctorCommand(host: Host): Command {
  return localCommand("doctor", "say why a Wi-Fi card of this computer cannot be used, and what helps").action(
    (options: { readonly json?: boolean }) => withContext(host, options, (context) => doctor(thisMachine, context)),
  );
}

/** Returns 1 if there is a problem. */
export async function doctor(probe: Probe, { output }: Context): Promise<number> {
  const found = findings(await inspectMachine(probe));
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
