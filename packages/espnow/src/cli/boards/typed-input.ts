import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Program } from "espnow-micropython";
import type { Output } from "../output/output.ts";
import { UsageError } from "../process/explain.ts";
import type { Keyboard } from "../process/host.ts";
import { withFile } from "../process/system-message.ts";

/** What is typed at a board: `NAME=FILE`. */
export interface TypedFile {
  readonly name: string;
  readonly file: string;
}

/** Reads what is typed at each board, before any begins. @throws UsageError for a board that does not exist; Error for a file that does not. */
export function readTyped(files: readonly TypedFile[], names: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const typed = new Map<string, Uint8Array>();
  for (const { name, file } of files) {
    if (!names.includes(name)) {
      throw new UsageError(`--type ${name}=${file}: there is no board "${name}"; there are ${names.join(", ")}`);
    }
    const text = withFile("read", file, () => readFileSync(file));
    typed.set(name, Buffer.concat([typed.get(name) ?? new Uint8Array(0), text]));
  }
  return typed;
}

/** Types what somebody writes at a terminal at the boards: a line at a time, as `NAME> text`. Returns how to end it. */
export function typeLines(keyboard: Keyboard, programs: readonly Program[], output: Output): () => void {
  const lines = createInterface({ input: keyboard });
  lines.on("line", (line) => {
    const [, name, text = ""] = /^\s*([^>]+?)\s*>\s?(.*)$/.exec(line) ?? [];
    const program = programs.find((one) => one.name === name);
    if (program !== undefined) program.type(`${text}\n`);
    else if (line.trim() !== "") {
      output.remark(`type at one of the boards: ${programs.map((one) => `"${one.name}> text"`).join(", ")}`);
    }
  });
  return () => {
    lines.close();
    keyboard.pause();
  };
}
