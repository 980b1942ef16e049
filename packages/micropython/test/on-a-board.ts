import { Air } from "aioespnow/sim";
import { type Exit, runProgram } from "espnow-micropython";

/** Files of a board, by path. */
type Files = Readonly<Record<string, string>>;

/** Runs a program on a board of its own, in virtual time. `files` stand beside it. */
export async function onABoard(source: string, files: Files = {}): Promise<{ output: string; exit: Exit }> {
  await using air = new Air();
  const program = await runProgram({ source, files, radio: air.radio() });
  const exit = await program.exited;
  return { output: program.output, exit };
}

/** The lines that a program prints which comes to its end. */
export async function linesOf(source: string, files?: Files): Promise<readonly string[]> {
  const { output, exit } = await onABoard(source, files);
  if (exit.code !== 0) throw new Error(`the program ended with ${exit.code}:\n${output}`);
  return output.trimEnd().split("\n");
}

/** The text of a program that stands indented in a test. */
export function python(strings: TemplateStringsArray): string {
  const lines = (strings.raw[0] as string).split("\n").slice(1, -1);
  const indent = (lines[0] as string).search(/\S/);
  return `${lines.map((line) => line.slice(indent)).join("\n")}\n`;
}
