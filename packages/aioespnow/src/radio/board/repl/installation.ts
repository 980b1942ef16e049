import { EspNowError } from "../../../errors.ts";
import { AGENT } from "../agent.ts";
import { type BoardIdentity, identifyBoard } from "./connecting.ts";
import type { Dialogue, Speaker } from "./dialogue.ts";
import { execute, leaveRawRepl } from "./raw-repl.ts";

/** The first line of a main.py that is ours to replace and to remove. */
const MARK = "# the agent of aioespnow";
const EXECUTE_MS = 3000;
/** Characters of the file that go in one piece: each piece is in the board's memory twice. */
const PIECE = 512;

const FIRST_LINE = "try:\n print(open('main.py').readline())\nexcept OSError:\n pass";

/** Asks a board what it is, and leaves it at its REPL. */
export function* askIdentity(name: string, board: Speaker): Dialogue<BoardIdentity> {
  const identity = yield* identifyBoard(name, board);
  yield* leaveRawRepl(board);
  return identity;
}

/**
 * Writes the agent as the board's main.py, so that it runs whenever the board does.
 * @throws EspNowError `ERR_RADIO_PROTOCOL` where there is another main.py, unless `force`.
 */
export function* installAgent(name: string, board: Speaker, force: boolean): Dialogue<BoardIdentity> {
  const identity = yield* identifyBoard(name, board);
  const firstLine = yield* run(name, board, FIRST_LINE);
  if (firstLine !== "" && firstLine !== MARK && !force) throw otherProgram(name, firstLine);
  const file = `${MARK}\n${AGENT}agent(True)\n`;
  yield* run(name, board, "f = open('main.py', 'w')");
  for (let at = 0; at < file.length; at += PIECE) {
    yield* run(name, board, `f.write(${JSON.stringify(file.slice(at, at + PIECE))})`);
  }
  yield* run(name, board, "f.close()");
  yield* leaveRawRepl(board);
  return identity;
}

/** Removes a main.py that `installAgent` has written. @throws EspNowError `ERR_RADIO_PROTOCOL` where that file is another one. */
export function* removeAgent(name: string, board: Speaker): Dialogue<BoardIdentity> {
  const identity = yield* identifyBoard(name, board);
  const firstLine = yield* run(name, board, FIRST_LINE);
  if (firstLine !== MARK) throw otherProgram(name, firstLine);
  yield* run(name, board, "import os; os.remove('main.py')");
  yield* leaveRawRepl(board);
  return identity;
}

function* run(name: string, board: Speaker, code: string): Dialogue<string> {
  const { output, traceback } = yield* execute(board, code, EXECUTE_MS);
  if (traceback === "") return output.trim();
  throw new EspNowError("ERR_RADIO_PROTOCOL", `${name}: the board says: ${traceback.trim().split("\n").at(-1)}`);
}

function otherProgram(name: string, firstLine: string): EspNowError {
  const what =
    firstLine === "" ? "there is no main.py" : `its main.py is another program (${JSON.stringify(firstLine)})`;
  return new EspNowError("ERR_RADIO_PROTOCOL", `${name}: ${what}`);
}
