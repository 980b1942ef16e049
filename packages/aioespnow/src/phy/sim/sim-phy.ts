import type { MacAddress } from "../../codec/mac-address.ts";
import { checkInteger, describe } from "../../util/check.ts";
import type { Clock } from "../../util/clock.ts";
import type { Phy, PhyCapabilities, PhyState, ReceivedFrame, TransmitOptions, TransmitResult } from "../phy.ts";
import { CHANNELS, checkAddresses, checkTransmission, MAX_FRAME_LENGTH } from "../station-limits.ts";
import type { Engine } from "./engine.ts";
import type { Link } from "./links.ts";
import { checkPosition, type Position } from "./position.ts";
import { type Profile, type ProfileName, profileOf } from "./profile.ts";
import { StationMac } from "./station-mac.ts";
import type { QueuedFrame, StationMacState } from "./station-mac-state.ts";
import type { WakeWindow } from "./wake-cycle.ts";

/** Options of a station on a simulated air. */
export interface StationOptions {
  /** What it answers to until `setAckAddresses` says otherwise. Left out: nothing, so that it is off. */
  readonly mac?: MacAddress;
  /** Left out: 1 m from everybody. */
  readonly position?: Position;
  /** `"esp32"` if left out. */
  readonly profile?: ProfileName | Profile;
  /** The profile's if left out. */
  readonly softwareTimeUs?: number;
  /** 1 if left out. */
  readonly channel?: number;
  /** dBm; the model's if left out. */
  readonly txPower?: number;
  /** Left out: the receiver is always on. */
  readonly wake?: WakeWindow;
  /** A monitor: hears every frame on its channel that can be decoded, ACKs too. */
  readonly promiscuous?: boolean;
}

/** Of every station of a simulated air. */
export const SIM_CAPABILITIES: PhyCapabilities = {
  reportsAck: true,
  retriesInHardware: true,
  blocks: true,
  maxAckAddresses: 4,
  maxFrameLength: MAX_FRAME_LENGTH,
  channels: CHANNELS,
};

/** Called with what happens to a station. */
export interface SimPhyOwner {
  /** Another station answers to this address too. */
  onShared(mac: MacAddress): void;
  /** It answers to other addresses than before. */
  onAddresses(station: number, addresses: readonly MacAddress[]): void;
  onClosed(phy: SimPhy): void;
}

/** A station of a simulated air. `air.phy()` makes them. */
export class SimPhy implements Phy {
  readonly capabilities: PhyCapabilities = SIM_CAPABILITIES;
  readonly clock: Clock;
  onState: ((state: PhyState) => void) | undefined;
  readonly #engine: Engine;
  readonly #mac: StationMac;
  readonly #owner: SimPhyOwner;
  #closed = false;

  constructor(engine: Engine, options: StationOptions, txPower: number, owner: SimPhyOwner) {
    const model = profileOf(options.profile ?? "esp32");
    const profile = { ...model, softwareTimeUs: options.softwareTimeUs ?? model.softwareTimeUs };
    const channel = checkChannel(options.channel ?? 1);
    if (options.wake !== undefined) checkWake(options.wake);
    this.clock = engine.clock;
    this.#engine = engine;
    this.#owner = owner;
    const position = checkPosition(options.position);
    const power = checkPower(options.txPower ?? txPower);
    this.#mac = new StationMac(engine, profile, channel, options.promiscuous ?? false);
    engine.links.add(this.station, position, power);
    if (options.mac !== undefined) this.setAckAddresses([options.mac]);
    if (options.wake !== undefined) this.setWake(options.wake);
  }

  /** Its number in `Transmission.station`. */
  get station(): number {
    return this.#mac.station;
  }

  get onFrame(): ((frame: ReceivedFrame) => void) | undefined {
    return this.#mac.onFrame;
  }

  set onFrame(callback: ((frame: ReceivedFrame) => void) | undefined) {
    this.#mac.onFrame = callback;
  }

  setChannel(channel: number): void {
    const checked = checkChannel(channel);
    if (!this.#closed) this.#mac.setChannel(checked);
  }

  setAckAddresses(addresses: readonly MacAddress[]): void {
    const checked = checkAddresses(addresses, SIM_CAPABILITIES.maxAckAddresses);
    if (this.#closed) return;
    for (const mac of this.#mac.setAddresses(checked)) this.#owner.onShared(mac);
    this.#owner.onAddresses(this.station, checked);
  }

  setTxPower(dBm: number): void {
    const checked = checkPower(dBm);
    if (!this.#closed) this.#engine.links.setTxPower(this.station, checked);
  }

  setProtocol(protocol: number): void {
    if (!this.#closed) this.#engine.stations.setProtocol(this.station, protocol);
  }

  /** Frames that are on the air keep the strength they began with. Undefined: 1 m from everybody. */
  setPosition(position: Position | undefined): void {
    const checked = checkPosition(position);
    if (!this.#closed) this.#engine.links.setPosition(this.station, checked);
  }

  /** How this station is heard by `receiver`; say it for the other direction too. */
  setLink(receiver: SimPhy, link: Link): void {
    if (receiver.#engine !== this.#engine) throw new TypeError("receiver must be a station of the same air");
    const { delivery = 1, loss = 0 } = link;
    if (!(delivery >= 0 && delivery <= 1)) throw new RangeError(`delivery must be 0..1, not ${delivery}`);
    if (Number.isNaN(loss)) throw new RangeError("loss must be a number of dB, not NaN");
    if (this.#closed || receiver.#closed) return;
    this.#engine.links.setLink(this.station, receiver.station, link);
  }

  /** A sleep window from now on: the station hears only while it is open, or while a frame is being sent. */
  setWake(wake: WakeWindow | undefined): void {
    if (wake !== undefined) checkWake(wake);
    if (!this.#closed) this.#mac.setWake(wake);
  }

  transmit(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void {
    const { rate, noAck } = options;
    checkTransmission(frame, rate);
    const job = { frame: new Uint8Array(frame), rate, noAck, done };
    if (this.#closed) this.#mac.fail(job);
    else this.#mac.submit(job);
  }

  wait(deadlineMs: number): void {
    this.clock.wait(deadlineMs);
  }

  /** What the station is about, between two events: for `load`, on an air whose state was saved and loaded with it. @internal */
  save(): StationMacState {
    return this.#mac.save();
  }

  /** The air has been loaded (`Air.load`). `doneOf`: who is told what became of a frame that waits to be sent. @internal */
  load(state: StationMacState, doneOf: (frame: QueuedFrame) => (result: TransmitResult) => void): void {
    this.#mac.load(state, doneOf);
  }

  /** Takes the station off the air. More calls do nothing. */
  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#mac.close();
      this.#owner.onAddresses(this.station, []);
      this.#owner.onClosed(this);
      this.onState?.({ state: "closed" });
    }
    return Promise.resolve();
  }
}

function checkChannel(channel: number): number {
  return checkInteger(channel, "channel", 1, CHANNELS.length);
}

function checkPower(dBm: number): number {
  if (!Number.isFinite(dBm)) throw new RangeError(`txPower must be a number of dBm, not ${describe(dBm)}`);
  return dBm;
}

function checkWake({ intervalMs, windowMs }: WakeWindow): void {
  if (!(windowMs >= 0.001 && windowMs < intervalMs && intervalMs < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`wake must have a window shorter than its interval, not ${windowMs} of ${intervalMs} ms`);
  }
}
