import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Machine, type Program, Scenario } from "espnow-micropython";

/** Drivers in MicroPython for devices on buses, as a board has them in /lib. */
const LIB = new URL("../../../../examples/micropython/lib/", import.meta.url);

export const drivers: Record<string, Uint8Array> = Object.fromEntries(
  readdirSync(fileURLToPath(LIB)).map((name) => [`lib/${name}`, readFileSync(new URL(name, LIB))]),
);

/** A board that runs `source` with the drivers of the examples, and that `wire` has given its devices. */
export function wiredBoard(scenario: Scenario, source: string, wire: (machine: Machine) => void): Program {
  const board = scenario.board({ source }, { files: drivers });
  wire(board.machine);
  return board;
}

/** The lines that it prints in `ms` of virtual time. */
export async function linesOf(source: string, wire: (machine: Machine) => void, ms = 10_000): Promise<string[]> {
  await using scenario = new Scenario();
  const board = wiredBoard(scenario, source, wire);
  await scenario.run(ms);
  return board.output.trimEnd().split("\n");
}

/** A display, when a program has shown something on it. */
export async function shownBy<D>(source: string, make: (machine: Machine) => D): Promise<D> {
  await using scenario = new Scenario();
  let device: D | undefined;
  wiredBoard(scenario, source, (machine) => {
    device = make(machine);
  });
  await scenario.run(5000);
  return device as D;
}
