import type { MacLike } from "aioespnow";
import type { AirOptions, SimRadio, SimRadioOptions } from "aioespnow/sim";
import type { BoardOptions } from "./board-options.ts";
import { type OutputLine, OutputLines, type OutputLinesState } from "./output-lines.ts";
import type { Output } from "./output-log.ts";
import type { Program } from "./program.ts";
import type { SavedBoard } from "./snapshot.ts";
import { Utf8Stream } from "./utf8-stream.ts";

/** How much of what a board printed `until` looks through, in UTF-16 code units. */
const LOOK_BACK = 64 * 1024;

/** How a board takes part in a scenario: the board, and its place on the air. */
export interface ScenarioBoardOptions
  extends Omit<BoardOptions, "signal">,
    Omit<SimRadioOptions, "profile" | "softwareTimeUs" | "version" | "mac" | "random"> {
  /** Default: one that depends on the seed. */
  readonly mac?: MacLike;
  /** Its program may fail: otherwise that is the failure of the scenario. */
  readonly mayFail?: boolean;
}

/** A line of a board's output. */
export interface ScenarioLine extends OutputLine {
  /** The name of the board. */
  readonly board: string;
}

/** Options of a scenario: those of its air, and snapshots while time passes. */
export interface ScenarioOptions extends AirOptions {
  /**
   * The interval between snapshots while time passes, in milliseconds of virtual time: `latestSnapshot` is then a moment
   * before whatever failed. Default: never.
   */
  readonly snapshotEveryMs?: number;
}

/** What was printed that is no line yet, and that nobody has looked at. */
export interface CastState {
  readonly mayFail: boolean;
  readonly lines: OutputLinesState;
  readonly begun: Uint8Array;
  readonly unseen: string;
}

/** What a scenario knows beside its air and boards. */
export interface Notes {
  readonly random: readonly number[];
  readonly lines: readonly ScenarioLine[];
  readonly cast: readonly CastState[];
}

/** Puts the devices of a saved board on the board that continues from it. */
export type PlugDevices = (board: Program<SimRadio>, saved: SavedBoard) => void;

/** A board of a scenario, and what of its output `until` has not gone past. */
export class Cast {
  readonly program: Program<SimRadio>;
  readonly options: BoardOptions;
  mayFail: boolean;
  #unseen = "";
  readonly #lines: OutputLines;
  readonly #decoder = new Utf8Stream();

  /** `onLine` is given each line that has its end. */
  constructor(program: Program<SimRadio>, options: ScenarioBoardOptions, onLine: (line: OutputLine) => void) {
    this.program = program;
    this.options = options;
    this.mayFail = options.mayFail === true;
    this.#lines = new OutputLines(onLine);
  }

  hear(output: Output): void {
    this.#lines.add(output);
    this.#unseen = (this.#unseen + this.#decoder.decode(output.bytes)).slice(-LOOK_BACK);
  }

  /** What is printed is taken as a line, though it has no end. */
  flush(): void {
    this.#lines.flush();
  }

  find(pattern: RegExp): RegExpExecArray | null {
    return pattern.exec(this.#unseen);
  }

  /** What was found is behind. */
  goPast({ index, 0: text }: RegExpExecArray): void {
    this.#unseen = this.#unseen.slice(index + text.length);
  }

  save(): CastState {
    return {
      mayFail: this.mayFail,
      lines: this.#lines.save(),
      begun: this.#decoder.begun,
      unseen: this.#unseen,
    };
  }

  load({ mayFail, lines, begun, unseen }: CastState): void {
    this.mayFail = mayFail;
    this.#lines.load(lines);
    this.#decoder.begun = begun;
    this.#unseen = unseen;
  }
}

/** What `until` says of a board that has not printed what it waited for. */
export function notPrinted(board: Program, pattern: RegExp, within: number): string {
  const how = board.exit === undefined ? `within ${within} ms` : `before it ended with exit code ${board.exit.code}`;
  const printed = board.output === "" ? "it printed nothing" : `it printed:\n${board.output.slice(-2000)}`;
  return `${board.name} did not print ${pattern} ${how}; ${printed}`;
}
