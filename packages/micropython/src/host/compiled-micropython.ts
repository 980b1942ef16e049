import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { EspNowError } from "aioespnow";
import { withSharedMemory } from "./shared-memory.ts";

const PACKAGE = "@micropython/micropython-webassembly-pyscript";
/** The one release whose inside is known here (vm/ reaches into it). */
const VERSION = "1.27.0";

let compiled: WebAssembly.Module | undefined;

/**
 * MicroPython, compiled once for all threads.
 * @throws EspNowError `ENOTSUP` where its package is not installed.
 */
export function compiledMicroPython(): WebAssembly.Module {
  if (compiled === undefined) {
    const wasm = readFileSync(wasmFile());
    compiled = new WebAssembly.Module(withSharedMemory(wasm) ?? wasm);
  }
  return compiled;
}

function wasmFile(): string {
  try {
    return createRequire(import.meta.url).resolve(`${PACKAGE}/micropython.wasm`);
  } catch (cause) {
    const remedy = `npm install ${PACKAGE}@${VERSION}`;
    throw new EspNowError("ENOTSUP", `MicroPython programs need a package that is not installed: ${remedy}`, { cause });
  }
}
