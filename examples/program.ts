import { fileURLToPath } from "node:url";

/** How an example tells what it does. */
export type Print = (...words: unknown[]) => void;

/** A message as text. */
export function text(msg: Uint8Array): string {
  return new TextDecoder().decode(msg);
}

/** Whether the module is the program that was started, and not imported by another. */
export function isProgram(meta: ImportMeta): boolean {
  return process.argv[1] === fileURLToPath(meta.url);
}
