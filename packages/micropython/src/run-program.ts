import type { MacLike, Radio } from "aioespnow";
import { openBoardRadio } from "./board/board-radio.ts";
import type { ProgramOptions } from "./board-options.ts";
import { Program } from "./program.ts";

/** Where a program runs that is started by itself. */
export interface RadioChoice {
  /** A radio, which stays open, or the URL of one, which is closed with the program. Default `"air:"`. */
  readonly radio?: Radio | string;
  /** The board's address, where `radio` is a URL. */
  readonly mac?: MacLike;
}

/**
 * Starts a MicroPython program on a radio.
 * @throws by rejection: as `openRadio`; Error for a file that is missing; EspNowError `ENOTSUP` where MicroPython is not
 *   installed.
 * @example
 * import { runProgram } from "espnow-micropython";
 *
 * const program = await runProgram({ file: "gateway.py", radio: "air:" });
 * program.onOutput = ({ bytes }) => void process.stdout.write(bytes);
 * const { code } = await program.exited;
 */
export async function runProgram({ radio = "air:", mac, ...options }: ProgramOptions & RadioChoice): Promise<Program> {
  if (typeof radio !== "string") return new Program(radio, options);
  const opened = await openBoardRadio(radio, { ...options, mac });
  try {
    const program = new Program(opened, options);
    void program.exited.then(() => opened[Symbol.asyncDispose]());
    return program;
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}
