import { type AirOptions, type AirState, Air as FrameAir, type StationOptions } from "../phy/sim/air.ts";
import { profileOf } from "../phy/sim/profile.ts";
import type { SimPhy } from "../phy/sim/sim-phy.ts";
import type { StationMacState } from "../phy/sim/station-mac-state.ts";
import type { SendDone } from "../radio/radio.ts";
import { PacketNumbers, type PacketNumbersState } from "../radio/soft-mac/packet-numbers.ts";
import { SoftMacRadio, type SoftMacState } from "../radio/soft-mac/soft-mac.ts";
import { type SoftMacOptions, UNLIMITED } from "../radio/soft-mac/soft-mac-options.ts";
import { SeededRandom } from "../util/rng.ts";
import { systemClock } from "../util/system-clock.ts";
import { VirtualClock } from "../util/virtual-clock.ts";
import { opened, type RadioOpener } from "./opening.ts";
import { checkNames, oneOf, stationParameters, toNumber } from "./parameters.ts";

/** A station on the air with ESP-NOW on it. `promiscuous`: it hears what is sent to others too. */
export interface SimRadioOptions
  extends Omit<StationOptions, "mac">,
    Omit<SoftMacOptions, "channel" | "family" | "promiscuous" | "random" | "txBuffers"> {}

/** The state of a radio on a simulated air. Its keys are in the clear. @internal */
export interface SimRadioState {
  /** The four words of its random source. */
  readonly random: readonly number[];
  /** What the MAC in software knows. */
  readonly mac: SoftMacState;
  /** What its station on the air is about. */
  readonly phy: StationMacState;
}

/** The state of a simulated air, without that of its radios. @internal */
export interface SimAirState extends AirState {
  /** The four words of the random source of its radios. */
  readonly random: readonly number[];
  /** The last packet number of each key. */
  readonly packetNumbers: PacketNumbersState;
}

/** A radio on a simulated air. It also has a position, a profile, and a wake window. */
export class SimRadio extends SoftMacRadio {
  /** The station below: where it is and when it sleeps can be changed. */
  readonly phy: SimPhy;
  readonly #random: SeededRandom;

  /**
   * Called by `Air.radio`.
   * @param random a source of its own, whose state is saved with the radio.
   */
  constructor(phy: SimPhy, options: Omit<SoftMacOptions, "random">, random: SeededRandom) {
    super(phy, { ...options, random });
    this.phy = phy;
    this.#random = random;
  }

  /** What `load` brings back, between two events (`Air.save`). What it shares with the radio is to be copied. @internal */
  save(): SimRadioState {
    return { random: this.#random.state, mac: this.saveMac(), phy: this.phy.save() };
  }

  /** The air has been loaded. `reports` are told what becomes of the messages on their way, in the order of their sending. @internal */
  load({ random, mac, phy }: SimRadioState, reports: readonly SendDone[]): void {
    this.#random.state = random;
    this.loadMac(mac, reports.length);
    let index = 0;
    this.phy.load(phy, ({ frame }) => this.resultOf(frame, reports[index++] as SendDone));
  }

  /** Draws other numbers from now on. */
  reseed(seed: number): void {
    this.#random.state = new SeededRandom(seed).state;
  }
}

/**
 * A simulated 2.4 GHz air: seeded and deterministic, in virtual time unless it is given another clock.
 * @example
 * import { AIOESPNow } from "aioespnow";
 * import { Air } from "aioespnow/sim";
 *
 * const air = new Air({ seed: 1 });
 * const gateway = new AIOESPNow(air.radio({ position: { x: 0, y: 0 } }));
 * const sensor = new AIOESPNow(air.radio({ position: { x: 40, y: 0 } }));
 */
export class Air extends FrameAir {
  readonly #random: SeededRandom;
  readonly #packetNumbers = new PacketNumbers();

  /** @throws RangeError for a seed or a setting of the model that is out of range; TypeError for one that is not a number. */
  constructor(options: AirOptions = {}) {
    super(options);
    this.#random = new SeededRandom(((options.seed ?? 1) ^ 0x5eed) >>> 0);
  }

  /** @internal */
  override save(): SimAirState {
    return { ...super.save(), random: this.#random.state, packetNumbers: this.#packetNumbers.save() };
  }

  /** @internal */
  override load(state: SimAirState): void {
    super.load(state);
    this.#random.state = state.random;
    this.#packetNumbers.load(state.packetNumbers);
  }

  /** A radio on this air. It is an ESP32 (v2) unless `profile` says otherwise; a `host` has no limit of peers. */
  radio({ mac, channel, txPower, ...options }: SimRadioOptions = {}): SimRadio {
    const { profile = "esp32" } = options;
    const random = new SeededRandom(this.#random.uint32());
    const phy = this.phy(options);
    try {
      const radio = new SimRadio(
        phy,
        {
          version: profile === "esp8266" ? 1 : 2,
          ...(profile === "host" ? UNLIMITED : {}),
          packetNumbers: this.#packetNumbers,
          ...options,
          ...(mac === undefined ? {} : { mac }),
          family: profile === "esp8266" ? "esp8266" : "esp32",
          txBuffers: profileOf(profile).queueLimit,
        },
        random,
      );
      if (channel !== undefined) radio.channel = channel;
      if (txPower !== undefined) radio.txPower = txPower;
      return radio;
    } catch (error) {
      void phy[Symbol.asyncDispose](); // what was refused leaves no station on the air
      throw error;
    }
  }
}

/** `sim:` or `sim:NAME`: a simulated air of this thread. */
export const simOpener: RadioOpener = {
  radio(name, parameters, { packetNumbers } = {}) {
    checkNames("sim", parameters, ["mac", "profile", "version", "seed", "clock"]);
    const station = stationParameters(parameters);
    return opened(
      simAir(name, parameters).radio({ ...station, ...(packetNumbers === undefined ? {} : { packetNumbers }) }),
    );
  },
  phy(name, parameters) {
    checkNames("sim", parameters, ["seed", "clock"]);
    return simAir(name, parameters).phy({ profile: "host", promiscuous: true });
  },
};

const MAX_SEED = 0xffff_ffff;

/** The airs of `sim:` URLs, by name: two radios of one name hear each other. */
const airs = new Map<string, Air>();

function simAir(name: string, parameters: URLSearchParams): Air {
  const seed = parameters.get("seed");
  const kind = oneOf("clock", parameters.get("clock"), ["system", "virtual"] as const);
  const known = airs.get(name);
  if (known !== undefined && known.stationCount > 0) {
    if (seed !== null || (kind ?? known.clock.kind) !== known.clock.kind) {
      throw new RangeError(`the air "sim:${name}" is open already: seed and clock are its first radio's to choose`);
    }
    return known;
  }
  const air = new Air({
    ...(seed === null ? {} : { seed: toNumber("seed", seed, `a whole number from 0 to ${MAX_SEED}`, isSeed) }),
    clock: kind === "virtual" ? new VirtualClock() : systemClock,
  });
  airs.set(name, air);
  return air;
}

function isSeed(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_SEED;
}
