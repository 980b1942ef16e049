/**
 * What the `espnow` command needs beside the public API: terminals, boards by name, time that passes when asked.
 *
 * @module espnow-micropython/command
 */

export { AirFindings, type WatchedBoard } from "./air-findings.ts";
export { simulatedBoard } from "./board/board-name.ts";
export { type BoardRadioOptions, openBoardRadio } from "./board/board-radio.ts";
export { type ProgramInput, typeFrom } from "./keyboard.ts";
export { SimulatedNetwork } from "./network/simulated-network.ts";
export { type OutputLine, OutputLines, type OutputLinesState } from "./output-lines.ts";
export { TimeSteps } from "./time-steps.ts";
