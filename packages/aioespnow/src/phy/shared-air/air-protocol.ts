import { ACK_LENGTH, MANAGEMENT_HEADER_LENGTH } from "../../codec/dot11.ts";
import { ADDR_LEN, macAt, putMac } from "../../codec/mac-address.ts";
import { rateInfo } from "../../codec/rate.ts";
import type { Refusal } from "../../codec/refusal.ts";
import type { ProfileName } from "../sim/profile.ts";
import { CHANNELS, MAX_FRAME_LENGTH } from "../station-limits.ts";
import { type Notice, type Request, STATUSES } from "./air-messages.ts";

/**
 * What a process (a "member") and the host of a shared air say to each other. A message is a type and what belongs to it;
 * numbers are big-endian. On the socket each message has its length before it (message-splitter.ts). `hello` is the first
 * message of a member, `welcome` or `refusal` the first of the host: these three stay as they are in all versions.
 *
 *     hello      01  "ESPN"  version 1
 *     open       02  station 2  profile 1  flags 1 (bit 0: promiscuous)
 *     close      03  station 2
 *     channel    04  station 2  channel 1
 *     addresses  05  station 2  addresses 6 each
 *     power      06  station 2  dBm 4 (float)
 *     protocol   08  station 2  protocol 1 (bits of `Protocol`)
 *     elapse     09  station 2  id 4  milliseconds 2
 *     transmit   07  station 2  id 4  rate 1  flags 1 (bit 0: no ACK)  frame
 *
 *     welcome    41  version 1
 *     refusal    42  reason (UTF-8)
 *     heard      43  station 2  channel 1  rate 1 (ff: unknown)  dBm 4 (float; NaN: unknown)  time 8 (double)  frame
 *     report     44  station 2  id 4  status 1  attempts 1
 *     alive      45
 *     elapsed    46  station 2  id 4
 */
export const AIR_PROTOCOL_VERSION = 2;

/** The station and the type of each message stand at the same place. */
const STATION = 1;
const BODY = 3;
const OPEN_FLAGS = 4;
const ID = 3;
const TRANSMIT_RATE = 7;
const TRANSMIT_FLAGS = 8;
const TRANSMIT_FRAME = 9;
const HEARD_CHANNEL = 3;
const HEARD_RATE = 4;
const HEARD_DBM = 5;
const HEARD_TIME = 9;
const HEARD_FRAME = 17;
const ELAPSE_MS = 7;
const ELAPSE_LENGTH = 9;
const ELAPSED_LENGTH = 7;
const REPORT_STATUS = 7;
const REPORT_ATTEMPTS = 8;
const REPORT_LENGTH = 9;

const MAGIC = new TextEncoder().encode("ESPN");
const HELLO_LENGTH = 6;
const NO_ACK = 0x01;
const UNKNOWN_RATE = 0xff;
const PROMISCUOUS = 0x01;
const MAX_ADDRESSES = 4;

/** The longest message in bytes: a frame that was heard. */
export const MAX_MESSAGE_LENGTH: number = HEARD_FRAME + MAX_FRAME_LENGTH;
/** In characters, of three bytes at most. A longer reason is cut. */
const MAX_REASON_LENGTH = 700;

const REQUEST = {
  hello: 1,
  open: 2,
  close: 3,
  channel: 4,
  addresses: 5,
  power: 6,
  transmit: 7,
  protocol: 8,
  elapse: 9,
} as const;
const NOTICE = { welcome: 0x41, refusal: 0x42, heard: 0x43, report: 0x44, alive: 0x45, elapsed: 0x46 } as const;
const PROFILE_NAMES: readonly ProfileName[] = ["esp32", "esp8266", "host", "quickespnow"];
/** The bytes of a request. */
export function encodeRequest(request: Request): Uint8Array {
  switch (request.type) {
    case "hello":
      return Uint8Array.of(REQUEST.hello, ...MAGIC, request.version);
    case "open":
      return message(REQUEST.open, request.station, 2, (view) => {
        view.setUint8(BODY, PROFILE_NAMES.indexOf(request.profile));
        view.setUint8(OPEN_FLAGS, request.promiscuous ? PROMISCUOUS : 0);
      });
    case "close":
      return message(REQUEST.close, request.station, 0);
    case "channel":
      return message(REQUEST.channel, request.station, 1, (view) => view.setUint8(BODY, request.channel));
    case "addresses":
      return message(REQUEST.addresses, request.station, ADDR_LEN * request.addresses.length, (_, bytes) => {
        request.addresses.forEach((mac, i) => void putMac(mac, bytes, BODY + i * ADDR_LEN));
      });
    case "power":
      return message(REQUEST.power, request.station, 4, (view) => view.setFloat32(BODY, request.dBm));
    case "protocol":
      return message(REQUEST.protocol, request.station, 1, (view) => view.setUint8(BODY, request.protocol));
    case "elapse":
      return message(REQUEST.elapse, request.station, ELAPSE_LENGTH - BODY, (view) => {
        view.setUint32(ID, request.id);
        view.setUint16(ELAPSE_MS, request.ms);
      });
    case "transmit":
      return message(REQUEST.transmit, request.station, TRANSMIT_FRAME - BODY + request.frame.length, (view, bytes) => {
        view.setUint32(ID, request.id);
        view.setUint8(TRANSMIT_RATE, request.rate);
        view.setUint8(TRANSMIT_FLAGS, request.noAck ? NO_ACK : 0);
        bytes.set(request.frame, TRANSMIT_FRAME);
      });
  }
}

/** The bytes of a notice. */
export function encodeNotice(notice: Notice): Uint8Array {
  switch (notice.type) {
    case "welcome":
      return Uint8Array.of(NOTICE.welcome, notice.version);
    case "refusal":
      return Uint8Array.of(NOTICE.refusal, ...new TextEncoder().encode(notice.reason.slice(0, MAX_REASON_LENGTH)));
    case "alive":
      return Uint8Array.of(NOTICE.alive);
    case "heard": {
      const { bytes: frame, channel, rate, rssi, timeMs } = notice.frame;
      return message(NOTICE.heard, notice.station, HEARD_FRAME - BODY + frame.length, (view, bytes) => {
        view.setUint8(HEARD_CHANNEL, channel);
        view.setUint8(HEARD_RATE, rate ?? UNKNOWN_RATE);
        view.setFloat32(HEARD_DBM, rssi ?? Number.NaN);
        view.setFloat64(HEARD_TIME, timeMs);
        bytes.set(frame, HEARD_FRAME);
      });
    }
    case "elapsed":
      return message(NOTICE.elapsed, notice.station, ELAPSED_LENGTH - BODY, (view) => view.setUint32(ID, notice.id));
    case "report":
      return message(NOTICE.report, notice.station, REPORT_LENGTH - BODY, (view) => {
        view.setUint32(ID, notice.id);
        view.setUint8(REPORT_STATUS, STATUSES.indexOf(notice.status));
        view.setUint8(REPORT_ATTEMPTS, Math.min(notice.attempts, 0xff));
      });
  }
}

/** Reads what a member said; a refusal says what is wrong with it. A frame is a view of `bytes`. Never throws. */
export function decodeRequest(bytes: Uint8Array): Request | Refusal {
  if (bytes[0] === REQUEST.hello) return decodeHello(bytes);
  if (bytes.length < BODY) return { reason: `a message of ${bytes.length} bytes` };
  const view = viewOf(bytes);
  const station = view.getUint16(STATION);
  switch (bytes[0]) {
    case REQUEST.open:
      return decodeOpen(bytes, view, station);
    case REQUEST.close:
      return bytes.length === BODY ? { type: "close", station } : { reason: "a close with something behind it" };
    case REQUEST.channel: {
      const channel = bytes.length === BODY + 1 ? view.getUint8(BODY) : 0;
      return isChannel(channel) ? { type: "channel", station, channel } : { reason: "no channel" };
    }
    case REQUEST.addresses:
      return decodeAddresses(bytes, station);
    case REQUEST.power: {
      const dBm = bytes.length === BODY + 4 ? view.getFloat32(BODY) : Number.NaN;
      return Number.isFinite(dBm) ? { type: "power", station, dBm } : { reason: "no transmit power" };
    }
    case REQUEST.protocol:
      return bytes.length === BODY + 1
        ? { type: "protocol", station, protocol: view.getUint8(BODY) }
        : { reason: "no 802.11 protocol" };
    case REQUEST.elapse:
      return bytes.length === ELAPSE_LENGTH
        ? { type: "elapse", station, id: view.getUint32(ID), ms: view.getUint16(ELAPSE_MS) }
        : { reason: "no time to wait for" };
    case REQUEST.transmit:
      return decodeTransmit(bytes, view, station);
    default:
      return { reason: `a message of the unknown type ${bytes[0]}` };
  }
}

/** Reads what the host said; a refusal says what is wrong with it. A frame is a view of `bytes`. Never throws. */
export function decodeNotice(bytes: Uint8Array): Notice | Refusal {
  const view = viewOf(bytes);
  switch (bytes[0]) {
    case NOTICE.welcome:
      return bytes.length === 2
        ? { type: "welcome", version: view.getUint8(1) }
        : { reason: "a welcome of another length" };
    case NOTICE.refusal:
      return { type: "refusal", reason: new TextDecoder().decode(bytes.subarray(1)) };
    case NOTICE.alive:
      return { type: "alive" };
    case NOTICE.heard:
      return decodeHeard(bytes, view);
    case NOTICE.elapsed:
      return bytes.length === ELAPSED_LENGTH
        ? { type: "elapsed", station: view.getUint16(STATION), id: view.getUint32(ID) }
        : { reason: "an end of a wait of another form" };
    case NOTICE.report: {
      const status = bytes.length === REPORT_LENGTH ? STATUSES[view.getUint8(REPORT_STATUS)] : undefined;
      if (status === undefined) return { reason: "a report of another form" };
      const attempts = view.getUint8(REPORT_ATTEMPTS);
      return { type: "report", station: view.getUint16(STATION), id: view.getUint32(ID), status, attempts };
    }
    default:
      return { reason: `a message of the unknown type ${bytes[0]}` };
  }
}

function decodeHello(bytes: Uint8Array): Request | Refusal {
  const isHello = bytes.length === HELLO_LENGTH && MAGIC.every((byte, i) => bytes[1 + i] === byte);
  return isHello
    ? { type: "hello", version: bytes[HELLO_LENGTH - 1] as number }
    : { reason: "no hello of this protocol" };
}

function decodeOpen(bytes: Uint8Array, view: DataView, station: number): Request | Refusal {
  const profile = bytes.length === OPEN_FLAGS + 1 ? PROFILE_NAMES[view.getUint8(BODY)] : undefined;
  if (profile === undefined) return { reason: "an unknown profile" };
  return { type: "open", station, profile, promiscuous: (view.getUint8(OPEN_FLAGS) & PROMISCUOUS) !== 0 };
}

function decodeAddresses(bytes: Uint8Array, station: number): Request | Refusal {
  const count = (bytes.length - BODY) / ADDR_LEN;
  if (!Number.isInteger(count) || count > MAX_ADDRESSES) return { reason: `${count} addresses` };
  const addresses = Array.from({ length: count }, (_, i) => macAt(bytes, BODY + i * ADDR_LEN));
  return { type: "addresses", station, addresses };
}

function decodeTransmit(bytes: Uint8Array, view: DataView, station: number): Request | Refusal {
  const frame = bytes.subarray(TRANSMIT_FRAME);
  if (!isFrame(frame)) return { reason: `a frame of ${frame.length} bytes` };
  const rate = view.getUint8(TRANSMIT_RATE);
  if (rateInfo(rate) === undefined) return { reason: `the unknown rate ${rate}` };
  const noAck = (view.getUint8(TRANSMIT_FLAGS) & NO_ACK) !== 0;
  return { type: "transmit", station, id: view.getUint32(ID), rate, noAck, frame };
}

function decodeHeard(bytes: Uint8Array, view: DataView): Notice | Refusal {
  const frame = bytes.subarray(HEARD_FRAME);
  // a promiscuous station hears ACKs too
  if (!isFrame(frame) && frame.length !== ACK_LENGTH) return { reason: `a frame of ${frame.length} bytes` };
  const channel = view.getUint8(HEARD_CHANNEL);
  const rateByte = view.getUint8(HEARD_RATE);
  const dBm = view.getFloat32(HEARD_DBM);
  const timeMs = view.getFloat64(HEARD_TIME);
  const rate = rateByte === UNKNOWN_RATE ? undefined : rateByte;
  const rssi = Number.isNaN(dBm) ? undefined : dBm;
  const isReception = isChannel(channel) && Number.isFinite(rssi ?? 0) && Number.isFinite(timeMs);
  if (!isReception || (rate !== undefined && rateInfo(rate) === undefined)) {
    return { reason: "a frame that was heard on no channel, rate or time" };
  }
  return { type: "heard", station: view.getUint16(STATION), frame: { bytes: frame, rssi, rate, channel, timeMs } };
}

function isFrame(frame: Uint8Array): boolean {
  return frame.length >= MANAGEMENT_HEADER_LENGTH && frame.length <= MAX_FRAME_LENGTH;
}

function isChannel(channel: number): boolean {
  return channel >= 1 && channel <= CHANNELS.length;
}

function message(
  type: number,
  station: number,
  bodyLength: number,
  fill?: (view: DataView, bytes: Uint8Array) => void,
): Uint8Array {
  const bytes = new Uint8Array(BODY + bodyLength);
  const view = viewOf(bytes);
  bytes[0] = type;
  view.setUint16(STATION, station);
  fill?.(view, bytes);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
