import type { Climate, PwmState, TouchState } from "./analog.ts";
import type { I2cState, UartState } from "./buses.ts";
import type { MissedPart } from "./missed.ts";
import type { PartitionsState } from "./partitions.ts";
import type { PinState } from "./pin.ts";
import type { SleepState } from "./sleep.ts";

/** Parts of one kind that the program or the test has used, by number. */
type Parts<S> = readonly (readonly [id: number, state: S])[];

/** The hardware of a board, without what a test does by itself (`onChange` and its like). */
export interface MachineState {
  readonly rtcMemory: Uint8Array;
  readonly rtcOffsetMs: number;
  readonly nvs: readonly (readonly [key: string, value: Uint8Array])[];
  readonly temperature: number;
  readonly hasSdCard: boolean;
  readonly missed: readonly MissedPart[];
  readonly partitions: PartitionsState;
  readonly sleep: SleepState;
  readonly pins: Parts<PinState>;
  readonly adcs: Parts<number>;
  readonly pwms: Parts<PwmState>;
  readonly touches: Parts<TouchState>;
  readonly dhts: Parts<Climate | undefined>;
  readonly oneWires: Parts<readonly (readonly [rom: string, celsius: number])[]>;
  readonly i2cs: Parts<I2cState>;
  readonly uarts: Parts<UartState>;
  readonly devices: readonly (readonly [name: string, state: unknown])[];
}

export function saveParts<S>(parts: ReadonlyMap<number, { save(): S }>): Parts<S> {
  return [...parts].map(([id, part]) => [id, part.save()]);
}

/** Parts that nobody had used when the state was saved are as if `unused`. */
export function loadParts<S>(
  states: Parts<S>,
  parts: ReadonlyMap<number, { load(state: S): void }>,
  partOf: (id: number) => { load(state: S): void },
  unused: S,
): void {
  const saved = new Map(states);
  for (const id of new Set([...saved.keys(), ...parts.keys()])) {
    partOf(id).load(saved.has(id) ? (saved.get(id) as S) : unused);
  }
}
