import type { Decoder } from "../decoders/decoder.ts";
import { createDecoder, type DecoderConfig } from "../decoders/registry.ts";

/** A decoder that a user wrote: a file of the folder of decoders. */
export interface ScriptConfig {
  /** Says that it is a script. */
  readonly format: "script";
  /** Its name in the folder of decoders: `tank.js`. */
  readonly file: string;
}

/** How the messages of a node are read. */
export type NodeDecoderConfig = DecoderConfig | ScriptConfig;

/** Where the decoders of nodes come from. */
export interface DecoderSource {
  /** Checks what a person wants. @throws RangeError or TypeError for wrong options, and for a script that is not there. */
  check(config: NodeDecoderConfig): void;
  /** The decoder that a configuration describes. @throws RangeError or TypeError for wrong options. */
  create(config: NodeDecoderConfig): Decoder;
}

/** A name of a file alone: nobody can name a file elsewhere. */
export function isScriptName(name: string): boolean {
  return /^[\w-][\w.-]*\.[mc]?[jt]s$/.test(name);
}

/** @throws RangeError for a name of no script. */
export function checkScriptName({ file }: { readonly file?: unknown }): void {
  if (typeof file === "string" && isScriptName(file)) return;
  throw new RangeError(
    `file is the name of a script in the folder of decoders, such as tank.js or tank.ts, not ${JSON.stringify(file)}`,
  );
}

/** Without a folder of decoders. */
export const BUILT_IN: DecoderSource = {
  check: (config) => void createBuiltIn(config),
  create: createBuiltIn,
};

function createBuiltIn(config: NodeDecoderConfig): Decoder {
  if (config.format !== "script") return createDecoder(config);
  throw new RangeError(`the decoder ${config.file} needs a folder of decoders: set "decoders" in the configuration`);
}
