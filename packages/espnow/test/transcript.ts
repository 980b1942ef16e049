import { Output, type OutputOptions, type Sink } from "#cli/output/output.ts";
import type { Context } from "#cli/process/host.ts";

/** A stream that keeps what is written to it. */
export class Recorder implements Sink {
  readonly isTTY: boolean;
  #bytes = Buffer.alloc(0);

  constructor(isTTY = false) {
    this.isTTY = isTTY;
  }

  write(chunk: string | Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, Buffer.from(chunk as Uint8Array)]);
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  get text(): string {
    return this.#bytes.toString("utf8");
  }

  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }

  /** The lines as JSON. */
  get records(): unknown[] {
    return this.lines.map((line) => JSON.parse(line));
  }
}

export interface Transcript extends Context {
  readonly stdout: Recorder;
  readonly stderr: Recorder;
  readonly stop: AbortController;
}

/** What a command is given in a test: it writes into recorders, and `stop` is Ctrl-C. */
export function transcript(options: OutputOptions = {}, isTTY = false): Transcript {
  const [stdout, stderr] = [new Recorder(isTTY), new Recorder(isTTY)];
  const stop = new AbortController();
  return { stdout, stderr, stop, output: new Output(stdout, stderr, options), signal: stop.signal };
}
