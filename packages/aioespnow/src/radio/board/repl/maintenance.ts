import { EspNowError } from "../../../errors.ts";
import { abortable } from "../../../util/abortable.ts";
import { systemClock } from "../../../util/system-clock.ts";
import type { BoardLine } from "../line/board-port.ts";
import type { BoardIdentity } from "./connecting.ts";
import { type Dialogue, DialogueRunner, type Speaker } from "./dialogue.ts";
import { askIdentity, installAgent, removeAgent } from "./installation.ts";

/** Options of maintenance on a board. */
export interface MaintenanceOptions {
  /** Cancels the work. The board is left as it is then: at its raw REPL, or with a part of the file. */
  readonly signal?: AbortSignal;
}

/** Asks the board on a line what it is: its program is interrupted. @throws by rejection: as `connectBoard`. */
export function identifyBoard(line: BoardLine, { signal }: MaintenanceOptions = {}): Promise<BoardIdentity> {
  return converse(line, signal, askIdentity);
}

/**
 * Writes the agent to the board as `main.py`, which runs whenever the board starts.
 * @throws by rejection: as `connectBoard`; EspNowError `ERR_RADIO_PROTOCOL` for a main.py of another program, unless `force`.
 */
export function installAgentOn(
  line: BoardLine,
  { force = false, signal }: MaintenanceOptions & { readonly force?: boolean } = {},
): Promise<BoardIdentity> {
  return converse(line, signal, (name, board) => installAgent(name, board, force));
}

/** Removes the agent. @throws by rejection: as `connectBoard`; EspNowError `ERR_RADIO_PROTOCOL` if there is no agent. */
export function removeAgentFrom(line: BoardLine, { signal }: MaintenanceOptions = {}): Promise<BoardIdentity> {
  return converse(line, signal, removeAgent);
}

/** Leads a dialogue over a line of its own. @throws by rejection: what it ends with; the signal's reason. */
async function converse<T>(
  line: BoardLine,
  signal: AbortSignal | undefined,
  dialogue: (name: string, board: Speaker) => Dialogue<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const port = line.open();
  const release = systemClock.keepAlive();
  try {
    const result = await abortable<T | EspNowError>(signal, (resolve) => {
      const runner = new DialogueRunner(port, systemClock, (board) => dialogue(line.name, board), resolve);
      return () => runner.abandon();
    });
    if (result instanceof EspNowError) throw result;
    return result;
  } finally {
    await port.close();
    release();
  }
}
