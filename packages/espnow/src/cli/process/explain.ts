import { systemMessage } from "./system-message.ts";

/** Arguments that are wrong together, or that only the radio could tell were wrong. */
export class UsageError extends Error {}

/** What stays so until a person mends it: a service is not to be started again. */
export class LastingError extends Error {}

/** Runs `work`. What the library refuses as out of range is a wrong argument; `source` names it. */
export async function asUsage<T>(work: () => T | Promise<T>, source = ""): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(`${source}${error.message}`) : error;
  }
}

/** Opens a radio. A URL that means nothing is a wrong argument, or a wrong ESPNOW_RADIO where the command reads that (`env`). */
export function openOrExplain<T>(
  opener: (url: string) => Promise<T>,
  url: string,
  env: Readonly<Record<string, string | undefined>> = {},
  option = "--radio",
): Promise<T> {
  const source = env["ESPNOW_RADIO"] === url ? "the environment variable ESPNOW_RADIO" : option;
  return asUsage(() => opener(url), `${source}: `).catch((error) => {
    throw isSystemError(error) ? new Error(`cannot open ${url}: ${systemMessage(error)}`, { cause: error }) : error;
  });
}

/** Of a file or a socket: its message has a code, and not always the name. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

/** What an error says, for a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
