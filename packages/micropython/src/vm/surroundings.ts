import type { FileSystem } from "./files/file-system.ts";
import type { HostFunctions } from "./host-functions.ts";
import type { StandardStreams } from "./standard-streams.ts";

/** What MicroPython asks of what is around it. None of these may throw. */
export interface Surroundings extends StandardStreams, HostFunctions {
  readonly files: FileSystem;
  /** Before the time is looked at: whether the program waits first. */
  beforeLook(): boolean;
  /** Since the board was switched on, milliseconds. */
  uptime(): number;
  /** Since 2000, milliseconds. */
  calendar(): number;
  /** 32 random bits. */
  chance(): number;
  /** The program has computed, for CALLS_BETWEEN calls or jumps if `isCounted`: whether it waits now. */
  computed(isCounted: boolean): boolean;
}
