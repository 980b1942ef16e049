/** A position in meters. */
export interface Position {
  /** In meters. */
  readonly x: number;
  /** In meters. */
  readonly y: number;
  /** Height in meters; 0 if left out. */
  readonly z?: number;
}

/** @throws RangeError for what is no place. */
export function checkPosition(position: Position | undefined): Position | undefined {
  if (position === undefined) return undefined;
  const { x, y, z = 0 } = position;
  if (![x, y, z].every(Number.isFinite)) throw new RangeError("position must be { x, y, z? } in meters");
  return { x, y, z };
}
