import type { TransmitOptions, TransmitResult } from "../phy.ts";
import type { Air } from "../sim/air.ts";
import { DEFAULT_MODEL } from "../sim/air-model.ts";
import type { ProfileName } from "../sim/profile.ts";
import type { SimPhy } from "../sim/sim-phy.ts";

/**
 * The stations of an air that lives longer than its clients. A simulated air keeps a place for every station that it ever
 * had; so a station whose client has left is used again.
 */
export class StationPool {
  readonly #air: Air;
  readonly #idle = new Map<ProfileName, SimPhy[]>();

  constructor(air: Air) {
    this.#air = air;
  }

  /** A station that is off; or a promiscuous one, which is never off, and so not used again. */
  take(profile: ProfileName, promiscuous: boolean): PooledStation {
    if (promiscuous) {
      const monitor = this.#air.phy({ profile, promiscuous });
      return new PooledStation(monitor, () => void monitor[Symbol.asyncDispose]());
    }
    const phy = this.#idle.get(profile)?.pop() ?? this.#air.phy({ profile });
    return new PooledStation(phy, () => this.#giveBack(profile, phy));
  }

  #giveBack(profile: ProfileName, phy: SimPhy): void {
    const idle = this.#idle.get(profile);
    if (idle === undefined) this.#idle.set(profile, [phy]);
    else idle.push(phy);
  }
}

/** A station while a client has it. */
export class PooledStation {
  readonly phy: SimPhy;
  readonly #giveBack: () => void;
  #pending = 0;
  #left = false;

  constructor(phy: SimPhy, giveBack: () => void) {
    this.phy = phy;
    this.#giveBack = giveBack;
  }

  /** As `Phy.transmit`; but nothing is reported to a client that has left. */
  transmit(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void {
    this.#pending++;
    this.phy.transmit(frame, options, (result) => {
      this.#pending--;
      if (!this.#left) done(result);
      else if (this.#pending === 0) this.#giveBack();
    });
  }

  /** The client has left: nothing is heard any more. What is in the station's queue still goes out. */
  leave(): void {
    this.#left = true;
    this.phy.onFrame = undefined;
    this.phy.setAckAddresses([]);
    this.phy.setChannel(1);
    this.phy.setTxPower(DEFAULT_MODEL.txPower);
    if (this.#pending === 0) this.#giveBack();
  }
}
