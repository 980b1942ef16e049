declare module "@micropython/micropython-webassembly-pyscript/micropython.mjs" {
  export interface MicroPython {
    runPython(code: string): unknown;
    readonly globals: { get(name: string): unknown };
  }
  export function loadMicroPython(options: {
    readonly stdout?: (line: string) => void;
    readonly heapsize?: number;
  }): Promise<MicroPython>;
}
