/** When the receiver of a sleeping station is on. */
export interface WakeWindow {
  /** From the beginning of a window to that of the next, in ms. */
  readonly intervalMs: number;
  /** Length of a window, in ms; at most the interval. */
  readonly windowMs: number;
}

/** A cycle as it is saved. */
export interface WakeState {
  readonly window: WakeWindow | undefined;
  readonly changeUs: number;
  readonly isAwake: boolean;
}

/** The sleep of a station: its receiver is on in windows that come again and again. */
export class WakeCycle {
  #isAwake = true;
  #window: WakeWindow | undefined;
  #changeUs = 0;

  get isAwake(): boolean {
    return this.#isAwake;
  }

  /** When the window opens or closes next; undefined: it stays open. */
  get nextUs(): number | undefined {
    return this.#window === undefined ? undefined : this.#changeUs;
  }

  /** A window opens now. Undefined: it stays open. */
  begin(window: WakeWindow | undefined, nowUs: number): void {
    this.#window = window;
    this.#isAwake = true;
    this.#changeUs = nowUs + (window === undefined ? 0 : toUs(window.windowMs));
  }

  /** It is `nextUs`. */
  change(): void {
    const { intervalMs, windowMs } = this.#window as WakeWindow;
    this.#isAwake = !this.#isAwake;
    this.#changeUs += toUs(this.#isAwake ? windowMs : intervalMs - windowMs);
  }

  /** Nothing opens or closes any more. */
  end(): void {
    this.#window = undefined;
  }

  save(): WakeState {
    return { window: this.#window, changeUs: this.#changeUs, isAwake: this.#isAwake };
  }

  load({ window, changeUs, isAwake }: WakeState): void {
    this.#window = window;
    this.#changeUs = changeUs;
    this.#isAwake = isAwake;
  }
}

function toUs(ms: number): number {
  return Math.round(1000 * ms);
}
