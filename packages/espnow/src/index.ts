/** MicroPython programs that use ESP-NOW, run on a computer. */

export type { BoardAdc, BoardDht, BoardOneWire, BoardPwm, Climate } from "./micropython/board/analog.ts";
export type { BoardName, EspNowName } from "./micropython/board/board-name.ts";
export type { BoardI2c, BoardSpi, BoardUart, I2cDevice } from "./micropython/board/buses.ts";
export type { Machine } from "./micropython/board/machine.ts";
export type { BoardPin, PinLevel } from "./micropython/board/pin.ts";
export { BoardStream, type OpenBoardOptions, openBoard } from "./micropython/board-stream.ts";
export type { Exit } from "./micropython/channel/messages.ts";
export type { Output } from "./micropython/output-log.ts";
export type { AccessPoint } from "./micropython/parts/access-point.ts";
export {
  type BoardOptions,
  Program,
  type ProgramOptions,
  type RadioChoice,
  runProgram,
} from "./micropython/program.ts";
export type { ProgramSource } from "./micropython/program-source.ts";
export { Scenario, type ScenarioBoardOptions, type ScenarioLine } from "./micropython/scenario.ts";
