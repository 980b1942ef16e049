import type { Clock } from "../../util/clock.ts";
import type { RunCommand } from "./run-command.ts";

/** How a Wi-Fi card is opened. Each option has a default. */
export interface MonitorOptions {
  /** False: the interface is in monitor mode and up already, and is used as it is, channel and address too. Default true. */
  readonly setup?: boolean;
  /** Whether an interface may be taken that carries the default route. Default false. */
  readonly force?: boolean;
  /** Everything on the channel, or only what may be ESP-NOW, which costs far less. Default `"espnow"`. */
  readonly hears?: "espnow" | "everything";
  /** Of real time. Default: `systemClock`. */
  readonly clock?: Clock;
  /** How `iw` and `ip` are run. */
  readonly run?: RunCommand;
}

/** What came up from the kernel. */
export interface MonitorCounters {
  /** Frames that were handed on. */
  heard: number;
  /** Status echoes of frames sent here, or by others through the same card. */
  echoes: number;
  /** Of those, which belong to no frame that waits: they came too late, or others sent the frame. */
  strayEchoes: number;
  /** No whole 802.11 frame behind a whole radiotap header. */
  malformed: number;
  /** The FCS is there and wrong. */
  badFcs: number;
  /** The driver promised an FCS that is not there. A guess from the frame's own bytes. */
  missingFcs: number;
  /** There is an FCS, and the driver does not tell. */
  untoldFcs: number;
}

/** Nothing came up yet. */
export function noMonitorCounts(): MonitorCounters {
  return { heard: 0, echoes: 0, strayEchoes: 0, malformed: 0, badFcs: 0, missingFcs: 0, untoldFcs: 0 };
}
