import type { MacAddress } from "aioespnow";
import type { Position } from "aioespnow/sim";
import type { AccessPoint, BoardName, EspNowName } from "espnow-micropython";
import { count } from "../output/format.ts";
import { UsageError } from "../process/explain.ts";
import { type BoardPlan, planBoards, type RunPlan } from "./board-plan.ts";

/** What the options of a command line set for its boards. */
export interface CommonSettings {
  readonly board?: BoardName;
  readonly espnow?: EspNowName;
  readonly accessPoint?: AccessPoint;
  /** Of the boards, in order. */
  readonly mac?: readonly MacAddress[];
  readonly position?: readonly Position[];
}

const OPTIONS = {
  board: "--board",
  espnow: "--espnow",
  accessPoint: "--access-point",
  mac: "--mac",
  position: "--position",
} as const satisfies Readonly<Record<keyof CommonSettings, string>>;

/** Whether a word of the command line is a scenario file. */
function isScenarioFile(word: string): boolean {
  return /\.ya?ml$/i.test(word);
}

/** What is to be run: programs with their settings, or a scenario file. @throws UsageError. */
export async function planRun(words: readonly string[], common: CommonSettings): Promise<RunPlan> {
  const plan = words.some(isScenarioFile) ? await planScenario(words, common) : planWords(words, common);
  const macs = plan.boards.flatMap(({ mac }) => mac ?? []);
  const twice = macs.find((mac, index) => macs.indexOf(mac) !== index);
  if (twice !== undefined) throw new UsageError(`two boards cannot have the address ${twice}`);
  return plan;
}

async function planScenario([file = "", ...more]: readonly string[], common: CommonSettings): Promise<RunPlan> {
  if (more.length > 0) throw new UsageError(`${file} has all boards of its scenario: leave the others out`);
  for (const [name, option] of Object.entries(OPTIONS)) {
    if (common[name as keyof CommonSettings] !== undefined) throw new UsageError(`${option} has its place in ${file}`);
  }
  const { readScenario } = await import("./scenario-file.ts");
  return readScenario(file);
}

function planWords(words: readonly string[], { mac = [], position = [], ...all }: CommonSettings): RunPlan {
  const boards = planBoards(words);
  const number = count(boards.length, "board");
  if (mac.length > boards.length) throw new UsageError(`${count(mac.length, "address", "addresses")} for ${number}`);
  if (position.length > boards.length) throw new UsageError(`${count(position.length, "position")} for ${number}`);
  const place = (values: readonly unknown[], name: string, index: number): object =>
    index < values.length ? { [name]: values[index] } : {};
  return {
    boards: boards.map(
      (board, index): BoardPlan => ({
        ...all,
        ...place(mac, "mac", index),
        ...place(position, "position", index),
        ...board,
      }),
    ),
    links: [],
  };
}
