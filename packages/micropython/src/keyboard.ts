import type { Readable } from "node:stream";

/** How much may be typed ahead of what the program has read; more waits in the stream. */
const TYPED_AHEAD = 64 * 1024;
/** Between two looks at whether the program has read, in real milliseconds. */
const LOOK_AGAIN_MS = 20;

/** The standard input of a program, which somebody types at. */
export interface ProgramInput {
  /** Bytes that the program reads next. */
  type(bytes: Uint8Array): void;
  /** How many bytes were typed that the program has not read. */
  readonly unread: number;
}

/** Types what a stream brings at a program. Returns how to end it; the stream can be read on by others then. */
export function typeFrom(stream: Readable, program: ProgramInput): () => void {
  let timer: NodeJS.Timeout | undefined;
  const lookAgain = (): void => {
    if (program.unread < TYPED_AHEAD) stream.resume();
    else timer = setTimeout(lookAgain, LOOK_AGAIN_MS);
  };
  const onData = (chunk: Uint8Array | string): void => {
    program.type(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
    if (program.unread < TYPED_AHEAD) return;
    stream.pause();
    lookAgain();
  };
  stream.on("data", onData);
  return () => {
    clearTimeout(timer);
    stream.off("data", onData);
    stream.pause();
  };
}
