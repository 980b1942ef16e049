import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Program } from "espnow-micropython";
import type { Output } from "../output/output.ts";
import { messageOf, UsageError } from "../process/explain.ts";
import { withFile } from "../process/system-message.ts";

/** The hardware of boards, read from a file before they start. */
export interface BoardHardwareFile {
  /** Gives a board its devices, and starts its script. Returns how to end that. */
  add(index: number, program: Program): () => void;
}

/**
 * Reads the hardware of boards, by their names.
 * @throws UsageError for what is wrong in the file, with its line; Error where it cannot be read.
 */
export async function readBoardHardware(file: string, names: readonly string[]): Promise<BoardHardwareFile> {
  const module = await import("espnow-micropython/hardware");
  const asFault = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw error instanceof RangeError || error instanceof module.SettingsError
        ? new UsageError(messageOf(error))
        : error;
    }
  };
  const text = withFile("read", file, () => readFileSync(file, "utf8"));
  const boards = asFault(() => module.hardwareOfBoards(module.parseHardware(text, file), names, file));
  const folder = dirname(file);
  return {
    add(index, { machine }) {
      const hardware = boards[index];
      return hardware === undefined
        ? () => undefined
        : asFault(() => module.addHardware(machine, hardware, { folder }));
    },
  };
}

/** At the end of a run: what displays, lamps and relays show, before the boards are switched off. */
export function showHardware(programs: readonly Program[], output: Output, screenshots?: string): void {
  if (screenshots !== undefined) withFile("write", screenshots, () => mkdirSync(screenshots, { recursive: true }));
  for (const { name: node, machine } of programs) {
    for (const device of machine.devices) {
      const shown = device.shown();
      const lines =
        shown.length === 1 ? ` ${shown[0]}` : isBlank(shown) ? " blank" : shown.map((line) => `\n  ${line}`).join("");
      if (shown.length > 0) output.printError(`${node}: ${device.name}:${lines}`, { node, device: device.name, shown });
      const png = screenshots === undefined ? undefined : device.png?.();
      if (png === undefined) continue;
      const file = join(screenshots as string, `${node}-${device.name}.png`);
      withFile("write", file, () => writeFileSync(file, png));
    }
  }
}

/** Whether a display shows nothing: spaces, or Braille without a dot. */
function isBlank(lines: readonly string[]): boolean {
  return lines.every((line) => /^[\s\u2800]*$/.test(line));
}

/** At the end of a run: what programs looked for in vain, and what would help. */
export async function adviseHardware(programs: readonly Program[], output: Output): Promise<void> {
  const lacking = programs.filter(({ machine }) => machine.missed.all.length > 0);
  if (lacking.length === 0) return;
  const { adviceFor } = await import("espnow-micropython/hardware");
  const remarks = lacking.flatMap(({ name, machine }) => adviceFor(machine).map((advice) => ({ name, ...advice })));
  for (const { name, text } of remarks) output.remark(`${name}: ${text}`);
  if (remarks.some(({ isDevice }) => isDevice))
    output.remark("--hardware FILE gives boards their devices; espnow hardware lists them");
}
