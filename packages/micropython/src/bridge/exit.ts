/** How a program ended. */
export interface Exit {
  /** 0: it came to its end; 1: by an uncaught exception; 130: by Ctrl-C; else what it gave to `sys.exit()`. */
  readonly code: number;
  /** The traceback as MicroPython prints it, where an exception ended it. It is in the output, too. */
  readonly traceback?: string;
  /** What a board that is reset, or sleeps deeply, does instead of ending. */
  readonly restart?: BoardRestart;
}

/** The board restarts: its program from the start, its RAM lost (`Machine.restart()` waits for it). */
export interface BoardRestart {
  /** What `machine.reset_cause()` says afterwards. */
  readonly cause: ResetCause;
  /** How long it sleeps before that. Infinity: until a pin wakes it. */
  readonly afterMs: number;
}

/** Why a board began: what `machine.reset_cause()` tells. */
export type ResetCause = "power-on" | "hard" | "watchdog" | "deepsleep" | "soft";

/** How a board that goes on after its program takes what is typed: for people, or for tools. */
export type ReplMode = "friendly" | "raw";
