/**
 * A hook into whatever a program computes. MicroPython's `nlr_push` is setjmp, so Emscripten makes its bytecode loop call
 * other functions through JavaScript (`invoke_*`): at each such call `hook` runs. It must not throw, and must be fast.
 */
export function hookCalls({ env = {} }: WebAssembly.Imports, hook: () => void): void {
  for (const [name, call] of Object.entries(env)) {
    if (!name.startsWith("invoke_")) continue;
    // Unused arguments are undefined, and ignored: cheaper than rest parameters.
    env[name] = (callee: number, a: unknown, b: unknown, c: unknown, d: unknown, e: unknown): unknown => {
      hook();
      return call(callee, a, b, c, d, e);
    };
  }
}
