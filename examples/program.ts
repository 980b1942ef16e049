import { fileURLToPath } from "node:url";

/** How an example tells what it does. */
export type Print = (...words: unknown[]) => void;

/** A message as text that a terminal can show: anybody may send anything. */
export function text(msg: Uint8Array): string {
  return new TextDecoder().decode(msg).replaceAll(/\p{Cc}/gu, "·");
}

/**
 * Runs `main` with the command's arguments if the module is the program that was started, and not imported by another.
 * An error ends it with a message and exit code 1; a reader that has had enough (`| head`) ends it quietly.
 */
export async function runProgram(meta: ImportMeta, main: (...args: string[]) => Promise<void>): Promise<void> {
  if (process.argv[1] !== fileURLToPath(meta.url)) return;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  try {
    await main(...process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
