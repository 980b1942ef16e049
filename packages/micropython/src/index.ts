/**
 * MicroPython programs that use ESP-NOW, run on a computer.
 *
 * @module espnow-micropython
 */

export type { BoardAdc, BoardDht, BoardOneWire, BoardPwm, BoardTouch, Climate } from "./board/analog.ts";
export type { BoardName, EspNowName } from "./board/board-name.ts";
export type { BoardI2c, BoardSpi, BoardUart, I2cDevice, SpiDevice } from "./board/buses.ts";
export type { BoardDevices } from "./board/device.ts";
export type { Machine } from "./board/machine.ts";
export type { MissedHardware, MissedPart } from "./board/missed.ts";
export type { BoardPartitions } from "./board/partitions.ts";
export type { BoardPin, PinLevel, PinMode, Pulse } from "./board/pin.ts";
export type { BoardOptions, ProgramOptions } from "./board-options.ts";
export { BoardStream, type OpenBoardOptions, openBoard } from "./board-stream.ts";
export type { BoardRestart, Exit, ResetCause } from "./bridge/exit.ts";
export type { PlugDevices } from "./cast.ts";
export { ComputerNetwork, type ComputerNetworkOptions } from "./network/computer-network.ts";
export type { PortForward } from "./network/forwards.ts";
export type { Endpoint, IpNetwork } from "./network/ip-network.ts";
export type { NetworkPeer } from "./network/network-peer.ts";
export type { ConnectionHandler, DatagramHandler, SimulatedNetwork } from "./network/simulated-network.ts";
export type { Output } from "./output-log.ts";
export type { AccessPoint } from "./parts/access-point.ts";
export { Program } from "./program.ts";
export type { ProgramSource, SavedSource } from "./program-source.ts";
export { type RadioChoice, runProgram } from "./run-program.ts";
export { Scenario, type ScenarioBoardOptions, type ScenarioLine, type ScenarioOptions } from "./scenario.ts";
export { type SavedBoard, type SavedBoardOptions, Snapshot } from "./snapshot.ts";
