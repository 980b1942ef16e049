import { readdirSync, readFileSync } from "node:fs";
import { Folder, putFile } from "./vm/files/tree.ts";
import { Firmware } from "./vm/firmware.ts";

/** MicroPython, as the build makes it: scripts/make-wasm.js. */
const WASM = new URL("../wasm/micropython.wasm", import.meta.url);
/** The Python modules of a board: espnow, network, machine, asyncio and what they stand on. */
const MODULES = new URL("../python/", import.meta.url);

let firmware: Firmware | undefined;

/** What all boards of this process run: compiled once. */
export function boardFirmware(): Firmware {
  firmware ??= new Firmware(new WebAssembly.Module(readFileSync(WASM)), readRom());
  return firmware;
}

function readRom(): Folder {
  const rom = new Folder();
  for (const entry of readdirSync(MODULES, { recursive: true, encoding: "utf8" })) {
    const path = entry.replaceAll("\\", "/");
    if (path.endsWith(".py")) putFile(rom, `/lib/${path}`, readFileSync(new URL(path, MODULES)));
  }
  return rom;
}
