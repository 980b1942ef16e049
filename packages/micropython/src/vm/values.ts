/**
 * How MicroPython's `JsProxy` and the host hand each other values: three words, the first of which is a kind
 * (ports/webassembly/proxy_c.c). Only numbers pass, and callables that Python gives by a reference.
 */
const VALUE_BYTES = 12;

/** Kinds of values that come from Python. */
const FromPython = { exception: -1, bool: 2, int: 3, float: 4, callable: 6 } as const;
/** Kinds of values that go to Python. */
const ToPython = { undefined: 0, integer: 3, object: 7, python: 8 } as const;

/** Room for `count` values. */
export function valuesBytes(count: number): number {
  return count * VALUE_BYTES;
}

/** The number that Python gives as its `index`th argument; of anything else that is not a number: 0. */
export function numberAt(memory: DataView, values: number, index: number): number {
  const at = values + index * VALUE_BYTES;
  const kind = memory.getInt32(at, true);
  if (kind === FromPython.int || kind === FromPython.bool) return memory.getInt32(at + 4, true);
  return kind === FromPython.float ? memory.getFloat64(at + 4, true) : 0;
}

/** The reference of a callable; undefined if it is not one. */
export function callableAt(memory: DataView, values: number, index: number): number | undefined {
  const at = values + index * VALUE_BYTES;
  return memory.getInt32(at, true) === FromPython.callable ? memory.getInt32(at + 4, true) : undefined;
}

/** Whether a call that Python made for the host has raised. Its text is to be given free then. */
export function raisedText(memory: DataView, value: number): number | undefined {
  return memory.getInt32(value, true) === FromPython.exception ? memory.getUint32(value + 8, true) : undefined;
}

/** A whole number of 32 bits. */
export function putInteger(memory: DataView, value: number, integer: number): void {
  memory.setInt32(value, ToPython.integer, true);
  memory.setInt32(value + 4, integer, true);
}

export function putUndefined(memory: DataView, value: number): void {
  memory.setInt32(value, ToPython.undefined, true);
}

/** A `JsProxy` with a number of the host's. */
export function putHostObject(memory: DataView, value: number, number: number): void {
  memory.setInt32(value, ToPython.object, true);
  memory.setInt32(value + 4, number, true);
}

/** An object of Python's, by the reference that it gave. */
export function putReference(memory: DataView, value: number, reference: number): void {
  memory.setInt32(value, ToPython.python, true);
  memory.setInt32(value + 4, reference, true);
}
