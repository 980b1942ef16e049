import type { Print } from "../../examples/program.ts";

/** What an example prints, line by line. */
export async function lines(example: (print: Print) => Promise<unknown>): Promise<string[]> {
  const printed: string[] = [];
  await example((...words) => void printed.push(...words.join(" ").split("\n")));
  return printed;
}
