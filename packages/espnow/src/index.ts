/** MicroPython programs that use ESP-NOW, run on a computer. */
export type { Exit } from "./micropython/messages.ts";
export type { Output } from "./micropython/output-log.ts";
export {
  type BoardName,
  type BoardOptions,
  Program,
  type ProgramOptions,
  type ProgramSource,
  type RadioChoice,
  runProgram,
} from "./micropython/program.ts";
