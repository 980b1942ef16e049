import { resolve } from "node:path";
import { getSystemErrorMap } from "node:util";

/** What an error of the system means, in words: `no space left on device`. */
export function systemMessage({ errno, message }: NodeJS.ErrnoException): string {
  return getSystemErrorMap().get(errno ?? 0)?.[1] ?? message;
}

/** Runs what reads or writes a file. @throws Error that names the file, and says what is wrong. */
export function withFile<T>(action: "read" | "write", file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(
      `cannot ${action} ${file === "-" ? "the input" : resolve(file)}: ${systemMessage(error as NodeJS.ErrnoException)}`,
      { cause: error },
    );
  }
}
