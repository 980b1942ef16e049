import { Alarm, type Radio, type TimerState } from "aioespnow";

/** Channels of 2.4 GHz that a station looks at, and how long: what a scan of an ESP32 takes by default. */
const LAST_CHANNEL = 13;
const DWELL_MS = 120;

/** Which channel is looked at, and where the radio goes back to; undefined: none is. */
export interface SweepState {
  readonly home: number | undefined;
  readonly next: number;
  readonly last: number;
  readonly alarm: TimerState | undefined;
}

/**
 * A station that looks for access points: its radio is on one channel after the other meanwhile, and hears and sends
 * nothing on its own.
 */
export class ChannelSweep {
  readonly #radio: Radio;
  readonly #alarm: Alarm;
  #home: number | undefined;
  #next = 1;
  #last = LAST_CHANNEL;

  constructor(radio: Radio) {
    this.#radio = radio;
    this.#alarm = new Alarm(radio.clock, () => this.#step());
  }

  /** From channel 1 to `last`, and back. */
  start(last = LAST_CHANNEL): void {
    this.#home ??= this.#radio.channel;
    this.#next = 1;
    this.#last = last;
    this.#step();
  }

  /** The radio is where it was. */
  stop(): void {
    this.#alarm.clear();
    const home = this.#home;
    this.#home = undefined;
    if (home !== undefined) this.#radio.channel = home;
  }

  save(): SweepState {
    return { home: this.#home, next: this.#next, last: this.#last, alarm: this.#alarm.save() };
  }

  load({ home, next, last, alarm }: SweepState): void {
    [this.#home, this.#next, this.#last] = [home, next, last];
    this.#alarm.load(alarm);
  }

  #step(): void {
    if (this.#next > this.#last) {
      this.stop();
    } else {
      this.#radio.channel = this.#next++;
      this.#alarm.set(this.#radio.clock.now() + DWELL_MS);
    }
  }
}
