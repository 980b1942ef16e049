import type { MacAddress } from "../../codec/mac-address.ts";
import { Observers } from "../../util/observers.ts";
import type { ReceivedFrame, TransmitOptions, TransmitResult } from "../phy.ts";
import type { Air } from "../sim/air.ts";
import type { Position } from "../sim/position.ts";
import type { ProfileName } from "../sim/profile.ts";
import type { SimPhy } from "../sim/sim-phy.ts";

/** A station of a shared air, as its host sees it. Its counts go on as long as a program has it. */
export interface AirStation {
  /** Which device it behaves like. */
  readonly profile: ProfileName;
  /** It hears every frame on its channel. */
  readonly promiscuous: boolean;
  /** What it answers to. None: it is off. */
  readonly addresses: readonly MacAddress[];
  /** When it was switched on, in milliseconds on the clock of the air. */
  readonly sinceMs: number;
  /** What it sent and heard. */
  readonly counts: Readonly<StationCounts>;
}

/** What a station has sent. */
export interface StationCounts {
  /** Frames that it was given to send, each counted once. One ESP-NOW message is one of them. */
  messages: number;
  /** Transmissions: with every repetition, without ACKs. */
  frames: number;
  /** Messages that were acknowledged. */
  acked: number;
  /** Messages that asked for an acknowledgement and got none. */
  noAck: number;
}

/** The stations of an air that lives longer than its members. */
export class StationPool {
  /** Called for each station that was switched on, and for each that was switched off or has left. */
  readonly observers: Observers<AirStation> = new Observers();
  readonly #air: Air;
  readonly #positions: ReadonlyMap<MacAddress, Position>;
  readonly #on = new Set<AirStation>();

  /** `positions`: where the stations with these addresses are, whenever they come. */
  constructor(air: Air, positions: ReadonlyMap<MacAddress, Position> = new Map()) {
    this.#air = air;
    this.#positions = positions;
  }

  /** Those that are on, in the order in which they were switched on. */
  get stations(): readonly AirStation[] {
    return [...this.#on];
  }

  /** A new station, which is off unless it is promiscuous. */
  take(profile: ProfileName, promiscuous: boolean): PooledStation {
    const phy = this.#air.phy({ profile, promiscuous });
    return new PooledStation(phy, profile, promiscuous, (station) => this.#onAddresses(station, phy));
  }

  #onAddresses(station: PooledStation, phy: SimPhy): void {
    const { addresses } = station;
    const known = addresses.map((mac) => this.#positions.get(mac)).find((position) => position !== undefined);
    if (this.#positions.size > 0) phy.setPosition(known);
    const isOn = addresses.length > 0;
    if (isOn === this.#on.has(station)) return;
    if (isOn) this.#on.add(station);
    else this.#on.delete(station);
    this.observers.tell(station);
  }
}

/** A station while a member has it. */
export class PooledStation implements AirStation {
  readonly profile: ProfileName;
  readonly promiscuous: boolean;
  readonly counts: StationCounts = { messages: 0, frames: 0, acked: 0, noAck: 0 };
  addresses: readonly MacAddress[] = [];
  sinceMs = 0;
  readonly #phy: SimPhy;
  readonly #onAddresses: (station: PooledStation) => void;
  /** When it was given a frame last, on the clock of the air. */
  #givenMs = Number.NEGATIVE_INFINITY;
  #pending = 0;
  #left = false;

  /** `onAddresses` is called when it answers to others than before. */
  constructor(phy: SimPhy, profile: ProfileName, promiscuous: boolean, onAddresses: (station: PooledStation) => void) {
    this.#phy = phy;
    this.profile = profile;
    this.promiscuous = promiscuous;
    this.#onAddresses = onAddresses;
  }

  set onFrame(callback: (frame: ReceivedFrame) => void) {
    this.#phy.onFrame = callback;
  }

  setChannel(channel: number): void {
    this.#phy.setChannel(channel);
  }

  setTxPower(dBm: number): void {
    this.#phy.setTxPower(dBm);
  }

  setProtocol(protocol: number): void {
    this.#phy.setProtocol(protocol);
  }

  setAddresses(addresses: readonly MacAddress[]): void {
    if (this.addresses.length === 0) this.sinceMs = this.#phy.clock.now();
    this.addresses = addresses;
    this.#onAddresses(this);
    this.#phy.setAckAddresses(addresses);
  }

  /** As `Phy.transmit`; but nothing is reported to a member that has left. */
  transmit(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void {
    this.#pending++;
    this.#givenMs = this.#phy.clock.now();
    this.#phy.transmit(frame, options, (result) => {
      this.#pending--;
      this.#count(result);
      if (!this.#left) done(result);
      else if (this.#pending === 0) void this.#phy[Symbol.asyncDispose]();
    });
  }

  /** As `Phy.whenElapsed`. What is due on the air until then comes before. */
  whenElapsed(ms: number, done: () => void): void {
    const { clock } = this.#phy;
    clock.schedule(Math.max(clock.now(), this.#givenMs + ms), done);
  }

  /** The member has left: nothing is heard any more. What is in the station's queue still goes out. */
  leave(): void {
    this.#left = true;
    this.#phy.onFrame = undefined;
    this.setAddresses([]);
    if (this.#pending === 0) void this.#phy[Symbol.asyncDispose]();
  }

  #count(result: TransmitResult): void {
    if (result.status === "busy" || result.status === "failed") return;
    const { counts } = this;
    counts.messages++;
    counts.frames += "attempts" in result ? result.attempts : 1;
    if (result.status === "acked") counts.acked++;
    if (result.status === "no-ack") counts.noAck++;
  }
}
