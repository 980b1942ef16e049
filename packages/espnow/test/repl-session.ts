import { PassThrough } from "node:stream";
import type { Keyboard } from "#cli/process/host.ts";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

/** What a board says when its REPL starts. */
export const GREETING =
  'MicroPython v1.27.0 on 2025-12-10; Generic ESP32 module with ESP32\r\nType "help()" for more information.\r\n>>> ';

/** A terminal, or a pipe, with somebody at it. */
class Keys extends PassThrough implements Keyboard {
  readonly isTTY: boolean;
  readonly modes: boolean[] = [];

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  setRawMode(isRaw: boolean): void {
    this.modes.push(isRaw);
  }
}

export interface Session {
  readonly keys: Keys;
  readonly stdout: Recorder;
  readonly stderr: Recorder;
  readonly stop: AbortController;
  readonly ended: Promise<number>;
}

/** Runs `espnow repl`. */
export function repl(args: readonly string[], isTTY = false): Session {
  const [stdout, stderr, keys, stop] = [
    new Recorder(isTTY),
    new Recorder(isTTY),
    new Keys(isTTY),
    new AbortController(),
  ];
  const host = { stdout, stderr, stdin: keys, env: {}, signal: stop.signal, exitCode: 0 };
  return { keys, stdout, stderr, stop, ended: run(["repl", "--radio", "sim:", ...args], host) };
}

export const textOf = ({ bytes }: Recorder): string => Buffer.from(bytes).toString("utf8");

/** Waits until a text was printed. */
export async function printed(sink: Recorder, text: string): Promise<void> {
  while (!textOf(sink).includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
}
