/** More kinds of hardware than a person would read of. */
const MAX_MISSED = 20;

/** Parts of a chip that are only there so that programs begin, by the numbers that python/machine gives them. */
export const MISSED_PARTS = ["registers", "flash"] as const;

/** Hardware that the program has looked for and that is not there. */
export type MissedPart =
  | {
      /** The program addressed a device on I2C, and none answered. */
      readonly kind: "i2c";
      /** Number of the bus; -1 is `SoftI2C`. */
      readonly bus: number;
      /** The 7-bit address. */
      readonly address: number;
    }
  | {
      /** The program looked for devices on I2C, and there is none. */
      readonly kind: "i2c-scan";
      /** Number of the bus; -1 is `SoftI2C`. */
      readonly bus: number;
    }
  | {
      /** The program used a part of the chip that does nothing here. */
      readonly kind: (typeof MISSED_PARTS)[number];
    }
  | {
      /** The program used an `SDCard`, and no card is in it. */
      readonly kind: "sd-card";
    }
  | {
      /** The program tried to connect, and there is no access point of that name, or it has another password. */
      readonly kind: "access-point" | "password";
      /** The name that it looked for. */
      readonly ssid: string;
    }
  | {
      /** The program read a pin that nothing is connected to, or looked for a sensor at it. */
      readonly kind: "adc" | "dht" | "onewire" | "pin";
      /** Number of the pin. */
      readonly pin: number;
    };

/** What a program has looked for in vain, each once. */
export class MissedHardware {
  readonly #missed = new Map<string, MissedPart>();

  /** Notes it, once; of more than 20 the first. */
  add(missed: MissedPart): void {
    if (this.#missed.size < MAX_MISSED) this.#missed.set(JSON.stringify(missed), missed);
  }

  /** @internal */
  load(missed: readonly MissedPart[]): void {
    this.#missed.clear();
    for (const one of missed) this.add(one);
  }

  /** In the order in which the program looked. */
  get all(): readonly MissedPart[] {
    return [...this.#missed.values()];
  }
}
