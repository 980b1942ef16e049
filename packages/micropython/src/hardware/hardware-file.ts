import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseSettings, SettingsError } from "aioespnow/settings";
import type { Machine } from "../board/machine.ts";
import { type Cue, parseCsv } from "./csv.ts";
import type { Device } from "./device.ts";
import { type BoardHardware, type HardwareFile, hardwareFileShape, type ScriptStep } from "./format.ts";
import { kindOf } from "./registry.ts";
import { Script, type Track } from "./script.ts";

/** How long a button is pressed where a script does not say it. */
const PRESS_MS = 200;

/**
 * Reads a hardware file, in YAML. `file` is its name, for errors.
 * @throws SettingsError for what is wrong in it, with file, line and setting.
 */
export function parseHardware(text: string, file?: string): HardwareFile {
  return parseSettings(text, hardwareFileShape, file);
}

/** As `parseHardware`: of a file. @throws the system's error where it cannot be read. */
export function readHardwareFile(file: string): HardwareFile {
  return parseHardware(readFileSync(file, "utf8"), file);
}

/**
 * The hardware of each of some boards, by name; undefined: it has none.
 * @throws SettingsError where the file speaks of other boards, or of one where there are several.
 */
export function hardwareOfBoards(
  hardware: HardwareFile,
  names: readonly string[],
  file = "the hardware file",
): readonly (BoardHardware | undefined)[] {
  const { boards } = hardware;
  const all = names.join(", ");
  if (boards === undefined) {
    if (names.length === 1) return [hardware];
    throw new SettingsError([
      `${file}: it describes one board, and there are ${all}: put devices below boards and a name`,
    ]);
  }
  const unknown = Object.keys(boards).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new SettingsError([`${file}: boards.${unknown}: there is no such board, only ${all}`]);
  return names.map((name) => boards[name]);
}

/** Where a script finds its files. */
export interface AddHardwareOptions {
  /** The folder of CSV files. Default: the working directory. */
  readonly folder?: string;
}

/**
 * Gives a board its devices, which are then `machine.devices`, and starts its script. Returns how to end the script.
 *
 *     const { boards } = readHardwareFile("house.yaml");
 *     addHardware(program.machine, boards.kitchen, { folder: "tests" });
 *
 * @throws RangeError for a pin or a bus that this board does not have, and for what is wrong in a CSV file.
 */
export function addHardware(
  machine: Machine,
  { devices, script }: BoardHardware,
  { folder = "." }: AddHardwareOptions = {},
): () => void {
  const made = new Map<string, Device>();
  for (const [name, { device, ...settings }] of Object.entries(devices)) {
    made.set(name, kindOf(device).create(machine, { ...settings, name }));
  }
  if (script.length === 0) return () => undefined;
  const tracks = script.map((step) => trackOf(step, made, folder));
  const running = new Script(machine.radio.clock, tracks);
  machine.devices.add(running);
  return () => running.stop();
}

function trackOf(step: ScriptStep, devices: ReadonlyMap<string, Device>, folder: string): Track {
  const device = devices.get((step.press ?? step.set ?? step.follow) as string) as Device;
  return { device, cues: cuesOf(step, device, folder), everyMs: step.every };
}

function cuesOf({ at, press, to = {}, for: forMs, csv }: ScriptStep, { kind }: Device, folder: string): readonly Cue[] {
  if (csv !== undefined) return readCsv(resolve(folder, csv), kind).map((cue) => ({ ...cue, atMs: at + cue.atMs }));
  if (press !== undefined) return [{ atMs: at, change: { pressed: true }, forMs: forMs ?? PRESS_MS }];
  return [{ atMs: at, change: to, forMs }];
}

function readCsv(file: string, kind: Device["kind"]): readonly Cue[] {
  try {
    return parseCsv(readFileSync(file, "utf8"), kind);
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`${file}: ${error.message}`) : error;
  }
}

/** The folder in which the CSV files of a hardware file are. */
export function folderOf(file: string): string {
  return dirname(resolve(file));
}
