import { Alarm, type Radio, type TimerState, toMac } from "aioespnow";
import { type MacAddress, macBytes, Protocol } from "aioespnow/codec";
import { ChannelSweep, type SweepState } from "./channel-sweep.ts";

/** An access point that a board finds: imagined, nothing of it is on the air. It moves the board to its channel. */
export interface AccessPoint {
  /** Left out: it answers to every name, with every password. */
  readonly ssid?: string;
  /** Default: none, anybody may connect. */
  readonly password?: string;
  /** Default 1. */
  readonly channel?: number;
  /** Default `"02:00:00:00:00:ff"`. */
  readonly bssid?: string;
  /** How well it is heard, dBm. Default -50. */
  readonly rssi?: number;
}

/** What `WLAN.status()` says: network.STAT_IDLE and the others. */
export const Status = { idle: 1000, connecting: 1001, connected: 1010, notFound: 201, wrongPassword: 202 } as const;
export type Status = (typeof Status)[keyof typeof Status];

/** Scanning, joining and an address by DHCP. */
const CONNECT_MS = 2000;
/** network.AUTH_OPEN, network.AUTH_WPA2_PSK */
const AUTH = { open: 0, wpa2: 3 } as const;
const DEFAULT_BSSID = "02:00:00:00:00:ff" as MacAddress;
const DEFAULT_RSSI = -50;
/** What a scan shows of one that answers to every name. */
const ANY_NAME = "any";

/** What `connect` was asked for. */
interface Attempt {
  readonly ssid: string;
  readonly password: string;
  /** How many more attempts there are after this one. */
  readonly retries: number;
}

/** Whether the station is connected, and what it tries. */
export interface ConnectionState {
  readonly status: Status;
  readonly attempt: Attempt | undefined;
  readonly alarm: TimerState | undefined;
  readonly sweep: SweepState;
}

/** The station of a board and the access point it may be connected to. */
export class StationConnection {
  /** Called each time it has not found the access point, or not been admitted. */
  onFailure: (status: typeof Status.notFound | typeof Status.wrongPassword, ssid: string) => void = () => undefined;
  readonly #radio: Radio;
  readonly #accessPoint: AccessPoint | undefined;
  #status: Status = Status.idle;
  #attempt: Attempt | undefined;
  readonly #alarm: Alarm;
  readonly #sweep: ChannelSweep;

  constructor(radio: Radio, accessPoint: AccessPoint | undefined) {
    this.#radio = radio;
    this.#alarm = new Alarm(radio.clock, () => this.#onAttempt(this.#attempt as Attempt));
    this.#sweep = new ChannelSweep(radio);
    this.#accessPoint = accessPoint;
  }

  get status(): Status {
    return this.#status;
  }

  /** Looks for access points, for as long as python/network.py waits. */
  scan(): void {
    this.#sweep.start();
  }

  /**
   * Tries, and `retries` times more (negative: forever). The radio is off its channel while it looks for the access point:
   * messages are lost.
   */
  connect(ssid: string, password: string, retries: number): void {
    this.#attempt = { ssid, password, retries };
    this.#status = Status.connecting;
    const point = this.#found();
    this.#sweep.start(point !== undefined && admits(point, ssid, password) ? point.channel : undefined);
    this.#alarm.set(this.#radio.clock.now() + CONNECT_MS);
  }

  disconnect(): void {
    this.#alarm.clear();
    this.#sweep.stop();
    this.#status = Status.idle;
  }

  save(): ConnectionState {
    return { status: this.#status, attempt: this.#attempt, alarm: this.#alarm.save(), sweep: this.#sweep.save() };
  }

  load({ status, attempt, alarm, sweep }: ConnectionState): void {
    this.#sweep.load(sweep);
    this.#status = status;
    this.#attempt = attempt;
    this.#alarm.load(alarm);
  }

  /** What a scan finds: BSSID, channel, RSSI and authentication (6, 1, 1, 1 bytes), then the SSID; nothing: none. */
  beacon(): Uint8Array {
    const point = this.#found();
    if (point === undefined) return new Uint8Array(0);
    const { ssid = ANY_NAME, password, channel = 1, bssid = DEFAULT_BSSID, rssi = DEFAULT_RSSI } = point;
    const auth = password === undefined ? AUTH.open : AUTH.wpa2;
    return Uint8Array.of(...macBytes(toMac(bssid)), channel, rssi & 0xff, auth, ...new TextEncoder().encode(ssid));
  }

  /** The access point, unless the station does not hear its beacons: with long range alone (ESP-IDF, "Wi-Fi Driver", LR). */
  #found(): AccessPoint | undefined {
    return this.#radio.protocol === Protocol.lr ? undefined : this.#accessPoint;
  }

  #onAttempt({ ssid, password, retries }: Attempt): void {
    const point = this.#found();
    if (point !== undefined && admits(point, ssid, password)) {
      this.#sweep.stop();
      this.#radio.channel = point.channel ?? 1;
      this.#status = Status.connected;
      return;
    }
    const failure = point?.ssid === ssid ? Status.wrongPassword : Status.notFound;
    this.onFailure(failure, ssid);
    if (retries === 0) this.#status = failure;
    else this.connect(ssid, password, retries - 1);
  }
}

function admits(point: AccessPoint, ssid: string, password: string): boolean {
  return point.ssid === undefined || (point.ssid === ssid && (point.password ?? "") === password);
}
