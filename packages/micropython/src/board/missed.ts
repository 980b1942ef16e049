/** More kinds of hardware than a person would read of. */
const MAX_MISSED = 20;

/** Parts of a chip that are only there so that programs begin, by the numbers that python/machine gives them. */
export const MISSED_PARTS = ["registers", "sd-card"] as const;

/** Hardware that the program has looked for and that is not there. */
export type Missed =
  | { readonly kind: "i2c"; readonly bus: number; readonly address: number }
  | { readonly kind: "i2c-scan"; readonly bus: number }
  | { readonly kind: (typeof MISSED_PARTS)[number] }
  | { readonly kind: "adc" | "dht" | "onewire" | "pin"; readonly pin: number };

/** What a program has looked for in vain, each once. */
export class MissedHardware {
  readonly #missed = new Map<string, Missed>();

  add(missed: Missed): void {
    if (this.#missed.size < MAX_MISSED) this.#missed.set(JSON.stringify(missed), missed);
  }

  load(missed: readonly Missed[]): void {
    this.#missed.clear();
    for (const one of missed) this.add(one);
  }

  get all(): readonly Missed[] {
    return [...this.#missed.values()];
  }
}
