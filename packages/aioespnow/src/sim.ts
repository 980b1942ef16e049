import { type AirOptions, Air as FrameAir, type StationOptions } from "./phy/sim/air.ts";
import { profileOf } from "./phy/sim/profile.ts";
import type { SimPhy } from "./phy/sim/sim-phy.ts";
import { PacketNumbers } from "./radio/soft-mac/packet-numbers.ts";
import { SoftMacRadio } from "./radio/soft-mac/soft-mac.ts";
import { type SoftMacOptions, UNLIMITED } from "./radio/soft-mac/soft-mac-options.ts";
import { SeededRandom } from "./util/rng.ts";

export { type CaptureOptions, CapturePhy } from "./phy/capture-phy.ts";
export { type FaultOptions, FaultPhy, type FaultRule, type Faults } from "./phy/fault-phy.ts";
export { type ReplayCounters, type ReplayOptions, ReplayPhy } from "./phy/replay-phy.ts";
export type { AirOptions, Hold, StationOptions, Transmission } from "./phy/sim/air.ts";
export { type AirModel, DEFAULT_MODEL, type Fading } from "./phy/sim/air-model.ts";
export type { AirCounters } from "./phy/sim/counters.ts";
export type { Link, Position } from "./phy/sim/links.ts";
export { PROFILES, type Profile, type ProfileName, type RateStep } from "./phy/sim/profile.ts";
export type { SimPhy } from "./phy/sim/sim-phy.ts";
export type { WakeWindow } from "./phy/sim/station-mac.ts";
export { type PhyEvent, TracePhy } from "./phy/trace-phy.ts";
export { type RandomSource, SeededRandom } from "./util/rng.ts";
export { SystemClock, systemClock } from "./util/system-clock.ts";
export { VirtualClock } from "./util/virtual-clock.ts";

/** A station on the air with ESP-NOW on it. `promiscuous`: it hears what is sent to others too. */
export interface SimRadioOptions
  extends Omit<StationOptions, "mac">,
    Omit<SoftMacOptions, "channel" | "family" | "promiscuous" | "random" | "txBuffers"> {}

/** A radio on a simulated air: also a place, a profile, a wake window. */
export class SimRadio extends SoftMacRadio {
  /** The station below: where it is and when it sleeps can be changed. */
  readonly phy: SimPhy;

  constructor(phy: SimPhy, options: SoftMacOptions) {
    super(phy, options);
    this.phy = phy;
  }
}

/**
 * A simulated 2.4 GHz air: seeded and deterministic, in virtual time unless it is given another clock.
 *
 *     const air = new Air({ seed: 1 });
 *     const gateway = new AIOESPNow(air.radio({ position: { x: 0, y: 0 } }));
 */
export class Air extends FrameAir {
  readonly #random: SeededRandom;
  readonly #packetNumbers = new PacketNumbers();

  constructor(options: AirOptions = {}) {
    super(options);
    this.#random = new SeededRandom(((options.seed ?? 1) ^ 0x5eed) >>> 0);
  }

  /** A radio on this air. It is an ESP32 (v2) unless `profile` says otherwise; a `host` has no limit of peers. */
  radio({ mac, channel, txPower, ...options }: SimRadioOptions = {}): SimRadio {
    const { profile = "esp32" } = options;
    const random = new SeededRandom(this.#random.uint32());
    const phy = this.phy(options);
    try {
      const radio = new SimRadio(phy, {
        version: profile === "esp8266" ? 1 : 2,
        ...(profile === "host" ? UNLIMITED : {}),
        packetNumbers: this.#packetNumbers,
        ...options,
        ...(mac === undefined ? {} : { mac }),
        family: profile === "esp8266" ? "esp8266" : "esp32",
        txBuffers: profileOf(profile).queueLimit,
        random,
      });
      if (channel !== undefined) radio.channel = channel;
      if (txPower !== undefined) radio.txPower = txPower;
      return radio;
    } catch (error) {
      void phy[Symbol.asyncDispose](); // what was refused leaves no station on the air
      throw error;
    }
  }
}
