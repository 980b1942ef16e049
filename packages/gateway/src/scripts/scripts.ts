// scripts: Decoders that a user wrote, each in a process of its own with limits of time and memory. Whatever a script
// does, a call returns and the gateway continues. That contains accidents, not attackers. It knows decoders, and no
// nodes.

import { type FSWatcher, readdirSync, readFileSync, watch } from "node:fs";
import { basename, join } from "node:path";
import type { Decoder } from "../decoders/decoder.ts";
import { createDecoder } from "../decoders/registry.ts";
import { checkScriptName, type DecoderSource, isScriptName, type NodeDecoderConfig } from "../nodes/node-decoder.ts";
import { ScriptDecoder, type ScriptOptions } from "./script-decoder.ts";

/** A script is text of this length at most. */
const MAX_SCRIPT = 1024 * 1024;

/**
 * A single decoder that a user wrote. `onLog` is told what it writes with `console`.
 * @throws Error that says what is wrong with it, by rejection.
 */
export async function openScript(file: string, onLog: (line: string) => void): Promise<Decoder> {
  const text = readFileSync(file, "utf8");
  let isLoading = true;
  let fault: string | undefined;
  const decoder = new ScriptDecoder(basename(file), {
    onRemark(line) {
      if (isLoading) fault = line;
      else onLog(line);
    },
    onChange: () => undefined,
  });
  decoder.load(text);
  await decoder.ready();
  isLoading = false;
  if (fault !== undefined) throw new Error(fault);
  return decoder;
}

/** The decoders that users wrote, in one folder. They are loaded when the first node needs them, and when their file changes. */
export class Scripts implements DecoderSource, AsyncDisposable {
  readonly #folder: string;
  readonly #options: ScriptOptions;
  readonly #decoders = new Map<string, ScriptDecoder>();
  readonly #texts = new Map<string, string | undefined>();
  readonly #watcher: FSWatcher;

  /** @throws Error where the folder is not there. */
  constructor(folder: string, options: ScriptOptions) {
    this.#folder = folder;
    this.#options = options;
    try {
      this.#watcher = watch(folder, { persistent: false }, () => this.#look());
    } catch (error) {
      throw new Error(`the folder of decoders cannot be read: ${(error as Error).message}`);
    }
    this.#watcher.on("error", ({ message }) =>
      options.onRemark(`changes of decoders are not seen any longer: ${message}`),
    );
  }

  /** The decoder of a configuration; one whose file is not there refuses all messages, and says so. */
  create(config: NodeDecoderConfig): Decoder {
    if (config.format !== "script") return createDecoder(config);
    const known = this.#decoders.get(config.file);
    if (known !== undefined) return known;
    const decoder = new ScriptDecoder(config.file, this.#options);
    this.#decoders.set(config.file, decoder);
    this.#load(decoder);
    return decoder;
  }

  check(config: NodeDecoderConfig): void {
    if (config.format !== "script") {
      createDecoder(config);
      return;
    }
    const { file } = config;
    checkScriptName(config);
    const there = readdirSync(this.#folder).filter(isScriptName);
    if (there.includes(file)) return;
    const list = there.length === 0 ? "it has none" : `there are ${there.join(", ")}`;
    throw new RangeError(`there is no decoder ${file} in ${this.#folder}: ${list}`);
  }

  /** Until all that are in use are loaded, or cannot be. */
  async ready(): Promise<void> {
    await Promise.all([...this.#decoders.values()].map((decoder) => decoder.ready()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watcher.close();
    for (const decoder of this.#decoders.values()) decoder.end();
  }

  /** A file is written in several steps, and each may be seen: whatever happened, what is new is loaded. */
  #look(): void {
    for (const decoder of this.#decoders.values()) this.#load(decoder);
  }

  #load(decoder: ScriptDecoder): void {
    const text = this.#read(decoder.name);
    const isKnown = this.#texts.has(decoder.name) && text === this.#texts.get(decoder.name);
    if (isKnown || text === "") return; // empty: it is being written
    this.#texts.set(decoder.name, text);
    if (text === undefined) decoder.lost(`the decoder ${decoder.name} cannot be read in ${this.#folder}`);
    else decoder.load(text);
  }

  #read(name: string): string | undefined {
    try {
      const text = readFileSync(join(this.#folder, name), "utf8");
      return text.length > MAX_SCRIPT ? undefined : text;
    } catch {
      return undefined;
    }
  }
}
