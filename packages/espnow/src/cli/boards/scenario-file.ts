import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseSettings, SettingsError } from "aioespnow/settings";
import { addHardware, type BoardHardware, boardHardwareShape } from "espnow-micropython/hardware";
import { z } from "zod";
import { parseDuration } from "../arguments.ts";
import { messageOf, UsageError } from "../process/explain.ts";
import { withFile } from "../process/system-message.ts";
import { readBoardHardware } from "./board-hardware.ts";
import { type BoardPlan, type LinkPlan, programAt, type RunPlan } from "./board-plan.ts";
import { type BoardSettings, parseBoardAddress } from "./board-settings.ts";

/** What a parser of words makes of a setting; what it throws is what is wrong with it. */
function parsed<T>(parse: (word: string) => T) {
  return z.string().transform((word, context) => {
    try {
      return parse(word);
    } catch (error) {
      context.addIssue({ code: "custom", message: messageOf(error) });
      return z.NEVER;
    }
  });
}

const share = z.number().min(0, "a share from 0 to 1").max(1, "a share from 0 to 1");

const accessPoint = z.strictObject({
  ssid: z.string().min(1),
  password: z.string().optional(),
  channel: z.number().int().min(1).max(14).default(1),
});

const board = z
  .strictObject({
    program: z.string().min(1).describe("a file, or a folder with main.py, from the folder of this file"),
    arguments: z.array(z.union([z.string(), z.number()]).transform(String)).default([]),
    board: z.enum(["esp32", "esp8266"]).optional(),
    espnow: z.enum(["v1", "v2"]).optional(),
    machine: z.string().optional().describe("what os.uname().machine says"),
    mac: parsed(parseBoardAddress).optional(),
    position: z
      .strictObject({ x: z.number(), y: z.number(), z: z.number().default(0) })
      .optional()
      .describe("meters"),
    access_point: accessPoint.optional().describe("the access point in reach of it"),
    start: z
      .union([z.number().transform(String), z.string()])
      .pipe(parsed(parseDuration))
      .optional(),
    type: z.string().optional().describe("a file with what is typed at the program"),
    hardware: z.string().optional().describe("a hardware file for this board"),
    devices: z.unknown().optional().describe("as in a hardware file"),
    script: z.unknown().optional().describe("as in a hardware file"),
  })
  .transform(({ devices, script, ...settings }, context) => {
    if (devices === undefined && script === undefined) return { ...settings, wired: undefined };
    const result = boardHardwareShape.safeParse({ devices, script });
    for (const { path, message } of result.error?.issues ?? []) context.addIssue({ code: "custom", path, message });
    return { ...settings, wired: result.data };
  });

const scenarioShape = z.strictObject({
  seed: z.number().int().min(0).max(0xffff_ffff).optional(),
  loss: share.optional().describe("the share of frames that is lost on every link"),
  access_point: accessPoint.optional().describe("the access point in reach of all boards"),
  boards: z.record(z.string(), board).refine((boards) => Object.keys(boards).length > 0, "at least one board"),
  links: z.array(z.strictObject({ between: z.tuple([z.string(), z.string()]), loss: share })).default([]),
});

type Scenario = z.output<typeof scenarioShape>;
type BoardShape = z.output<typeof board>;

/** Reads a scenario file. @throws Error for one that cannot be read; UsageError for what is wrong in it. */
export async function readScenario(file: string): Promise<RunPlan> {
  const { seed, loss, access_point: common, boards, links } = parse(file);
  const inFolder = (path: string): string => resolve(dirname(file), path);
  const plans: BoardPlan[] = [];
  for (const [name, one] of Object.entries(boards)) {
    const { source } = programAt(inFolder(one.program));
    const typed = one.type === undefined ? {} : { typed: inFolder(one.type) };
    const hardware = await hardwareOf(name, one, inFolder);
    const settings = settingsOf({ ...one, access_point: one.access_point ?? common });
    plans.push({ ...settings, ...typed, ...source, hardware, name, argv: one.arguments });
  }
  for (const link of links) checkLink(file, link, Object.keys(boards));
  return { boards: plans, links, ...(seed === undefined ? {} : { seed }), ...(loss === undefined ? {} : { loss }) };
}

function parse(file: string): Scenario {
  const text = withFile("read", file, () => readFileSync(file, "utf8"));
  try {
    return parseSettings<Scenario>(text, scenarioShape, file);
  } catch (error) {
    throw error instanceof SettingsError ? new UsageError(error.message) : error;
  }
}

async function hardwareOf(
  name: string,
  { hardware: file, wired }: BoardShape,
  inFolder: (path: string) => string,
): Promise<NonNullable<BoardPlan["hardware"]>> {
  const fromFile = file === undefined ? undefined : await readBoardHardware(inFolder(file), [name]);
  return (program) => {
    fromFile?.add(0, program);
    if (wired !== undefined)
      asUsageOf(name, () => addHardware(program.machine, wired as BoardHardware, { folder: inFolder(".") }));
  };
}

/** A pin that its kind of board does not have, a file that is no CSV. */
function asUsageOf(name: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(`boards.${name}: ${error.message}`) : error;
  }
}

function settingsOf({ board, espnow, machine, mac, position, access_point, start }: BoardShape): BoardSettings {
  const settings = { board, espnow, machineName: machine, mac, position, accessPoint: access_point, startMs: start };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as BoardSettings;
}

function checkLink(file: string, { between }: LinkPlan, names: readonly string[]): void {
  const stranger = between.find((name) => !names.includes(name));
  if (stranger !== undefined) {
    throw new UsageError(`${file}: links: there is no board "${stranger}"; there are ${names.join(", ")}`);
  }
  if (between[0] === between[1]) throw new UsageError(`${file}: links: "${between[0]}" has no link to itself`);
}
