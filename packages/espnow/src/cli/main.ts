import { EndAtOnce, type Host } from "./process/host.ts";
import { run } from "./program.ts";

/** What a shell shows of a process that a signal ended: 128 and the signal's number. */
const INTERRUPTED = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
/** How a write fails that nobody reads any more: the pipe was closed, or the terminal. */
const UNREAD = ["EPIPE", "EIO"];

const stop = new AbortController();
let exitCode: number | undefined;

// The first signal ends the command in good order, the next at once; but by `exit`, so that a radio can put back what it
// has changed.
for (const [signal, code] of Object.entries(INTERRUPTED)) {
  process.on(signal, () => {
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    stop.abort(signal === "SIGINT" ? undefined : new EndAtOnce()); // Ctrl-C is for the program, if one runs here
  });
}

// Nobody reads on: the output has done its work.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (!UNREAD.includes(error.code ?? "")) throw error;
    exitCode ??= 0;
    stop.abort(new EndAtOnce());
  });
}

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
