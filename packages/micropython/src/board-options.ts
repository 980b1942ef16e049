import type { Readable } from "node:stream";
import type { BoardName, EspNowName } from "./board/board-name.ts";
import type { IpNetwork } from "./network/ip-network.ts";
import type { AccessPoint } from "./parts/access-point.ts";
import type { ProgramSource } from "./program-source.ts";

/** What a program runs on. */
export interface BoardOptions {
  /** In messages, and of the thread. Default: the file's name without `.py`. */
  readonly name?: string;
  /** Default `"esp32"`. */
  readonly board?: BoardName;
  /** Default `"v2"`; an ESP8266 has `"v1"`. */
  readonly espnow?: EspNowName;
  /** What `os.uname().machine` says. Default: a generic module's. */
  readonly machineName?: string;
  /** When the board is switched on, in milliseconds from now. Default 0. */
  readonly startMs?: number;
  /** The access point that is in reach of it. Default: none. */
  readonly accessPoint?: AccessPoint;
  /** What its sockets reach, once it is connected. Default: it has none. */
  readonly network?: IpNetwork;
  /** What `sys.argv` has after the program's name. */
  readonly argv?: readonly string[];
  /** More files of the board, by path: they win over those beside the program. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Is given all that the program prints, its tracebacks too, as it prints it. */
  readonly stdout?: {
    /** Takes what was printed, at least one byte. What it returns is ignored. */
    write(bytes: Uint8Array): unknown;
  };
  /** What is typed at the program, as a stream: its standard input. It has no end, as that of a board. */
  readonly stdin?: Readable;
  /**
   * Whether the board is at its REPL when the program is over, as a real one: then it goes on until it is stopped, and a
   * line that it prints ends with CR LF. Default: the program ends.
   */
  readonly repl?: boolean;
  /** Of the program's random numbers: a whole number from 0 to 2^53 - 1. Left out: others at every run. */
  readonly seed?: number;
  /** Stops the program. */
  readonly signal?: AbortSignal;
}

/** A program, and the board it runs on. */
export type ProgramOptions = ProgramSource & BoardOptions;
