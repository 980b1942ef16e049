/**
 * What the types of this package name of WebAssembly. They are its own: TypeScript has those of the platform in its
 * library `dom` only, which a program on Node does not have.
 */
export interface CompiledModule {
  readonly [Symbol.toStringTag]: "WebAssembly.Module";
}

/** The memory of an instance. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer;
  /** Returns how many pages of 64 KiB there were before. @throws RangeError if there cannot be as many more. */
  grow(pages: number): number;
}

/** The functions that an instance calls by their number. */
export interface FunctionTable {
  // biome-ignore lint/suspicious/noExplicitAny: the signatures are those of the compiled program
  get(index: number): any;
}
