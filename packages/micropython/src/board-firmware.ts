import { fcsOf } from "aioespnow/codec";
import { nodeModule } from "./board/node-module.ts";
import { Folder, putFile } from "./vm/files/tree.ts";
import { Firmware } from "./vm/firmware.ts";

/** MicroPython, as the build makes it: scripts/make-wasm.js. */
const WASM = new URL("../wasm/micropython.wasm", import.meta.url);
/** The Python modules of a board: espnow, network, machine, asyncio and what they stand on. */
const MODULES = new URL("../python/", import.meta.url);
/** The same in one file, for browsers: their texts by path. scripts/pack-modules.js makes it. */
const PACKED_MODULES = new URL("../wasm/modules.json", import.meta.url);

let firmware: Firmware | undefined;
/** The CRC-32 of the module. */
let moduleId = 0;

/** What all boards of this process run: compiled once. @throws Error in a browser before `loadMicroPython`. */
export function boardFirmware(): Firmware {
  firmware ??= readFirmware();
  return firmware;
}

/**
 * Names this MicroPython with its modules: a saved board goes on in the same one only. It is made of the CRC-32 of the module,
 * and of what a board starts from, which the same build makes the same everywhere.
 */
export function firmwareId(): number {
  const { memory } = boardFirmware().image(new Map());
  return (fcsOf(memory, 0, memory.length) ^ moduleId) >>> 0;
}

/**
 * Loads MicroPython into a page; once, before the first board. In Node boards load it themselves.
 * @throws by rejection: Error where its files are not found beside the package.
 */
export async function loadMicroPython(): Promise<void> {
  const [wasm, modules] = await Promise.all([fetched(WASM), fetched(PACKED_MODULES)]);
  const texts: Readonly<Record<string, string>> = JSON.parse(new TextDecoder().decode(modules));
  const rom = new Folder();
  for (const [path, text] of Object.entries(texts)) putModule(rom, path, new TextEncoder().encode(text));
  moduleId = fcsOf(wasm, 0, wasm.length);
  firmware = new Firmware(await WebAssembly.compile(wasm), rom);
}

async function fetched(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href} is not there: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

function readFirmware(): Firmware {
  const { readdirSync, readFileSync } = nodeModule("node:fs", "a board before loadMicroPython()");
  const rom = new Folder();
  for (const entry of readdirSync(MODULES, { recursive: true, encoding: "utf8" })) {
    const path = entry.replaceAll("\\", "/");
    if (path.endsWith(".py")) putModule(rom, path, readFileSync(new URL(path, MODULES)));
  }
  const wasm = readFileSync(WASM);
  moduleId = fcsOf(wasm, 0, wasm.length);
  return new Firmware(new WebAssembly.Module(wasm), rom);
}

/** Where `Firmware` has Python look for modules. */
function putModule(rom: Folder, path: string, text: Uint8Array): void {
  putFile(rom, `/modules/${path}`, text);
}
