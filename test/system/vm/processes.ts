import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";

/** A process that a test starts; it is killed when the test is over. */
export interface Program {
  readonly child: ChildProcess;
  /** The next line of its output; undefined after the last. */
  line(): Promise<string | undefined>;
  /** The next line of its error output. */
  remark(): Promise<string | undefined>;
  /** Its exit code as a shell shows it, when it has ended: 128 and its number for a signal. */
  ended(): Promise<number>;
}

export function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  // A process group of its own: what a terminal sends at Ctrl-C, it sends to the group.
  const options = { detached: true, env: { ...process.env, ...env } };
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exit = once(child, "exit") as Promise<[number | null, NodeJS.Signals]>;
  return {
    child,
    line: lineReader(child.stdout),
    remark: lineReader(child.stderr),
    ended: async () => {
      const [code, signal] = await exit;
      return code ?? 128 + constants.signals[signal];
    },
  };
}

function lineReader(stream: Readable): () => Promise<string | undefined> {
  const lines = createInterface(stream)[Symbol.asyncIterator]();
  return async () => (await lines.next()).value;
}
