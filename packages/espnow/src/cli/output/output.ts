// cli/output: Text for people and JSON for programs. Nothing that was received controls a terminal; a slow reader slows
// the source down, or has a limit and a count. It knows no radio.

import type { Clock } from "aioespnow";
import { escapeJson, escapeText } from "./escape.ts";

/** As much of a stream as is printed to. */
export interface Sink {
  /** Returns false if the caller should wait for "drain". */
  write(chunk: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  /** Bytes that were written and that nobody has taken yet. */
  readonly writableLength?: number;
  once?(event: "drain" | "close", listener: () => void): unknown;
}

/** Bytes that may wait for a slow reader of the output. In real time nothing can wait for the reader: the rest is dropped. */
const MAX_BACKLOG = 8 * 1024 * 1024;

/** Escape codes of a style: on and off (ECMA-48, Select Graphic Rendition). */
const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

export type Style = keyof typeof STYLES;

const ALL_STYLES: ReadonlySet<string> = new Set(
  Object.values(STYLES).flatMap((codes) => codes.map((code) => `\x1b[${code}m`)),
);

export interface OutputOptions {
  /** One JSON object for each line, and nothing else, on stdout. */
  readonly json?: boolean | undefined;
  /** Whether NO_COLOR is set (https://no-color.org). */
  readonly noColor?: boolean | undefined;
}

/**
 * What a command prints: results on stdout, for people or for programs, and remarks on stderr. What strangers have put into
 * it cannot drive a terminal: all but the command's own layout and styles is escaped.
 */
export class Output {
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  readonly #json: boolean;
  readonly #color: boolean;
  #drained: Promise<void> | undefined;
  #onWait: ((drained: Promise<void>) => void) | undefined;
  #dropped = 0;

  constructor(stdout: Sink, stderr: Sink, { json = false, noColor = false }: OutputOptions = {}) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#json = json;
    this.#color = stdout.isTTY === true && !noColor && !json;
  }

  /** A result: `text` for people, or `record` as a line of JSON. Without a record it is for people only. */
  print(text: string, record?: object): void {
    if (!this.#json) this.write(`${this.#escape(text)}\n`);
    else if (record !== undefined) this.record(record);
  }

  /** A failure: `text` for people, beside the results; or `record` as a line of JSON, which is a result. */
  printError(text: string, record: object): void {
    if (this.#json) this.record(record);
    else this.remark(text);
  }

  /** What is for programs only: a line of JSON. */
  record(record: object): void {
    if (this.#json) this.write(`${escapeJson(record)}\n`);
  }

  /** Bytes as they are: a capture, a program's text. */
  write(bytes: Uint8Array | string): void {
    if ((this.#stdout.writableLength ?? 0) > MAX_BACKLOG) this.#dropped++;
    else if (this.#stdout.write(bytes) === false) this.#waitForReader();
  }

  /** Resolves when a slow reader has taken what was written; undefined if nothing waits for that reader. */
  get drained(): Promise<void> | undefined {
    return this.#drained;
  }

  /** Lines and blocks that were dropped because the reader is too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Virtual time stands still while a slow reader catches up, until the returned function is called. */
  pace(clock: Clock): () => void {
    const reader = clock.join("reader of the output");
    const goOn = (): void => reader.idleUntil(Number.POSITIVE_INFINITY);
    this.#onWait = (drained) => {
      reader.busy();
      void drained.then(goOn);
    };
    goOn();
    return () => {
      this.#onWait = undefined;
      reader.leave();
    };
  }

  #waitForReader(): void {
    if (this.#drained !== undefined || this.#stdout.once === undefined) return;
    this.#drained = new Promise((resolve) => {
      const done = (): void => {
        this.#drained = undefined;
        resolve();
      };
      this.#stdout.once?.("drain", done);
      this.#stdout.once?.("close", done);
    });
    this.#onWait?.(this.#drained);
  }

  /** A remark that is no result. */
  remark(text: string): void {
    this.#stderr.write(`${this.#escape(text)}\n`);
  }

  /** Shows `text` in the place of what was shown before; only on a terminal. An empty one clears the line. */
  progress(text: string): void {
    if (this.#stderr.isTTY === true && !this.#json) this.#stderr.write(`\r\x1b[K${this.#escape(text)}`);
  }

  #escape(text: string): string {
    return this.#color ? escapeText(text, ALL_STYLES) : escapeText(text);
  }

  /** `text` in a style, where that can be shown. */
  paint(style: Style, text: string): string {
    if (!this.#color) return text;
    const [on, off] = STYLES[style];
    return `\x1b[${on}m${text}\x1b[${off}m`;
  }
}
