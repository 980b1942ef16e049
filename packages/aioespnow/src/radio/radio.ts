// radio: ESP-NOW messages, as esp_now.h moves them: the same checks in the same order with the same codes. Nothing
// here uses promises, because a thread that blocks runs no microtasks. It does not know readers, buffers or
// MicroPython.

import type { MacAddress } from "../codec/mac-address.ts";
import type { Rate } from "../codec/rate.ts";
import type { EspNowError } from "../errors.ts";
import type { PhyState } from "../phy/phy.ts";
import type { Clock } from "../util/clock.ts";
import type { DroppedFrame } from "./dropped-frame.ts";
import type { MessageInfo } from "./message-info.ts";
import type { PeerTable } from "./peer-table.ts";
import type { RadioCounters } from "./radio-counters.ts";
import type { WifiInterface } from "./wifi-interface.ts";

/**
 * Moves ESP-NOW messages: the TypeScript face of Espressif's esp_now.h. It is all the driver (`EspNowCore`) needs,
 * whoever does the MAC: this computer (`SoftMacRadio`) or a board.
 *
 * Nothing here uses promises: a thread that blocks in `recv()` runs no microtasks.
 */
export interface Radio extends AsyncDisposable {
  /** What this radio can do. It does not change. */
  readonly capabilities: RadioCapabilities;
  /** The clock of all its times and waits. */
  readonly clock: Clock;
  /** The peers, with the checks of esp_now.h. */
  readonly peers: PeerTable;
  /** What was received, and what was dropped for which reason. */
  readonly counters: RadioCounters;

  /** esp_now_init: from now on messages are delivered and may be sent. Twice is once. */
  start(): void;
  /** esp_now_deinit: forgets the peers. The MAC still acknowledges what is sent to it. Twice is once. */
  stop(): void;

  /** The address of an interface. @throws EspNowError `ENOTSUP` for an interface the radio does not have. */
  address(iface: WifiInterface): MacAddress;
  /**
   * Gives an interface another address.
   * @throws RangeError for the address of a group; EspNowError `ENOTSUP` where not `capabilities.setsAddress`.
   */
  setAddress(iface: WifiInterface, mac: MacAddress): void;
  /** Whether an interface is up. @throws EspNowError `ENOTSUP` for an interface the radio does not have. */
  isInterfaceActive(iface: WifiInterface): boolean;
  /** Brings an interface up or down. @throws EspNowError `ENOTSUP` for an interface the radio does not have. */
  setInterfaceActive(iface: WifiInterface, active: boolean): void;

  /** The home channel, 1..14. @throws RangeError when set to one the radio cannot use. */
  channel: number;
  /** Bit rate for what is sent. @throws RangeError when set to one the radio cannot send. */
  rate: Rate;
  /** Transmit power in dBm. */
  txPower: number;
  /**
   * The 802.11 protocols, bits of WIFI_PROTOCOL_...: 1 b, 2 g, 4 n, 8 long range, 16 ax. On a simulated air a radio with long
   * range alone hears and sends long range frames only, and one without hears none. Undefined until it is set: it hears
   * every rate. @throws RangeError when set to something that is not 1..31.
   */
  get protocol(): number | undefined;
  /** @throws RangeError outside 1 to 31. */
  set protocol(protocol: number);

  /** 16 bytes. Peers that exist keep the key derived from the former one (docs/protocol.md 2.1). */
  setPmk(pmk: Uint8Array): void;

  /**
   * esp_now_send (docs/protocol.md 3.3). `null`: every unicast peer. `data` is copied. Returns how many frames were queued;
   * `done` is called once for each, with its destination, never from inside this call.
   * @throws EspNowError for what esp_now_send refuses at once: `NOT_INIT`, `NOT_FOUND`, `ARG`, `CHAN`, `IF`, `NO_MEM`,
   *   `INTERNAL`.
   */
  send(destination: MacAddress | null, data: Uint8Array, done: SendDone): number;

  /** Called synchronously for every message. It and its data are valid only during the call. */
  onMessage: ((message: MessageInfo) => void) | undefined;
  /** Called synchronously for everything that is heard and counted as dropped. Absent where the radio tells counts only. */
  onDrop?: ((dropped: DroppedFrame) => void) | undefined;
  /** Called with each change of the state. */
  onState: ((state: RadioState) => void) | undefined;

  /**
   * What the radio's medium left out of what is heard so far, and why: one sentence each, for people. Frames that are no
   * ESP-NOW are in `counters`. Absent where nothing ever is left out.
   */
  leftOut?(): readonly string[];

  /**
   * Calls `done` once `ms` milliseconds have passed on the clock of the medium since it took this radio's last message, after
   * the reports of that time. Absent where the medium's clock is this one.
   */
  readonly whenElapsed?: ((ms: number, done: () => void) => void) | undefined;

  /**
   * Blocks the thread until something was delivered or the clock reaches `deadlineMs` (Infinity: no deadline). A
   * deadline that is not in the future services the medium once.
   * @throws EspNowError `ENOTSUP` where not `capabilities.blocks`.
   */
  wait(deadlineMs: number): void;
}

/** What a radio can do. */
export interface RadioCapabilities {
  /** Longest message in bytes: 250 (v1) or 1470 (v2). */
  readonly maxDataLength: number;
  /** How many peers it takes; Infinity: any number. */
  readonly maxPeers: number;
  /** How many of them may be encrypted; Infinity: any number. */
  readonly maxEncryptedPeers: number;
  /** The interfaces it has: 0 is the station, 1 the access point. */
  readonly interfaces: readonly WifiInterface[];
  /** Whether the addresses of its interfaces can be set. */
  readonly setsAddress: boolean;
  /** Whether a thread can block until something happens (`wait`). */
  readonly blocks: boolean;
  /** Whether received messages carry a signal strength. */
  readonly rssi: boolean;
  /** The bit rates it can send. */
  readonly rates: readonly Rate[];
  /** Whether a send report tells how many transmissions it took. */
  readonly attempts: boolean;
  /** How long the reports of all messages in flight can take, in ms: a blocking send waits that long, on the medium's clock too. */
  readonly reportTimeoutMs: number;
  /**
   * Whether received messages carry details that only the frame has. If not, `destination` and `rate` are undefined,
   * `channel` is the radio's, and `encrypted` says whether the sender is an encrypted peer.
   */
  readonly frameDetails: boolean;
}

/** Called with the outcome of a message to one peer. */
export type SendDone = (report: SendReport, destination: MacAddress) => void;

/** The outcome of one sent message. A missing acknowledgement is an outcome, not an exception. */
export type SendReport =
  | {
      /** The peer acknowledged it. */
      readonly status: "acked";
      /** Transmissions it took, the first included: 1 or more. Absent if the radio does not know. */
      readonly attempts?: number;
    }
  | {
      /** The peer acknowledged none of its transmissions. */
      readonly status: "no-ack";
      /** Transmissions that were made, the first included: 1 or more. Absent if the radio does not know. */
      readonly attempts?: number;
    }
  | {
      /** To a group address: it went out, and nobody acknowledges it. */
      readonly status: "broadcast";
    }
  | {
      /** It went out, and the medium does not report whether it was heard. */
      readonly status: "unknown";
    }
  | {
      /** It did not go out, or nobody can say: the radio was closed, is down, or refused it. */
      readonly status: "failed";
      /** Why: `ERR_RADIO_CLOSED`, `ERR_RADIO_DOWN`, ... */
      readonly error: EspNowError;
    };

/** The state of a radio, as `onState` reports it. */
export type RadioState =
  | PhyState
  | {
      /** The radio's hardware refused something that was accepted before. The radio stays up. */
      readonly state: "refused";
      /** What it refused, and why. */
      readonly error: EspNowError;
    };
