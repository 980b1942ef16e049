import { EspNowError, printable } from "../../../errors.ts";
import { AGENT } from "../agent.ts";
import { GREETING } from "../session.ts";
import { diagnose } from "./diagnosis.ts";
import type { Dialogue, Speaker } from "./dialogue.ts";
import { enterRawRepl, execute, leaveRawRepl } from "./raw-repl.ts";

/** What the MicroPython on a board says of itself; control characters are escaped. */
export interface BoardIdentity {
  /** `MicroPython 1.27.0` */
  readonly firmware: string;
  /** `esp32`, `esp8266` */
  readonly platform: string;
  /** `Generic ESP32 module with ESP32` */
  readonly machine: string;
}

/** One after another, in ms, until a board gives up its REPL: it may be starting. */
const INTERRUPT_WITHIN_MS = [400, 1200, 2000, 2500];
/** An agent answers at once. */
const GREETING_MS = 150;
/** Of a hello that was asked for: its type and its sequence number. */
const HELLO_AGAIN = "\x41\x01";
const IDENTIFY_MS = 2000;
const IMPORT_MS = 2000;
const DEFINE_MS = 3000;

const IDENTIFY = `import sys
i = sys.implementation
print(i.name, '.'.join(str(n) for n in i.version[:3]), sys.platform, getattr(i, '_machine', ''), sep='\\t')
del i`;

const IMPORT = "import espnow, network";

/**
 * Leads a board from whatever it does to an agent that runs. Undefined: an agent runs already, or the board's own firmware
 * speaks its language.
 * @throws EspNowError that says why not.
 */
export function* connectBoard(name: string, board: Speaker): Dialogue<BoardIdentity | undefined> {
  board.say(String.fromCharCode(...GREETING));
  if ((yield { until: HELLO_AGAIN, withinMs: GREETING_MS }) !== undefined) return undefined;
  yield* interrupt(name, board);
  try {
    return yield* startAgent(name, board);
  } catch (error) {
    if (!(error instanceof EspNowError) || error.code !== "ERR_RADIO_PROTOCOL") throw error;
    yield* interrupt(name, board); // bytes were lost, or it was reset
    return yield* startAgent(name, board);
  }
}

/** Leads a board to its raw REPL, and asks whether it can be a radio. @throws EspNowError that says why not. */
export function* identifyBoard(name: string, board: Speaker): Dialogue<BoardIdentity> {
  yield* interrupt(name, board);
  return yield* identify(name, board);
}

/** From the raw REPL. */
function* startAgent(name: string, board: Speaker): Dialogue<BoardIdentity> {
  const identity = yield* identify(name, board);
  const defined = yield* execute(board, AGENT, DEFINE_MS);
  if (defined.traceback !== "") {
    throw new EspNowError("ERR_RADIO_PROTOCOL", `${name}: the board refused the agent: ${lastLine(defined.traceback)}`);
  }
  yield* leaveRawRepl(board);
  board.say("agent()\r");
  return identity;
}

function* identify(name: string, board: Speaker): Dialogue<BoardIdentity> {
  const { output, traceback } = yield* execute(board, IDENTIFY, IDENTIFY_MS);
  const [system = "", version = "", platform = "", machine = ""] = output.trim().split("\t").map(printable);
  if (traceback !== "" || system !== "micropython") {
    const what = system === "" ? lastLine(traceback) : `${system} ${version}`;
    throw new EspNowError("ENOTSUP", `${name}: the board must run MicroPython, not ${what}`);
  }
  const firmware = `MicroPython ${version}`;
  const imported = yield* execute(board, IMPORT, IMPORT_MS);
  if (imported.traceback !== "") {
    throw new EspNowError(
      "ENOTSUP",
      `${name}: ${firmware} on this ${machine || platform} has no espnow (${lastLine(imported.traceback)}); ` +
        "MicroPython for ESP32 and ESP8266 has it since 1.20",
    );
  }
  return { firmware, platform, machine };
}

function* interrupt(name: string, board: Speaker): Dialogue<void> {
  for (const withinMs of INTERRUPT_WITHIN_MS) {
    if (yield* enterRawRepl(board, withinMs)) return;
  }
  throw diagnose(name, board.heard);
}

function lastLine(traceback: string): string {
  return traceback.trim().split("\n").at(-1)?.trim() ?? "";
}
