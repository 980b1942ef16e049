import type { BoardRadioState } from "./board-parts.ts";
import type { RunState } from "./board-run.ts";
import type { Exit } from "./bridge/exit.ts";
import type { OutputLogState } from "./output-log.ts";
import type { FilesState } from "./vm/files/saved-files.ts";

/** A board and its program, without the air. */
export interface ProgramState {
  readonly radio: BoardRadioState;
  readonly run: RunState;
  readonly files: FilesState;
  readonly random: readonly number[];
  readonly log: OutputLogState;
  readonly exit: Exit | undefined;
}
