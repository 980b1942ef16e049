import { EspNowError } from "../../../errors.ts";
import { GREETING } from "../session.ts";

/** What the ROM of an ESP chip prints when it starts (ESP-IDF API guides, "Fatal Errors"). */
const BOOT_MESSAGE = /rst:0x|ets [A-Z][a-z]{2} +\d|ESP-ROM:/g;
/** What only MicroPython prints. */
const MICROPYTHON = /MicroPython v\d|KeyboardInterrupt|Traceback \(most recent call last\)|>>> /;
/** What is said to a board is made of these; a line that gives back what it is given gives these. */
const CONTROL = /\p{Cc}/gu;
const OUR_OWN = String.fromCharCode(...GREETING);
const MAX_QUOTE = 60;
/** The ways out of a program that holds its board. */
const DEAF =
  "If it is a MicroPython program that ignores Ctrl-C: press the board's reset button while it is being connected; where " +
  "that does not help, esptool erase_flash and MicroPython again (its files are lost)";

/** Why there is no MicroPython at the end of a line, going by what was heard while it was asked for. */
export function diagnose(name: string, heard: string): EspNowError {
  const words = heard.replaceAll(OUR_OWN, "").replaceAll(CONTROL, "");
  const boots = heard.match(BOOT_MESSAGE)?.length ?? 0;
  return new EspNowError("ERR_RADIO_PROTOCOL", `${name}: ${explain(heard, words, boots)}`);
}

function explain(heard: string, words: string, boots: number): string {
  if (heard === "") {
    return (
      "nothing answers: is it the right port, and does the board have power? ?baud= chooses another speed than 115200. " +
      DEAF
    );
  }
  if (words === "") return "it gives back what it is sent: that is no board but a loop, or a port without a device";
  if (boots > 2)
    return `the board starts again and again (${quote(heard)}): flash MicroPython again, and check its power supply`;
  if (boots > 0 || MICROPYTHON.test(heard)) {
    return (
      `a program on the board does not give up the REPL (${quote(heard)}): stop it, or remove its main.py ` +
      "(esptool erase_flash and MicroPython again where nothing else helps)"
    );
  }
  if (isReadable(words)) return `what answers is not MicroPython's REPL: ${quote(heard)}. ${DEAF}`;
  return "what comes makes no sense at this speed: ?baud= chooses another, and other devices speak other languages";
}

/** The end of what was heard, on one line. */
function quote(heard: string): string {
  const line = heard.replaceAll(/[^\x20-\x7e]+/g, " ").trim();
  return JSON.stringify(line.slice(-MAX_QUOTE));
}

function isReadable(words: string): boolean {
  const readable = words.replaceAll(/[^\x20-\x7e]/g, "").length;
  return readable > 0.9 * words.length;
}
