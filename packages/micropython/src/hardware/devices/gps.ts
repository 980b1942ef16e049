import { Alarm, type TimerState } from "aioespnow";
import { z } from "zod";
import type { Machine } from "../../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { flag, number, setting, wrong } from "../setting.ts";

/** Where a GPS receiver is, and when. */
export interface GpsPlace {
  /** The serial port: 0 to 2. Left out: whichever the program opens. */
  readonly uart?: number | undefined;
  /** The date and time at the start, ISO 8601. Default `"2026-01-01T00:00:00Z"`. */
  readonly time?: string;
}

/** Where a GPS receiver is on the globe. */
export interface GpsReadings {
  /** Whether it sees enough satellites. */
  readonly fix: boolean;
  /** Degrees, north is positive. */
  readonly latitude: number;
  /** Degrees, east is positive. */
  readonly longitude: number;
  /** Meters above the sea. */
  readonly altitude: number;
  /** km/h. */
  readonly speed: number;
  /** Degrees from north. */
  readonly course: number;
  /** How many satellites it sees. */
  readonly satellites: number;
}

const PERIOD_MS = 1000;
const KMH_PER_KNOT = 1.852;

/** What the constructor of `Gps` takes: its place, its readings at the start, its name. */
export type GpsSettings = GpsPlace & Partial<GpsReadings> & DeviceOptions;

/** A GPS receiver on a serial port: each second RMC and GGA of NMEA 0183, as a NEO-6M sends them. */
export class Gps extends Device<Required<GpsPlace>, GpsReadings> {
  /** As hardware files know it: `device: gps`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "gps",
    title: "GPS receiver on a serial port: NMEA 0183",
    source: "u-blox 6 receiver description, NMEA: RMC and GGA each second",
    place: {
      uart: setting(
        z.int(wrong("a serial port from 0 to 2")).min(0).max(2).optional(),
        "serial port",
        "the number of the UART; left out: whichever the program opens",
      ),
      time: setting(
        z.iso.datetime(wrong("like 2026-01-01T00:00:00Z")).default("2026-01-01T00:00:00Z"),
        "time",
        "date and time when the board is switched on, UTC",
      ),
    },
    readings: {
      fix: flag("fix", "whether it sees enough satellites"),
      latitude: number("latitude", -90, 90, "degrees, north is positive"),
      longitude: number("longitude", -180, 180, "degrees, east is positive"),
      altitude: number("altitude", -500, 20_000, "meters above the sea"),
      speed: number("speed", 0, 2000, "km/h"),
      course: number("course", 0, 360, "degrees from north"),
      satellites: number("satellites", 0, 24, "how many it sees"),
    },
    defaults: { fix: true, latitude: 52.5163, longitude: 13.3777, altitude: 34, speed: 0, course: 0, satellites: 8 },
    create: (machine, settings) => new Gps(machine, settings),
  };
  #nextMs: number;
  readonly #alarm: Alarm;
  #startMs: number;

  /** @throws RangeError for a port that the board does not have, and for readings out of range. */
  constructor(machine: Machine, settings: GpsSettings = {}) {
    super(machine, Gps.kind, settings);
    this.#startMs = machine.radio.clock.now();
    this.#nextMs = this.#startMs + PERIOD_MS;
    this.#alarm = new Alarm(machine.radio.clock, () => this.#report());
    this.#alarm.set(this.#nextMs);
  }

  protected apply(): void {}

  protected override saveInner(): unknown {
    return { startMs: this.#startMs, nextMs: this.#nextMs, alarm: this.#alarm.save() };
  }

  protected override loadInner(inner: unknown): void {
    const { startMs, nextMs, alarm } = inner as { startMs: number; nextMs: number; alarm: TimerState };
    this.#startMs = startMs;
    this.#nextMs = nextMs;
    this.#alarm.load(alarm);
  }

  #report(): void {
    for (const id of this.place.uart === undefined ? [0, 1, 2] : [this.place.uart]) {
      const uart = this.machine.uart(id);
      if (uart.isOpen) uart.write(this.#sentences());
    }
    this.#nextMs += PERIOD_MS;
    this.#alarm.set(this.#nextMs);
  }

  #sentences(): string {
    const { fix, latitude, longitude, altitude, speed, course, satellites } = this.readings;
    const iso = new Date(Date.parse(this.place.time) + this.#nextMs - this.#startMs).toISOString();
    const time = `${iso.slice(11, 19).replaceAll(":", "")}.00`;
    const date = `${iso.slice(8, 10)}${iso.slice(5, 7)}${iso.slice(2, 4)}`;
    const north = fix ? `${degrees(latitude, 2)},${latitude < 0 ? "S" : "N"}` : ",";
    const east = fix ? `${degrees(longitude, 3)},${longitude < 0 ? "W" : "E"}` : ",";
    const motion = fix ? `${(speed / KMH_PER_KNOT).toFixed(3)},${course.toFixed(2)}` : ",";
    const rmc = `GPRMC,${time},${fix ? "A" : "V"},${north},${east},${motion},${date},,,${fix ? "A" : "N"}`;
    const count = String(Math.round(satellites)).padStart(2, "0");
    const height = fix ? `1,${count},1.0,${altitude.toFixed(1)},M,0.0,M` : `0,${count},99.99,,,,`;
    return [rmc, `GPGGA,${time},${north},${east},${height},,`].map(sentence).join("");
  }
}

/** Degrees and minutes: `5231.28571`. */
function degrees(value: number, digits: number): string {
  const minutes = (Math.abs(value) * 60).toFixed(5);
  const whole = Math.floor(Number(minutes) / 60);
  return String(whole).padStart(digits, "0") + (Number(minutes) - whole * 60).toFixed(5).padStart(8, "0");
}

/** With the checksum: all bytes between $ and * by exclusive or. */
function sentence(body: string): string {
  const sum = [...body].reduce((sum, character) => sum ^ character.charCodeAt(0), 0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}\r\n`;
}
