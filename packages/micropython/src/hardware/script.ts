import { Alarm, type Clock, type TimerState } from "aioespnow";
import type { BoardDevice } from "../board/device.ts";
import type { Machine } from "../board/machine.ts";
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

/** The tracks of a script, as plain data. */
export interface ScriptWiring {
  readonly tracks: readonly {
    readonly device: string;
    readonly cues: readonly Cue[];
    readonly everyMs: number | undefined;
  }[];
}

/** A script that runs, as plain data. */
export interface ScriptState {
  readonly startMs: number;
  readonly tracks: readonly { readonly done: number; readonly ends: readonly End[] }[];
  /** Of what happens next. */
  readonly alarm: TimerState | undefined;
}

/** Lets things happen to the devices of a board, at times of its clock. It goes on while the program is reset or sleeps. */
export class Script implements BoardDevice {
  readonly name = "(script)";
  readonly #tracks: readonly Track[];
  #startMs: number;
  #progress: Progress[];
  readonly #alarm: Alarm;

  /** It begins at once. */
  constructor(clock: Clock, tracks: readonly Track[]) {
    this.#tracks = tracks;
    this.#startMs = clock.now();
    this.#progress = tracks.map(() => ({ done: 0, ends: [] }));
    this.#alarm = new Alarm(clock, (atMs) => {
      this.#happen(atMs);
      this.#schedule();
    });
    this.#schedule();
  }

  /** Nothing happens any more. */
  stop(): void {
    this.#alarm.clear();
  }

  shown(): readonly string[] {
    return [];
  }

  save(): ScriptState {
    return structuredClone({ startMs: this.#startMs, tracks: this.#progress, alarm: this.#alarm.save() });
  }

  load(state: ScriptState): void {
    const { startMs, tracks, alarm } = structuredClone(state);
    this.#startMs = startMs;
    this.#progress = tracks.map(({ done, ends }) => ({ done, ends: [...ends] }));
    this.#alarm.load(alarm);
  }

  plug(machine: Machine): void {
    Script.plug(machine, this.wiring());
  }

  wiring(): ScriptWiring {
    return { tracks: this.#tracks.map(({ device, cues, everyMs }) => ({ device: device.name, cues, everyMs })) };
  }

  /** Lets it begin on a board that has its devices. */
  static plug(machine: Machine, { tracks }: ScriptWiring): void {
    const deviceOf = (name: string): Device => machine.devices.get(name) as Device;
    const plugged = tracks.map((track) => ({ ...track, device: deviceOf(track.device) }));
    machine.devices.add(new Script(machine.radio.clock, plugged));
  }

  #schedule(): void {
    const atMs = Math.min(...this.#tracks.map((_, index) => Math.min(this.#nextMs(index), this.#endMs(index))));
    if (atMs !== Number.POSITIVE_INFINITY) this.#alarm.set(atMs);
  }

  /** What ends does so before something else begins: that then ends with the same readings. */
  #happen(atMs: number): void {
    for (const [index, { ends }] of this.#progress.entries()) {
      if (this.#endMs(index) <= atMs) this.#tracks[index]?.device.set((ends.shift() as End).former);
    }
    for (const [index, progress] of this.#progress.entries()) {
      if (this.#nextMs(index) <= atMs) this.#begin(index, progress);
    }
  }

  /** When something ends next on a track; Infinity: nothing does. */
  #endMs(index: number): number {
    return this.#progress[index]?.ends[0]?.atMs ?? Number.POSITIVE_INFINITY;
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
