/**
 * As much of the WebAssembly of Node as is used: its types are in TypeScript's `dom` library only. This file is not
 * published: what the public types name is in vm/compiled.ts.
 */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): { readonly module: string; readonly name: string }[];
    readonly [Symbol.toStringTag]: "WebAssembly.Module";
  }
  function compile(bytes: Uint8Array): Promise<Module>;
  // biome-ignore lint/suspicious/noExplicitAny: the signatures are those of the compiled program
  type Import = (...args: any[]) => any;
  type Imports = Record<string, Record<string, Import>>;
  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
