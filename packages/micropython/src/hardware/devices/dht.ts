import type { Climate } from "../../board/analog.ts";
import type { Machine } from "../../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { type Connected, connected } from "../i2c.ts";
import { inputPin, number } from "../setting.ts";

/** Where a DHT is. */
export interface DhtPlace {
  /** The pin that it is connected to. */
  readonly pin: number;
}

/** What a DHT measures. */
export interface DhtReadings extends Climate, Connected {}

/** What the constructors of `Dht11` and `Dht22` take: its place, its readings at the start, its name. */
export type DhtSettings = DhtPlace & Partial<DhtReadings> & DeviceOptions;

abstract class Dht extends Device<DhtPlace, DhtReadings> {
  constructor(machine: Machine, kind: DeviceKind, settings: DhtSettings) {
    super(machine, kind, settings);
    this.apply();
  }

  protected apply(): void {
    const { connected: isThere, temperature, humidity } = this.readings;
    this.machine.dht(this.place.pin).measured = isThere ? { temperature, humidity } : undefined;
  }
}

const place = { pin: inputPin("the pin of the data line") };
const defaults = { temperature: 21, humidity: 50, connected: true };

/** A DHT11, for `dht.DHT11`: whole degrees and per cent. */
export class Dht11 extends Dht {
  /** As hardware files know it: `device: dht11`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "dht11",
    title: "DHT11: temperature and humidity",
    source: "Aosong DHT11 datasheet",
    place,
    readings: {
      temperature: number("temperature", 0, 50, "degrees Celsius"),
      humidity: number("humidity", 20, 90, "per cent"),
      connected,
    },
    defaults,
    create: (machine, settings) => new Dht11(machine, settings as DhtSettings),
  };

  /** @throws RangeError for a pin that the board does not have, and for readings out of range. */
  constructor(machine: Machine, settings: DhtSettings) {
    super(machine, Dht11.kind, settings);
  }
}

/** A DHT22 (AM2302), for `dht.DHT22`: tenths of a degree and of a per cent. */
export class Dht22 extends Dht {
  /** As hardware files know it: `device: dht22`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "dht22",
    title: "DHT22 (AM2302): temperature and humidity",
    source: "Aosong AM2302 datasheet",
    place,
    readings: {
      temperature: number("temperature", -40, 80, "degrees Celsius"),
      humidity: number("humidity", 0, 100, "per cent"),
      connected,
    },
    defaults,
    create: (machine, settings) => new Dht22(machine, settings as DhtSettings),
  };

  /** @throws RangeError for a pin that the board does not have, and for readings out of range. */
  constructor(machine: Machine, settings: DhtSettings) {
    super(machine, Dht22.kind, settings);
  }
}
