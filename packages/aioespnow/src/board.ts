/**
 * Boards with MicroPython on a serial line: as radios, and their maintenance. Runs in browsers too (Web Serial).
 *
 * @module aioespnow/board
 */
export { BoardOpening, type BoardOptions, connectBoard } from "./open/board-opening.ts";
export { AGENT } from "./radio/board/agent.ts";
export type { BoardLinkOptions, LinkCounters } from "./radio/board/board-link.ts";
export { type BoardStats, NoticeType, RequestType } from "./radio/board/board-protocol.ts";
export { BoardRadio } from "./radio/board/board-radio.ts";
export {
  decodeRequestFrame,
  encodeNoticeFrame,
  encodeRequestFrame,
  type FramingCounters,
  type LineFrame,
  LineReader,
} from "./radio/board/framing.ts";
export { boardLine } from "./radio/board/line/board-line.ts";
export type { BoardLine, BoardPort } from "./radio/board/line/board-port.ts";
export { type DuplexStream, duplexLine } from "./radio/board/line/duplex-port.ts";
export { type SerialPortInfo, serialPorts } from "./radio/board/line/serial-ports.ts";
export { type WebSerialPort, webSerialLine } from "./radio/board/line/web-serial.ts";
export type { BoardIdentity } from "./radio/board/repl/connecting.ts";
export {
  identifyBoard,
  installAgentOn,
  type MaintenanceOptions,
  removeAgentFrom,
} from "./radio/board/repl/maintenance.ts";
export type { LineCounters } from "./radio/board/session.ts";
