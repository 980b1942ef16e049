import type { Clock } from "aioespnow";
import type { Program } from "espnow-micropython";
import { TimeSteps } from "espnow-micropython/command";
import { duration } from "../output/format.ts";
import type { Output } from "../output/output.ts";
import { type Context, EndAtOnce } from "../process/host.ts";

export interface ConductOptions {
  /** Milliseconds. Left out: until all programs have ended. */
  readonly for?: number;
  /** Whether the others go on when a program fails. */
  readonly keepGoing?: boolean;
}

/** What the caller does at the end, while time stands still. Ctrl-C then ends the run, and the programs do not hear of it. */
type AtEnd = () => void;

/** Longer than anything lasts: virtual time gets there only when nothing can happen any more. */
const FOR_EVER_MS = 1e15;
/** Between two looks at the clock, in real milliseconds. */
const PROGRESS_MS = 200;

/**
 * Lets the programs run until all have ended, one has failed, or their time is over. Ctrl-C is a KeyboardInterrupt for
 * each. Returns the exit code of the one that failed first, or 0. @throws by rejection: what `atEnd` throws.
 */
export async function conduct(
  programs: readonly Program[],
  { for: forMs = FOR_EVER_MS, keepGoing = false }: ConductOptions,
  { output, signal }: Context,
  atEnd?: AtEnd,
): Promise<number> {
  const [{ radio }] = programs as [Program];
  const steps = new TimeSteps(radio.clock);
  let running = programs.length;
  let failure = 0;
  for (const program of programs) {
    void program.exited.then(({ code }) => {
      running--;
      failure ||= code;
      if (running === 0 || (code !== 0 && !keepGoing)) steps.stop();
    });
  }
  const onAbort = (): void => {
    if (atEnd !== undefined) steps.stop();
    for (const program of atEnd === undefined ? programs : []) {
      if (signal.reason instanceof EndAtOnce) void program.stop();
      else program.interrupt();
    }
  };
  signal.addEventListener("abort", onAbort);
  const hideProgress = radio.clock.kind === "virtual" ? showProgress(radio.clock, forMs, output) : () => undefined;
  try {
    const advanced = steps.advance(radio.clock.now() + forMs);
    if (signal.aborted) onAbort();
    await advanced;
    atEnd?.();
  } finally {
    steps.leave(); // what is on the air ends before the radios are closed
    hideProgress();
    signal.removeEventListener("abort", onAbort);
  }
  if (forMs === FOR_EVER_MS && running > 0 && failure === 0 && !signal.aborted) {
    output.remark("nothing can happen anymore: every program waits forever");
  }
  return failure;
}

/** How far virtual time has got. Returns how to end it. */
function showProgress(clock: Clock, forMs: number, output: Output): () => void {
  const end = forMs === FOR_EVER_MS ? "" : ` of ${duration(forMs)}`;
  const timer = setInterval(() => output.progress(`${duration(clock.now())}${end}`), PROGRESS_MS);
  return () => {
    clearInterval(timer);
    output.progress("");
  };
}
