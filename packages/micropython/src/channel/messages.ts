/** What a program's thread is started with. */
export interface VmStart {
  readonly control: SharedArrayBuffer;
  /** The compiled MicroPython: once for all threads. */
  readonly module: WebAssembly.Module;
  /** The files of the board, by absolute path. The Python modules of the board stand in `/lib` already. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The program: a path among `files`. */
  readonly main: string;
  readonly argv: readonly string[];
  /** `sys.platform`. */
  readonly platform: "esp32" | "esp8266";
  /** Left out: the thread ends with the program. */
  readonly repl?: ReplMode;
  readonly clock: VmClock;
  /** Of `random`, and of whatever else is chance: 32 bits. */
  readonly seed: number;
}

/** How a board that goes on after its program takes what is typed: for people, or for tools. */
export type ReplMode = "friendly" | "raw";

/** How the thread tells the time: the host's clock, and when the board was switched on. */
export type VmClock =
  /** `originMs`: what to take from `process.hrtime()` in milliseconds to get the host's clock. */
  | { readonly kind: "system"; readonly originMs: number; readonly bootMs: number }
  | { readonly kind: "virtual"; readonly bootMs: number };

/** The next program of a thread whose program has ended with a restart: all else is as it was. */
export type VmRestart = Pick<VmStart, "control" | "clock" | "seed" | "repl">;

/** The exit code of a thread that cannot begin anew: the program needs another. */
export const CANNOT_RESTART = 75; // EX_TEMPFAIL of sysexits.h

/** What the host tells a thread otherwise than by the control block: what was typed, and that it is to begin anew. */
export type HostMessage = { readonly input: Uint8Array } | { readonly restart: VmRestart };

/** What a program's thread says, in order. */
export type VmMessage =
  /** MicroPython's memory, where its host may write into it (`nudge`). */
  | { readonly type: "memory"; readonly memory: SharedArrayBuffer }
  /** It asks, and blocks until it is answered. */
  | { readonly type: "call"; readonly op: string; readonly a: number; readonly b: number; readonly data: Uint8Array }
  /** It waits, unless it was rung after `rings`, until `untilMs` on the host's clock. Virtual time only. */
  | { readonly type: "idle"; readonly rings: number; readonly untilMs: number }
  | { readonly type: "output"; readonly stream: "stdout" | "stderr"; readonly bytes: Uint8Array }
  /** What stands on the board's flash, before the thread ends: a board that starts again finds it. */
  | { readonly type: "files"; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly type: "exit"; readonly exit: Exit };

/** How a program ended. */
export interface Exit {
  /** 0: it came to its end; 1: by an uncaught exception; 130: by Ctrl-C; else what it gave to `sys.exit()`. */
  readonly code: number;
  /** The traceback as MicroPython prints it, where an exception ended it. It stands in the output, too. */
  readonly traceback?: string;
  /** What a board that is reset, or sleeps deeply, does instead of ending. */
  readonly restart?: Restart;
}

/** The board begins anew: its program from the start, its RAM lost (`Machine.restart()` waits for it). */
export interface Restart {
  readonly cause: ResetCause;
  /** How long it sleeps before that. Infinity: until a pin wakes it. */
  readonly afterMs: number;
}

/** Why a board began: what `machine.reset_cause()` tells. */
export type ResetCause = "power-on" | "hard" | "watchdog" | "deepsleep" | "soft";
