import { type Host, OutputClosed } from "./host.ts";
import { run } from "./program.ts";

/** What a shell shows of a process that a signal ended: 128 and the signal's number. */
const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const;

const stop = new AbortController();
let exitCode: number | undefined;

// The first signal ends the command in good order; the second finds no handler, and ends the process.
for (const [signal, code] of Object.entries(INTERRUPTED)) {
  process.once(signal, () => {
    exitCode = code;
    stop.abort();
  });
}

// Nobody reads on: the output has done its work.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  exitCode = 0;
  stop.abort(new OutputClosed());
});

const host: Host = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  signal: stop.signal,
  exitCode: 0,
};
const ended = await run(process.argv.slice(2), host);
process.exitCode = exitCode ?? ended;
