/**
 * Prints the figures of all benches, or of those named: `npm run bench -- codec air`. `--smoke` runs them as short as
 * makes sense, to see that they work; its figures mean nothing. `--json` prints one line of JSON for each figure.
 */
import { cpus, release, type } from "node:os";
import { air } from "./air.ts";
import { airAccuracy } from "./air-accuracy.ts";
import { board } from "./board.ts";
import { codec } from "./codec.ts";
import { command } from "./command.ts";
import { crypto } from "./crypto.ts";
import { espnow } from "./espnow.ts";
import { gateway } from "./gateway.ts";
import { gatewaySpeed } from "./gateway-speed.ts";
import { hwsim } from "./hwsim.ts";
import { linux } from "./linux.ts";
import { micropython } from "./micropython.ts";
import { micropythonBoards } from "./micropython-boards.ts";
import { micropythonSpeed } from "./micropython-speed.ts";
import { micropythonStart } from "./micropython-start.ts";
import type { Bench, Figure } from "./report.ts";
import { sharedAir } from "./shared-air.ts";

const BENCHES: Readonly<Record<string, Bench>> = {
  codec,
  crypto,
  espnow,
  air,
  "air-accuracy": airAccuracy,
  command,
  gateway,
  "gateway-speed": gatewaySpeed,
  board, // before linux, whose network namespace has no 127.0.0.1
  linux,
  micropython,
  "shared-air": sharedAir,
  "micropython-boards": micropythonBoards,
  hwsim,
  "micropython-start": micropythonStart,
  "micropython-speed": micropythonSpeed,
};

async function main(args: readonly string[]): Promise<void> {
  const flags = args.filter((argument) => argument.startsWith("--"));
  const names = args.filter((argument) => !argument.startsWith("--"));
  const wrong = [
    ...flags.filter((flag) => flag !== "--smoke" && flag !== "--json"),
    ...names.filter((name) => !Object.hasOwn(BENCHES, name)),
  ];
  if (wrong.length > 0) {
    console.error(
      `unknown: ${wrong.join(", ")}; benches are ${Object.keys(BENCHES).join(", ")}; flags --smoke, --json`,
    );
    process.exitCode = 2;
    return;
  }
  const json = flags.includes("--json");
  if (!json) console.log(machine());
  for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
    for await (const figure of (BENCHES[name] as Bench)(flags.includes("--smoke"))) {
      console.log(json ? JSON.stringify(figure) : line(figure));
    }
  }
}

function machine(): string {
  const [cpu] = cpus();
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} x ${cpu?.model ?? "?"}, ${type()} ${release()}`;
}

function line({ name, value, unit, target, note }: Figure): string {
  const number = Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
  const remarks = [target === undefined ? "" : `(${target})`, note ?? ""].filter((remark) => remark !== "");
  return `${name.padEnd(56)} ${number.padStart(9)} ${unit.padEnd(14)} ${remarks.join("  ")}`;
}

await main(process.argv.slice(2));
