import { EspNowError } from "../../../errors.ts";
import { systemClock } from "../../../util/system-clock.ts";
import type { BoardLine } from "../line/board-port.ts";
import type { BoardIdentity } from "./connecting.ts";
import { type Dialogue, DialogueRunner, type Speaker } from "./dialogue.ts";
import { askIdentity, installAgent, removeAgent } from "./installation.ts";

/** Asks the board on a line what it is: its program is interrupted. @throws by rejection: as `connectBoard`. */
export function identifyBoard(line: BoardLine): Promise<BoardIdentity> {
  return converse(line, askIdentity);
}

/**
 * Writes the agent onto the board, as the main.py that runs whenever the board does.
 * @throws by rejection: as `connectBoard`; EspNowError `ERR_RADIO_PROTOCOL` for a main.py of another program, unless `force`.
 */
export function installAgentOn(
  line: BoardLine,
  { force = false }: { readonly force?: boolean } = {},
): Promise<BoardIdentity> {
  return converse(line, (name, board) => installAgent(name, board, force));
}

/** Removes it again. @throws by rejection: as `connectBoard`; EspNowError `ERR_RADIO_PROTOCOL` where it is not there. */
export function removeAgentFrom(line: BoardLine): Promise<BoardIdentity> {
  return converse(line, removeAgent);
}

/** Leads a dialogue over a line of its own. */
async function converse<T>(line: BoardLine, dialogue: (name: string, board: Speaker) => Dialogue<T>): Promise<T> {
  const port = line.open();
  const release = systemClock.keepAlive();
  const result = await new Promise<T | EspNowError>((resolve) => {
    new DialogueRunner(port, systemClock, (board) => dialogue(line.name, board), resolve);
  });
  await port.close();
  release();
  if (result instanceof EspNowError) throw result;
  return result;
}
