/**
 * MicroPython programs that use ESP-NOW, in a web page: on a simulated air of the page. `loadMicroPython` comes first.
 * Programs are given as `{ source, files }`.
 *
 * @module espnow-micropython/browser
 */

export type { Machine } from "./board/machine.ts";
export { loadMicroPython } from "./board-firmware.ts";
export type { BoardOptions, ProgramOptions } from "./board-options.ts";
export type { Exit } from "./bridge/exit.ts";
export type { SimulatedNetwork } from "./network/simulated-network.ts";
export type { Output } from "./output-log.ts";
export { Program } from "./program.ts";
export type { ProgramSource } from "./program-source.ts";
export { Scenario, type ScenarioBoardOptions, type ScenarioLine } from "./scenario.ts";
