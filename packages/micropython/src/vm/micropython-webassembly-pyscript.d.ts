declare module "@micropython/micropython-webassembly-pyscript/micropython.mjs" {
  export const loadMicroPython: (options: object) => Promise<never>;
}
