import { UsageError } from "../process/explain.ts";
import type { Host } from "../process/host.ts";

const END_OF_LINE = ["\r", "\n", "\u0004"];
const INTERRUPT = "\u0003";
const ERASE = ["\b", "\u007f"];
/** More than any key has. */
const MAX_LENGTH = 256;

/**
 * Asks for a secret at the terminal, which does not show it.
 * @throws UsageError if there is no terminal; the reason of the signal when it is aborted or at Ctrl-C.
 */
export async function askSecretly(what: string, { stdin, stderr, signal }: Host): Promise<string> {
  if (stdin?.isTTY !== true) throw new UsageError(`there is no terminal to ask for the ${what}: name a file with it`);
  stderr.write(`${what}: `);
  stdin.setRawMode?.(true);
  try {
    return await new Promise<string>((resolve, reject) => {
      let secret = "";
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      stdin.on("end", () => resolve(secret));
      stdin.on("data", (keys: Uint8Array | string) => {
        for (const key of String(keys)) {
          if (END_OF_LINE.includes(key)) resolve(secret);
          else if (key === INTERRUPT) reject(new UsageError(`no ${what} was given`));
          else if (ERASE.includes(key)) secret = secret.slice(0, -1);
          else if (secret.length < MAX_LENGTH) secret += key;
        }
      });
    });
  } finally {
    stdin.setRawMode?.(false);
    stdin.removeAllListeners("data");
    stdin.pause();
    stderr.write("\n");
  }
}
