import { encodeActionHeader } from "#lib/codec/dot11.ts";
import { BROADCAST, type MacAddress, toMac } from "#lib/codec/mac-address.ts";
import { Rate } from "#lib/codec/rate.ts";
import type { TransmitOptions, TransmitResult } from "#lib/phy/phy.ts";
import { Air, type AirOptions } from "#lib/phy/sim/air.ts";
import { EXACT_MODEL } from "#lib/phy/sim/air-model.ts";
import type { SimPhy, StationOptions } from "#lib/phy/sim/sim-phy.ts";

export const AT_1M: TransmitOptions = { rate: Rate.RATE_1M, noAck: false };

/** Microseconds of short-slot 802.11 that the tests calculate with. */
export const SIFS = 10;
export const DIFS = 28;
/** Airtime at 1 Mbit/s of the 60-byte frames below, and of an ACK. */
export const FRAME_US = 192 + 8 * 64;
export const ACK_US = 304;

/** The address of the `n`th station. */
export function mac(n: number): MacAddress {
  return toMac(Uint8Array.of(0x02, 0, 0, 0, 0, n));
}

/** An action frame of 60 bytes. */
export function frameTo(destination: MacAddress, from: number, mark = 0): Uint8Array {
  const frame = new Uint8Array(60).fill(mark, 24);
  encodeActionHeader(frame, 0, {
    destination,
    source: mac(from),
    bssid: BROADCAST,
    sequenceNumber: mark,
    protected: false,
  });
  return frame;
}

/** One line of an air's trace. */
export interface Traced {
  readonly station: number;
  readonly start: number;
  readonly end: number;
  readonly isAck: boolean;
  readonly retry: boolean;
  readonly duration: number;
}

/**
 * An air whose stations and transmissions are recorded. Its model
 * is the exact one, and its stations have no software time, unless the test says otherwise.
 */
export class RecordedAir {
  readonly air: Air;
  readonly trace: Traced[] = [];
  /** Of each station, in order: the marks of the frames that it heard, and the strengths. */
  readonly marks: number[][] = [];
  readonly rssi: number[][] = [];
  readonly results: TransmitResult[] = [];

  constructor(options: AirOptions = {}) {
    this.air = new Air({ ...options, model: { ...EXACT_MODEL, ...options.model } });
    this.air.observe((event) => {
      if (event.kind !== "transmission") return;
      const { station, startUs, endUs, isAck, frame } = event.transmission;
      const retry = ((frame[1] as number) & 0x08) !== 0;
      const duration = (frame[2] as number) | ((frame[3] as number) << 8);
      this.trace.push({ station, start: startUs, end: endUs, isAck, retry, duration });
    });
  }

  /** A station that answers to `mac(n)`, where it is the `n`th. */
  station(options: StationOptions = {}): SimPhy {
    const n = this.marks.length;
    const phy = this.air.phy({ mac: mac(n), profile: "host", ...options });
    const marks: number[] = [];
    const rssi: number[] = [];
    this.marks.push(marks);
    this.rssi.push(rssi);
    phy.onFrame = (frame) => {
      marks.push(frame.bytes[24] ?? -1);
      rssi.push(frame.rssi ?? Number.NaN);
    };
    return phy;
  }

  /** Sends a frame at `atMs`; what became of it is added to `results`. */
  send(phy: SimPhy, destination: MacAddress, atMs = 0, mark = 0, options = AT_1M): void {
    const frame = frameTo(destination, phy.station, mark);
    const send = () => phy.transmit(frame, options, (result) => void this.results.push(result));
    this.air.clock.schedule(atMs, send);
  }

  run(untilMs = 1000): void {
    this.air.clock.wait(untilMs);
  }
}
