import { once } from "node:events";
import type { Readable } from "node:stream";
import type { Output, Sink } from "../output/output.ts";

/** The input of a process: a terminal, or a pipe. */
export interface Keyboard extends Readable {
  readonly isTTY?: boolean;
  /** Of a terminal: every key is a byte, also Ctrl-C. */
  setRawMode?(isRaw: boolean): unknown;
}

/** The process that runs a command. */
export interface Host {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin?: Keyboard;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Calls `work` at each SIGHUP from now on, which then does not end the command. Returns how to stop that. */
  readonly onHangUp?: (work: () => void) => () => void;
  /** What the command ended with: 0, or 1 if it did not do what was asked. */
  exitCode: number;
}

/** What a command is given beside its arguments. */
export interface Context {
  readonly output: Output;
  /** Aborted by Ctrl-C, and when nobody reads the output any more. */
  readonly signal: AbortSignal;
}

/** Why `signal` is aborted where a program that runs here is not asked: nobody reads the output, or the process must end. */
export class EndAtOnce extends Error {}

/** Waits for `work`. A stop by the signal is one of the ways it may end. */
export async function untilStopped(signal: AbortSignal, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
}

/** Resolves when the signal is aborted. */
export async function stopped(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
