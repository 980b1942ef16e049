// codec: Frames as bytes. A decoder checks the length once and then cannot fail; for anything it does not accept it
// returns a reason, and it never throws. An encoder writes into a buffer that it is given. It keeps no state, knows
// no clock and no medium, and runs in browsers.

/**
 * ESP-NOW frames as bytes: pure functions that run anywhere, for captures, tools and tests. Decoders take bytes from the
 * air and never throw: they return a reason. Encoders write into a buffer they are given.
 *
 * @packageDocumentation
 *
 * @module aioespnow/codec
 */
export {
  ActionBody,
  actionBodyLength,
  decodeActionBody,
  encodeActionBody,
  isForeign,
  MAX_DATA_LEN,
  MAX_DATA_LEN_V1,
  MAX_RECEIVE_LEN,
  type MalformedReason,
  type ReceiveRules,
} from "./action-frame.ts";
export {
  AAD_LENGTH,
  CCMP_HEADER_LENGTH,
  type CcmpReason,
  encodeCcmpHeader,
  MAX_PACKET_NUMBER,
  MIC_LENGTH,
  NONCE_LENGTH,
  packetNumber,
  writeAad,
  writeNonce,
} from "./ccmp-header.ts";
export { dissectFrame } from "./dissect.ts";
export {
  ACK_LENGTH,
  type ActionHeader,
  decodeManagementHeader,
  destinationOf,
  encodeAck,
  encodeActionHeader,
  FRAME_CONTROL,
  isAck,
  isAction,
  isProtected,
  isRetry,
  MANAGEMENT_HEADER_LENGTH,
  ManagementHeader,
  sequenceNumber,
  sourceOf,
} from "./dot11.ts";
export { decodeEspNowFrame, decodeMpdu, EspNowFrame, type FrameReason } from "./espnow-frame.ts";
export { appendFcs, checkFcs, FCS_LENGTH, fcsOf } from "./fcs.ts";
export {
  ADDR_LEN,
  BROADCAST,
  isGroup,
  type MacAddress,
  type MacLike,
  macAt,
  macBytes,
  putMac,
  toMac,
} from "./mac-address.ts";
export { type Framing, previewOf, summarizeFrame } from "./pretty.ts";
export { decodeRadiotap, RADIOTAP_FLAGS, Radiotap, type RadiotapReason, TX_FLAGS } from "./radiotap.ts";
export {
  type CaptureHeader,
  encodeCaptureHeader,
  encodeInjectionHeader,
  type InjectionHeader,
  MAX_WRITTEN_RADIOTAP_LENGTH,
} from "./radiotap-writer.ts";
export {
  DEFAULT_PROTOCOL,
  isLongRange,
  MAX_PROTOCOL,
  Protocol,
  Rate,
  type RateInfo,
  rateInfo,
  understands,
} from "./rate.ts";
export type { Refusal } from "./refusal.ts";
export type { ElementReason } from "./vendor-element.ts";
