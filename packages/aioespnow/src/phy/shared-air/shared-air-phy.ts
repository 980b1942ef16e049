import type { MacAddress } from "../../codec/mac-address.ts";
import { EspNowError } from "../../errors.ts";
import { checkInteger, describe } from "../../util/check.ts";
import type { Clock } from "../../util/clock.ts";
import { PendingCalls } from "../pending-calls.ts";
import type { Phy, PhyCapabilities, PhyState, ReceivedFrame, TransmitOptions, TransmitResult } from "../phy.ts";
import { PROFILES, type ProfileName } from "../sim/profile.ts";
import { SIM_CAPABILITIES } from "../sim/sim-phy.ts";
import { CHANNELS, checkAddresses, checkTransmission } from "../station-limits.ts";
import type { Report, Request } from "./air-messages.ts";

/** What a station needs of the air that it is on. */
export interface StationOwner {
  readonly clock: Clock;
  /** Why there is no air at the moment; undefined: there is one, or will be soon. */
  readonly down: EspNowError | undefined;
  post(request: Request): void;
  /** The station is closed. */
  leave(station: number): Promise<void>;
}

/** A station of a shared air, whoever hosts it. `JoinedAir.phy()` makes them. */
export class SharedAirPhy implements Phy {
  readonly capabilities: PhyCapabilities = SIM_CAPABILITIES;
  onFrame: ((frame: ReceivedFrame) => void) | undefined;
  onState: ((state: PhyState) => void) | undefined;
  readonly #air: StationOwner;
  readonly #station: number;
  readonly #queueLimit: number;
  /** Frames whose reports are to come, by their id. */
  readonly #unreported = new Map<number, (result: TransmitResult) => void>();
  /** Who waits for the air's clock, by id. */
  readonly #waiting = new Map<number, () => void>();
  readonly #pending: PendingCalls;
  #lastId = 0;
  #closed = false;

  constructor(air: StationOwner, station: number, profile: ProfileName, promiscuous: boolean) {
    this.#air = air;
    this.#station = station;
    this.#queueLimit = PROFILES[profile].queueLimit;
    this.#pending = new PendingCalls(air.clock);
    air.post({ type: "open", station, profile, promiscuous });
  }

  get clock(): Clock {
    return this.#air.clock;
  }

  setChannel(channel: number): void {
    checkInteger(channel, "channel", 1, CHANNELS.length);
    if (!this.#closed) this.#air.post({ type: "channel", station: this.#station, channel });
  }

  setAckAddresses(addresses: readonly MacAddress[]): void {
    const checked = checkAddresses(addresses, SIM_CAPABILITIES.maxAckAddresses);
    if (!this.#closed) this.#air.post({ type: "addresses", station: this.#station, addresses: checked });
  }

  setTxPower(dBm: number): void {
    if (!Number.isFinite(dBm)) throw new RangeError(`txPower must be a number of dBm, not ${describe(dBm)}`);
    if (!this.#closed) this.#air.post({ type: "power", station: this.#station, dBm });
  }

  setProtocol(protocol: number): void {
    if (!this.#closed) this.#air.post({ type: "protocol", station: this.#station, protocol });
  }

  transmit(frame: Uint8Array, { rate, noAck }: TransmitOptions, done: (result: TransmitResult) => void): void {
    checkTransmission(frame, rate);
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      const refuse = (): void => done(refusal);
      this.#pending.at(this.clock.now(), refuse, refuse);
      return;
    }
    this.#lastId = (this.#lastId + 1) >>> 0;
    this.#unreported.set(this.#lastId, done);
    this.#air.post({ type: "transmit", station: this.#station, id: this.#lastId, rate, noAck, frame });
  }

  whenElapsed(ms: number, done: () => void): void {
    if (this.#refusal()?.status === "failed") {
      this.#pending.at(this.clock.now(), done, done);
      return;
    }
    this.#lastId = (this.#lastId + 1) >>> 0;
    this.#waiting.set(this.#lastId, done);
    this.#air.post({ type: "elapse", station: this.#station, id: this.#lastId, ms });
  }

  wait(deadlineMs: number): void {
    this.clock.wait(deadlineMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const left = this.#air.leave(this.#station);
    this.#failAll(closedError());
    this.#pending.close();
    this.onState?.({ state: "closed" });
    await left;
  }

  /** For the air: what became of a frame. */
  report({ id, status, attempts }: Report): void {
    const done = this.#unreported.get(id);
    this.#unreported.delete(id);
    switch (status) {
      case "acked":
      case "no-ack":
        done?.({ status, attempts });
        break;
      case "failed":
        done?.({ status, error: new EspNowError("ERR_RADIO_DOWN", "the host of the air has closed it") });
        break;
      default:
        done?.({ status });
    }
  }

  /** For the air: the time is over that was asked for. */
  elapsed(id: number): void {
    const done = this.#waiting.get(id);
    this.#waiting.delete(id);
    done?.();
  }

  /** For the air: there is no air any more, and why; or there is one again. */
  changeState(down: string | undefined): void {
    if (down !== undefined) this.#failAll(new EspNowError("ERR_RADIO_DOWN", down));
    this.onState?.(down === undefined ? { state: "up" } : { state: "down", reason: down });
  }

  /** Why a frame goes nowhere; undefined: it goes. */
  #refusal(): TransmitResult | undefined {
    const error = this.#closed ? closedError() : this.#air.down;
    if (error !== undefined) return { status: "failed", error };
    return this.#unreported.size < this.#queueLimit ? undefined : { status: "busy" };
  }

  #failAll(error: EspNowError): void {
    const unreported = [...this.#unreported.values()];
    this.#unreported.clear();
    for (const done of unreported) done({ status: "failed", error });
    for (const id of [...this.#waiting.keys()]) this.elapsed(id);
  }
}

function closedError(): EspNowError {
  return new EspNowError("ERR_RADIO_CLOSED", "the radio was closed");
}
