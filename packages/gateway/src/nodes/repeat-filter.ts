import type { Decoded } from "../decoders/decoder.ts";

const MAX_IDS = 32;
/** A sender repeats a message within a second or two; ids such as BTHome's come again after 256 messages. */
const REMEMBERED_MS = 10_000;

/** Drops the copies that a node sends on purpose, and replays. One for each node. */
export class RepeatFilter {
  readonly #ids = new Map<string, number>();
  #code: bigint | undefined;

  /** `code`: the last rolling code of the time before. */
  constructor(code: bigint | undefined) {
    this.#code = code;
  }

  /** The last rolling code that was accepted. */
  get code(): bigint | undefined {
    return this.#code;
  }

  judge({ messageId, rollingCode }: Decoded, nowMs: number): "new" | "repeated" | "replayed" {
    if (rollingCode !== undefined) {
      if (rollingCode === this.#code) return "repeated";
      if (this.#code !== undefined && rollingCode < this.#code) return "replayed";
      this.#code = rollingCode;
    }
    if (messageId === undefined) return "new";
    const heardMs = this.#ids.get(messageId);
    this.#ids.delete(messageId);
    this.#ids.set(messageId, nowMs);
    if (this.#ids.size > MAX_IDS) this.#ids.delete(this.#ids.keys().next().value as string);
    return heardMs !== undefined && nowMs - heardMs < REMEMBERED_MS ? "repeated" : "new";
  }
}
