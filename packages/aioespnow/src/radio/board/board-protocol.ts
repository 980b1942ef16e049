import { ADDR_LEN, type MacAddress, macAt, macBytes, putMac } from "../../codec/mac-address.ts";
import type { Rate } from "../../codec/rate.ts";
import { type Refusal, refusals } from "../../codec/refusal.ts";
import type { Peer } from "../peer-table.ts";
import type { WifiInterface } from "../wifi-interface.ts";

/**
 * What computer and board say to each other, inside the frames of framing.ts (docs/board-protocol.md); numbers are big-endian.
 * The computer sends one request at a time and repeats it until its reply comes; a request with the sequence number of the one
 * before is answered again, not executed again.
 *
 *     alive      00                                          no reply: the computer is there
 *     ping       01
 *     stats      02
 *     active     03  on 1                                    esp_now_init, esp_now_deinit
 *     interface  04  interface 1  on 1
 *     channel    05  channel 1
 *     rate       06  rate 1
 *     power      07  dBm 1
 *     pmk        08  key 16
 *     add peer   09  mac 6  channel 1  interface 1  encrypt 1  lmk 16
 *     mod peer   0a  the same
 *     del peer   0b  mac 6
 *     part       0c  offset 2  bytes                         of the message that is to be sent
 *     send       0d  mac 6  offset 2  bytes                  its end, and where it goes
 *     leave      0e
 *
 *     reply      40  error 4 (0, or the number of an OSError)  body
 *     hello      41  version 1  flags 1  longest message 2  station 6  access point 6
 *     message    42  source 6  rssi 1  age 2 (ms)  bytes
 *     bye        43  reason (UTF-8)
 */
export const BOARD_PROTOCOL_VERSION = 2;

/** The types of what the computer says. */
export const RequestType = {
  /** The computer is there. It gets no reply. */
  alive: 0x00,
  /** Asks for an empty reply. */
  ping: 0x01,
  /** Asks for memory and `ESPNow.stats()`: seven numbers of 4 bytes. */
  stats: 0x02,
  /** Switches ESP-NOW on (1) or off (0). */
  active: 0x03,
  /** Switches an interface on or off: its number, 1 or 0. */
  interface: 0x04,
  /** Sets the channel: 1 byte. */
  channel: 0x05,
  /** Sets the bit rate: 1 byte, a value of `Rate`. */
  rate: 0x06,
  /** Sets the transmit power: 1 byte, dBm. */
  power: 0x07,
  /** Sets the primary master key: 16 bytes. */
  pmk: 0x08,
  /** Adds a peer: address 6, channel 1, interface 1, encrypt 1, LMK 16. */
  addPeer: 0x09,
  /** Changes a peer: the payload of `addPeer`. */
  modPeer: 0x0a,
  /** Removes a peer: address 6. */
  delPeer: 0x0b,
  /** Puts bytes of the message that is to be sent: offset 2, bytes. */
  part: 0x0c,
  /** Puts the last bytes of a message and sends it: address 6, offset 2, bytes. The reply is 1 if it was acknowledged. */
  send: 0x0d,
  /** Ends the agent. */
  leave: 0x0e,
} as const;

/** The types of what a board says. */
export const NoticeType = {
  /** Answers a request: error 4, body. */
  reply: 0x40,
  /** The first thing a board says: version 1, flags 1, longest message 2, the addresses of station and access point. */
  hello: 0x41,
  /** A message that was received: source 6, dBm 1, age in ms 2, bytes. */
  message: 0x42,
  /** The agent leaves: the reason, in UTF-8. */
  bye: 0x43,
} as const;

/**
 * A board hears its line through a buffer of 260 bytes (MicroPython's stdin_ringbuf), and may be busy. A request
 * carries at most this much of a message, so that it fits that buffer in base64, with an alive.
 */
const MAX_PART = 160;

const HELLO_FLAGS = 1;
const HELLO_MAX_DATA = 2;
const HELLO_STATION = 4;
const HELLO_ACCESS_POINT = 10;
const HELLO_LENGTH = 16;
const HAS_RSSI = 0x01;
const HAS_RATES = 0x02;

const MESSAGE_RSSI = 6;
const MESSAGE_AGE = 7;
const MESSAGE_DATA = 9;

const REPLY_BODY = 4;
const STATS_LENGTH = 28;
const TOO_SHORT = refusals("too short")["too short"];

const PEER_CHANNEL = 6;
const PEER_INTERFACE = 7;
const PEER_ENCRYPT = 8;
const PEER_LMK = 9;
const PEER_LENGTH = 25;

/** What the computer asks for. */
export interface Request {
  readonly type: number;
  readonly payload: Uint8Array;
}

/** The first thing a board says. */
export interface Hello {
  readonly version: number;
  /** Whether received messages carry a signal strength. */
  readonly rssi: boolean;
  /** Whether its rate can be chosen. */
  readonly rates: boolean;
  readonly maxDataLength: number;
  readonly station: MacAddress;
  readonly accessPoint: MacAddress;
}

export interface Reply {
  /** 0, or the number of the OSError. */
  readonly error: number;
  readonly body: Uint8Array;
}

/** A message that the board has received. */
export interface BoardMessage {
  readonly source: MacAddress;
  readonly rssi: number;
  /** How long ago, in ms. */
  readonly age: number;
  readonly data: Uint8Array;
}

/** What the board knows of its work: its memory in bytes, and MicroPython's `ESPNow.stats()`. Counts are modulo 2^32. */
export interface BoardStats {
  /** In bytes. */
  readonly memoryUsed: number;
  /** In bytes. */
  readonly memoryFree: number;
  /** Messages that were sent. */
  readonly txPackets: number;
  /** Acknowledgements that came. */
  readonly txResponses: number;
  /** Acknowledgements that did not come. */
  readonly txFailures: number;
  /** Messages that were received. */
  readonly rxPackets: number;
  /** Messages that found the receive buffer full. */
  readonly rxDropped: number;
}

const NO_PAYLOAD = new Uint8Array(0);

export const PING: Request = { type: RequestType.ping, payload: NO_PAYLOAD };
export const STATS: Request = { type: RequestType.stats, payload: NO_PAYLOAD };
export const LEAVE: Request = { type: RequestType.leave, payload: NO_PAYLOAD };

export function activeRequest(on: boolean): Request {
  return { type: RequestType.active, payload: Uint8Array.of(Number(on)) };
}

export function interfaceRequest(iface: WifiInterface, on: boolean): Request {
  return { type: RequestType.interface, payload: Uint8Array.of(iface, Number(on)) };
}

export function channelRequest(channel: number): Request {
  return { type: RequestType.channel, payload: Uint8Array.of(channel) };
}

export function rateRequest(rate: Rate): Request {
  return { type: RequestType.rate, payload: Uint8Array.of(rate) };
}

/** Boards know whole dBm. */
export function powerRequest(dBm: number): Request {
  return { type: RequestType.power, payload: Uint8Array.of(Math.round(dBm)) };
}

/** @param pmk 16 bytes, copied. */
export function pmkRequest(pmk: Uint8Array): Request {
  return { type: RequestType.pmk, payload: pmk.slice() };
}

export function peerRequest(kind: "added" | "modified" | "removed", peer: Peer): Request {
  if (kind === "removed") return { type: RequestType.delPeer, payload: macBytes(peer.mac) };
  const payload = new Uint8Array(PEER_LENGTH);
  putMac(peer.mac, payload, 0);
  payload[PEER_CHANNEL] = peer.channel;
  payload[PEER_INTERFACE] = peer.ifidx;
  payload[PEER_ENCRYPT] = Number(peer.encrypt);
  payload.set(peer.lmk, PEER_LMK);
  return { type: kind === "added" ? RequestType.addPeer : RequestType.modPeer, payload };
}

/** The requests that send a message, the last of which is answered with its report. `data` is copied. */
export function sendRequests(mac: MacAddress, data: Uint8Array): Request[] {
  const requests: Request[] = [];
  let offset = 0;
  for (; data.length - offset > MAX_PART; offset += MAX_PART) {
    const payload = new Uint8Array(2 + MAX_PART);
    putOffset(payload, 0, offset);
    payload.set(data.subarray(offset, offset + MAX_PART), 2);
    requests.push({ type: RequestType.part, payload });
  }
  const payload = new Uint8Array(ADDR_LEN + 2 + data.length - offset);
  putMac(mac, payload, 0);
  putOffset(payload, ADDR_LEN, offset);
  payload.set(data.subarray(offset), ADDR_LEN + 2);
  requests.push({ type: RequestType.send, payload });
  return requests;
}

export function decodeHello(payload: Uint8Array): Hello | Refusal {
  if (payload.length < HELLO_LENGTH) return TOO_SHORT;
  const flags = payload[HELLO_FLAGS] as number;
  return {
    version: payload[0] as number,
    rssi: (flags & HAS_RSSI) !== 0,
    rates: (flags & HAS_RATES) !== 0,
    maxDataLength: viewOf(payload).getUint16(HELLO_MAX_DATA),
    station: macAt(payload, HELLO_STATION),
    accessPoint: macAt(payload, HELLO_ACCESS_POINT),
  };
}

export function decodeReply(payload: Uint8Array): Reply | Refusal {
  if (payload.length < REPLY_BODY) return TOO_SHORT;
  return { error: viewOf(payload).getInt32(0), body: payload.subarray(REPLY_BODY) };
}

/** `data` is a view of the payload. */
export function decodeMessage(payload: Uint8Array): BoardMessage | Refusal {
  if (payload.length < MESSAGE_DATA) return TOO_SHORT;
  const view = viewOf(payload);
  return {
    source: macAt(payload, 0),
    rssi: view.getInt8(MESSAGE_RSSI),
    age: view.getUint16(MESSAGE_AGE),
    data: payload.subarray(MESSAGE_DATA),
  };
}

/** From the body of the reply to `STATS`. */
export function decodeStats(body: Uint8Array): BoardStats | Refusal {
  if (body.length < STATS_LENGTH) return TOO_SHORT;
  const view = viewOf(body);
  const [memoryUsed, memoryFree, txPackets, txResponses, txFailures, rxPackets, rxDropped] = Array.from(
    { length: STATS_LENGTH / 4 },
    (_, index) => view.getUint32(4 * index),
  ) as [number, number, number, number, number, number, number];
  return { memoryUsed, memoryFree, txPackets, txResponses, txFailures, rxPackets, rxDropped };
}

function putOffset(payload: Uint8Array, at: number, offset: number): void {
  payload[at] = offset >>> 8;
  payload[at + 1] = offset & 0xff;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
