import type { Clock } from "aioespnow";

/** Who may have a turn. */
export interface Player {
  /** It is this one's turn now. */
  play(): void;
  /** Its turn has lasted for `LONG_TURN_MS`. It is told again unless this is true. */
  tooLong(): boolean;
}

/** In real milliseconds. Who takes longer computes, and keeps all others waiting. */
export const LONG_TURN_MS = 10_000;

/**
 * One program runs at a time, in the order in which they were woken: so programs on one virtual clock act in the same
 * order at every run, although each has a thread of its own.
 */
export class Turns {
  static readonly #turns = new WeakMap<Clock, Turns>();
  readonly #waiting: Player[] = [];
  #playing: Player | undefined;
  /** Counts the turns. */
  #turn = 0;
  #watch: NodeJS.Timeout | undefined;

  /** The turns of all programs on a clock. */
  static of(clock: Clock): Turns {
    let turns = Turns.#turns.get(clock);
    if (turns === undefined) {
      turns = new Turns();
      Turns.#turns.set(clock, turns);
    }
    return turns;
  }

  /** Asks for a turn. One who has one, or waits for one, is left as he is. */
  ask(player: Player): void {
    if (this.#playing === player || this.#waiting.includes(player)) return;
    this.#waiting.push(player);
    this.#next();
  }

  has(player: Player): boolean {
    return this.#playing === player;
  }

  /** The turn is over, or the wish for one is. */
  end(player: Player): void {
    const index = this.#waiting.indexOf(player);
    if (index >= 0) this.#waiting.splice(index, 1);
    if (this.#playing === player) this.#playing = undefined;
    this.#next();
  }

  #next(): void {
    if (this.#playing !== undefined) return;
    this.#playing = this.#waiting.shift();
    if (this.#playing === undefined) return;
    this.#turn++;
    this.#watch ??= this.#watchTurn();
    this.#playing.play();
  }

  /** One timer for all turns: most are over in no time. */
  #watchTurn(): NodeJS.Timeout {
    const turn = this.#turn;
    const look = (): void => {
      this.#watch = undefined;
      if (this.#playing === undefined) return;
      if (this.#turn !== turn || !this.#playing.tooLong()) this.#watch = this.#watchTurn();
    };
    return setTimeout(look, LONG_TURN_MS).unref();
  }
}
