import type { Clock } from "aioespnow";
import type { BoardDevice } from "../board/device.ts";
import type { Cue } from "./csv.ts";
import type { Device } from "./device.ts";

/** What happens to a device. */
export interface Track {
  readonly device: Device;
  readonly cues: readonly Cue[];
  /** All of it happens again after each such time, milliseconds. */
  readonly everyMs?: number | undefined;
}

/** The readings of a device when something that lasts for a time is over. */
interface End {
  readonly atMs: number;
  readonly former: object;
}

/** How far a track has got. */
interface Progress {
  /** How many cues have been. */
  done: number;
  ends: End[];
}

/** A script that runs, as plain data. */
export interface ScriptState {
  readonly startMs: number;
  readonly tracks: readonly { readonly done: number; readonly ends: readonly End[] }[];
}

/** Lets things happen to the devices of a board, at times of its clock. It goes on while the program is reset or sleeps. */
export class Script implements BoardDevice {
  readonly name = "(script)";
  readonly #clock: Clock;
  readonly #tracks: readonly Track[];
  #startMs: number;
  #progress: Progress[];
  #cancels: (() => void)[] = [];

  /** It begins at once. */
  constructor(clock: Clock, tracks: readonly Track[]) {
    this.#clock = clock;
    this.#tracks = tracks;
    this.#startMs = clock.now();
    this.#progress = tracks.map(() => ({ done: 0, ends: [] }));
    this.#scheduleAll();
  }

  /** Nothing happens any more. */
  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
  }

  shown(): readonly string[] {
    return [];
  }

  save(): ScriptState {
    return structuredClone({ startMs: this.#startMs, tracks: this.#progress });
  }

  load(state: ScriptState): void {
    const { startMs, tracks } = structuredClone(state);
    this.stop();
    this.#startMs = startMs;
    this.#progress = tracks.map(({ done, ends }) => ({ done, ends: [...ends] }));
    this.#scheduleAll();
  }

  #scheduleAll(): void {
    for (const index of this.#tracks.keys()) this.#schedule(index);
  }

  /** The next that happens on a track. */
  #schedule(index: number): void {
    const { ends } = this.#progress[index] as Progress;
    const atMs = Math.min(this.#nextMs(index), ends[0]?.atMs ?? Number.POSITIVE_INFINITY);
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.#cancels[index] = this.#clock.schedule(atMs, () => this.#happen(index, atMs));
  }

  #happen(index: number, atMs: number): void {
    const { device } = this.#tracks[index] as Track;
    const progress = this.#progress[index] as Progress;
    if (progress.ends[0]?.atMs === atMs) device.set((progress.ends.shift() as End).former);
    else this.#begin(index, progress);
    this.#schedule(index);
  }

  #begin(index: number, progress: Progress): void {
    const { device, cues } = this.#tracks[index] as Track;
    const { change, forMs } = cues[progress.done % cues.length] as Cue;
    if (forMs !== undefined) {
      const now = Object.entries(device.readings).filter(([key]) => key in change);
      progress.ends.push({ atMs: this.#nextMs(index) + forMs, former: Object.fromEntries(now) });
    }
    progress.done++;
    device.set(change);
  }

  /** When the next cue of a track is; Infinity: never. */
  #nextMs(index: number): number {
    const { cues, everyMs } = this.#tracks[index] as Track;
    const { done } = this.#progress[index] as Progress;
    const round = Math.floor(done / cues.length);
    if (cues.length === 0 || (round > 0 && everyMs === undefined)) return Number.POSITIVE_INFINITY;
    return this.#startMs + (cues[done % cues.length] as Cue).atMs + round * (everyMs ?? 0);
  }
}
