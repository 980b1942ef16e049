import type { Clock } from "aioespnow";
import { Output, type OutputState } from "./output.ts";
import { SerialLine } from "./serial-line.ts";

/** How many bytes of output may not be taken before the program has to wait. */
const OUTPUT_LIMIT = 256 * 1024;

type Stream = "stdout" | "stderr";

/** Where the output goes. */
export interface OutputDoor {
  /** A promise says when it is taken. */
  print(stream: Stream, bytes: Uint8Array): Promise<void> | undefined | void;
  /** There is room again. */
  taken(): void;
}

/** What a program prints, on its way to its reader. */
export class ProgramOutput {
  readonly #clock: Clock;
  readonly #door: OutputDoor;
  readonly #lines: Output;
  readonly #text: Pick<Output, "write">;
  #behind = 0;
  #hasFailed = false;

  /** `isSerial`: the board is at its REPL. */
  constructor(clock: Clock, isSerial: boolean, door: OutputDoor) {
    this.#clock = clock;
    this.#door = door;
    this.#lines = new Output((stream, bytes) => void this.#print(stream, bytes));
    this.#text = isSerial ? new SerialLine(this.#lines) : this.#lines;
  }

  /** Text, in crumbs. */
  write(stream: Stream, bytes: Uint8Array): void {
    this.#text.write(stream, bytes);
  }

  /** Bytes as they are, at once. */
  writeBytes(bytes: Uint8Array): void {
    this.#lines.write("stdout", bytes);
    this.#lines.flush();
  }

  /** What has no line's end yet. */
  flush(): void {
    this.#lines.flush();
  }

  /** Whether the program must wait for its reader. */
  get isFull(): boolean {
    return this.#behind > OUTPUT_LIMIT;
  }

  save(): OutputState {
    return this.#lines.save();
  }

  /** All that was printed before is taken. */
  load(state: OutputState): void {
    this.#lines.load(state);
    this.#behind = 0;
  }

  async #print(stream: Stream, bytes: Uint8Array): Promise<void> {
    this.#behind += bytes.length;
    this.#clock.delivered();
    try {
      const taken = this.#door.print(stream, bytes);
      if (taken !== undefined) await taken;
    } catch (error) {
      this.#failed(error);
    }
    this.#behind -= bytes.length;
    if (!this.isFull) this.#door.taken();
  }

  /** The program goes on without its output; the process is told once, as of an unhandled rejection. */
  #failed(error: unknown): void {
    if (!this.#hasFailed) void Promise.reject(error);
    this.#hasFailed = true;
  }
}
