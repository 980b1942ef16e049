/**
 * ESP-NOW for TypeScript: MicroPython's ESPNow and AIOESPNow on a computer.
 *
 * @module aioespnow
 */
export { MAX_DATA_LEN, MAX_RECEIVE_LEN } from "./codec/action-frame.ts";
export { ADDR_LEN, BROADCAST, type MacAddress, type MacLike, toMac } from "./codec/mac-address.ts";
export { Rate } from "./codec/rate.ts";
export type { Aead, AeadFactory } from "./crypto/aead.ts";
export { CcmpKey, DEFAULT_PMK, deriveTemporalKey, KEY_LEN } from "./crypto/ccmp.ts";
export { keyFromText } from "./crypto/key-text.ts";
export { EspNowError, type EspNowErrorCode, printable } from "./errors.ts";
export { AIOESPNow, type WaitOptions } from "./espnow/aioespnow.ts";
export type { EspNowConfig } from "./espnow/config.ts";
export { ESPNow, type NoMessage } from "./espnow/espnow.ts";
export type { LastHeard } from "./espnow/heard-peers.ts";
export type { MessagePair } from "./espnow/message-slot.ts";
export type { Observation, SentMessage } from "./espnow/observation.ts";
export type { PeerInfo, PeerOptions } from "./espnow/peer-options.ts";
export type { ReceiveSlot } from "./espnow/receive-slot.ts";
export { sleep, sleepSync } from "./espnow/sleep.ts";
export type { EspNowStats } from "./espnow/stats.ts";
export { WLAN, type WlanConfig } from "./espnow/wlan.ts";
export { openPhy, openRadio, openRadioSync, type RadioOf } from "./open/open.ts";
export type { LazyRadioOpener, Opening, OpenOptions, RadioOpener } from "./open/opening.ts";
export { registerRadio } from "./open/registry.ts";
export type {
  Phy,
  PhyCapabilities,
  PhyState,
  ReceivedFrame,
  TransmitOptions,
  TransmitResult,
} from "./phy/phy.ts";
export type { MacFamily } from "./radio/addresses.ts";
export { randomStationAddress } from "./radio/addresses.ts";
export type { DroppedFrame, DropReason, RadioDropReason } from "./radio/dropped-frame.ts";
export type { MessageInfo } from "./radio/message-info.ts";
export {
  MAX_ENCRYPT_PEER_NUM,
  MAX_TOTAL_PEER_NUM,
  NEW_PEER,
  type Peer,
  type PeerChange,
  type PeerLimits,
  type PeerSettings,
  PeerTable,
} from "./radio/peer-table.ts";
export type {
  Radio,
  RadioCapabilities,
  RadioState,
  SendDone,
  SendReport,
} from "./radio/radio.ts";
export { type PreparedSend, RadioBase } from "./radio/radio-base.ts";
export type { RadioCounters } from "./radio/radio-counters.ts";
export type { RadioBaseOptions } from "./radio/radio-settings.ts";
export { type PacketNumberStore, PacketNumbers } from "./radio/soft-mac/packet-numbers.ts";
export { SoftMacRadio } from "./radio/soft-mac/soft-mac.ts";
export type { SoftMacOptions } from "./radio/soft-mac/soft-mac-options.ts";
export { type WifiInterface, WifiInterfaces } from "./radio/wifi-interface.ts";
export { Alarm } from "./util/alarm.ts";
export type { BytesLike } from "./util/bytes.ts";
export type { Clock, Participant, TimerState } from "./util/clock.ts";
