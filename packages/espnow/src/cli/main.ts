// cli: The espnow command. It uses the public exports of the libraries only. However it ends, short of SIGKILL, its
// output is complete and a Wi-Fi card has its settings back.

import { sep } from "node:path";
import { EndAtOnce, type Host } from "./process/host.ts";
import { systemMessage } from "./process/system-message.ts";
import { run } from "./program.ts";

/** What a shell shows of a process that a signal ended: 128 and the signal's number. */
const INTERRUPTED = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
/** How a write fails that nobody reads any more: the pipe was closed, or the terminal. */
const UNREAD = ["EPIPE", "EIO"];
/** A signal to this process arrives at once; this is for a thread that takes it later. */
const SIGNAL_MS = 1000;

enterUsersFolder(process.env);
const stop = new AbortController();
let endedBy: keyof typeof INTERRUPTED | undefined;
let outputCode: number | undefined;
let hungUp: (() => void) | undefined;

// The first signal ends the command cleanly, the next one at once; but by `exit`, so that a radio can put back what it
// has changed.
for (const signal of Object.keys(INTERRUPTED) as (keyof typeof INTERRUPTED)[]) {
  process.on(signal, () => {
    if (signal === "SIGHUP" && hungUp !== undefined && endedBy === undefined) {
      hungUp();
      return;
    }
    if (endedBy !== undefined) process.exit(INTERRUPTED[signal]);
    endedBy = signal;
    stop.abort(signal === "SIGINT" ? undefined : new EndAtOnce()); // Ctrl-C is for the program, if one runs here
  });
}

// Nobody reads on: the output has done its work. Anything else is a failure, such as a full disk.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (outputCode !== undefined) return;
    outputCode = UNREAD.includes(error.code ?? "") ? 0 : 1;
    if (outputCode === 1 && stream === process.stdout) {
      process.stderr.write(`espnow: cannot write to the output: ${systemMessage(error)}\n`);
    }
    process.exitCode = outputCode;
    stop.abort(new EndAtOnce());
  });
}

const host: Host = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  signal: stop.signal,
  onHangUp(work) {
    hungUp = work;
    return () => {
      hungUp = undefined;
    };
  },
  exitCode: 0,
};
const ended = await run(process.argv.slice(2), host);
process.exitCode = outputCode ?? ended;
if (endedBy !== undefined) endBy(endedBy);

/** `npx` starts commands in the folder of the package around the user's folder. */
function enterUsersFolder({ npm_command: npmCommand, INIT_CWD: folder }: NodeJS.ProcessEnv): void {
  if (npmCommand === "exec" && folder?.startsWith(process.cwd() + sep)) process.chdir(folder);
}

/**
 * Ends this process as the signal would have, after everything else: a shell shows 128 and its number, its loops end too, and
 * systemd takes SIGTERM for success.
 */
function endBy(signal: keyof typeof INTERRUPTED): void {
  process.exitCode = INTERRUPTED[signal];
  process.once("exit", () => {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SIGNAL_MS);
  });
}
