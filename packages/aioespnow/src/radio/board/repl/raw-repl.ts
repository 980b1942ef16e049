import { EspNowError } from "../../../errors.ts";
import { type Dialogue, pause, type Speaker } from "./dialogue.ts";

/**
 * The raw REPL of MicroPython (its documentation, "MicroPython Interactive Interpreter Mode"): code goes in, and what it
 * prints comes out, without echo and prompts.
 */
const RAW = "\x01";
const FRIENDLY = "\x02";
const INTERRUPT = "\x03";
const END = "\x04";
const RAW_PASTE = "\x05A\x01";
const RAW_BANNER = "raw REPL; CTRL-B to exit\r\n>";
const FRIENDLY_PROMPT = "\r\n>>> ";
/** A Ctrl-C between zeros: an agent that runs leaves at it, and a REPL sees a Ctrl-C. */
const LEAVE_AGENT = "\0\x03\0";

/** Without raw-paste: this many bytes at a time, with a pause, because a board has a buffer of 260 bytes. */
const CHUNK = 128;
const CHUNK_PAUSE_MS = 15;
const REPLY_MS = 2000;

/** What a piece of code has printed, and its traceback: empty if it ended well. */
export interface Execution {
  readonly output: string;
  readonly traceback: string;
}

/**
 * Interrupts what runs and asks for the raw REPL. Returns whether it came within `withinMs`.
 */
export function* enterRawRepl(board: Speaker, withinMs: number): Dialogue<boolean> {
  board.say(`${LEAVE_AGENT}\r${INTERRUPT}${INTERRUPT}`);
  yield* pause(withinMs / 4); // a program that is interrupted may have something to clean up
  board.forget();
  board.say(`\r${RAW}`);
  const banner = yield { until: RAW_BANNER, withinMs: (3 * withinMs) / 4 };
  return banner !== undefined;
}

/** Runs code in the raw REPL. @throws EspNowError `ERR_RADIO_PROTOCOL` where it does not answer as it should. */
export function* execute(board: Speaker, code: string, withinMs: number): Dialogue<Execution> {
  board.say(RAW_PASTE);
  const answer = yield { until: 2, withinMs: REPLY_MS };
  if (answer === "R\x01") {
    yield* paste(board, code);
  } else {
    // "R\0": not offered; "ra" of another banner: not known
    if (answer !== "R\0") yield* expect("\r\n>", REPLY_MS);
    yield* feed(board, code);
  }
  const output = yield* expect(END, withinMs);
  const traceback = yield* expect(END, REPLY_MS);
  yield* expect(">", REPLY_MS);
  return { output: output.slice(0, -1), traceback: traceback.slice(0, -1) };
}

/** To the friendly REPL, and its prompt. */
export function* leaveRawRepl(board: Speaker): Dialogue<void> {
  board.say(FRIENDLY);
  yield* expect(FRIENDLY_PROMPT, REPLY_MS);
}

/** Raw-paste mode: the board says how much it can take. */
function* paste(board: Speaker, code: string): Dialogue<void> {
  const size = yield* expect(2, REPLY_MS);
  const window = size.charCodeAt(0) | (size.charCodeAt(1) << 8);
  let room = window;
  for (let at = 0; at < code.length; ) {
    while (room === 0 || board.unread !== "") {
      const flow = yield* expect(1, REPLY_MS);
      if (flow !== "\x01") throw unexpected(`${flow}${board.unread}`);
      room += window;
    }
    const part = code.slice(at, at + room);
    board.say(part);
    at += part.length;
    room -= part.length;
  }
  board.say(END);
  yield* expect(END, REPLY_MS); // flow control that was on its way comes before it
}

function* feed(board: Speaker, code: string): Dialogue<void> {
  for (let at = 0; at < code.length; at += CHUNK) {
    board.say(code.slice(at, at + CHUNK));
    yield* pause(CHUNK_PAUSE_MS);
  }
  board.say(END);
  yield* expect("OK", REPLY_MS);
}

function* expect(until: string | number, withinMs: number): Dialogue<string> {
  const heard = yield { until, withinMs };
  if (heard === undefined) throw unexpected("nothing more");
  return heard;
}

function unexpected(heard: string): EspNowError {
  return new EspNowError(
    "ERR_RADIO_PROTOCOL",
    `the board's raw REPL answered ${JSON.stringify(heard.slice(0, 60))}: bytes were lost on the line, or it was reset; try again`,
  );
}
