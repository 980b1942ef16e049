import {
  type DecodeContext,
  type DecodeResult,
  type Decoder,
  isRefusal,
  type Refusal,
  refuse,
  type Seen,
  type Values,
} from "../decoders/decoder.ts";
import type { Entity } from "../decoders/entity.ts";
import { describeByName } from "../decoders/well-known.ts";
import { ScriptProcess } from "./script-process.ts";
import type { Call, Powers } from "./script-protocol.ts";
import { readDecoded, readEncoded, readEntities, WrongResult } from "./script-result.ts";

/** After this many failures in a row it is switched off until its file changes. */
const MAX_FAILURES = 20;
const LIMIT_MS = 50;

export interface ScriptOptions {
  /** What people should know. */
  readonly onRemark: (text: string) => void;
  /** It reads messages in another way from now on. */
  readonly onChange: (decoder: Decoder) => void;
  /** How long a call may take, in ms. 50 if left out. */
  readonly limitMs?: number;
}

/**
 * A decoder that a user wrote, in a process of its own. What it does wrong is a refusal of the message; the messages that come
 * while its process is started again are refused too.
 */
export class ScriptDecoder implements Decoder {
  readonly format = "script";
  readonly name: string;
  readonly #options: ScriptOptions;
  #process: ScriptProcess | undefined;
  /** One that is being loaded. The old one is used until then. */
  #next: ScriptProcess | undefined;
  #powers: Powers = { encode: false, describe: false };
  #text = "";
  #refusal: string;
  #failures = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(name: string, options: ScriptOptions) {
    this.name = name;
    this.#options = options;
    this.#refusal = `there is no decoder ${name}`;
  }

  /** Loads the script as it is now. If that cannot be loaded, the one of before stays. */
  load(text: string): void {
    this.#text = text;
    this.#failures = 0;
    this.#start();
  }

  /** Its file is gone: the script of before stays. */
  lost(reason: string): void {
    if (this.#process === undefined) this.#refusal = reason;
    this.#options.onRemark(reason);
  }

  /** Until it is loaded, or cannot be. */
  ready(): Promise<void> {
    return this.#next === undefined ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  decode(bytes: Uint8Array, { source }: DecodeContext): DecodeResult {
    return this.#call({ op: "decode", bytes: [...bytes], source }, readDecoded);
  }

  get encode(): ((values: Values) => Uint8Array | Refusal) | undefined {
    if (!this.#powers.encode) return undefined;
    return (values) => this.#call({ op: "encode", values }, readEncoded);
  }

  describe(seen: Seen): readonly Entity[] {
    if (!this.#powers.describe || this.#process === undefined) return describeByName(seen);
    const entities = this.#call({ op: "describe", seen }, readEntities);
    return isRefusal(entities) ? describeByName(seen) : entities;
  }

  end(): void {
    this.#process?.end();
    this.#next?.end();
    this.#process = undefined;
    this.#settle();
  }

  #start(): void {
    this.#next?.end();
    if (this.#process === undefined) this.#refusal = `the decoder ${this.name} is being loaded`;
    const next = new ScriptProcess(this.name, this.#text, this.#options.limitMs ?? LIMIT_MS, {
      onLoaded: (powers) => {
        this.#process?.end();
        this.#process = next;
        this.#powers = powers;
        this.#settle();
        this.#options.onChange(this);
      },
      onEnded: (reason) => this.#onEnded(next, reason),
      onLog: (line) => this.#options.onRemark(`${this.name}: ${line}`),
    });
    this.#next = next;
  }

  #onEnded(ended: ScriptProcess, reason: string): void {
    if (ended === this.#process) {
      this.#failed(reason);
      return;
    }
    const stays = this.#process === undefined ? "" : "; the one of before stays";
    this.#refusal = `the decoder ${this.name} cannot be loaded: ${reason}`;
    this.#options.onRemark(`${this.#refusal}${stays}`);
    this.#settle();
  }

  #settle(): void {
    this.#next = undefined;
    for (const done of this.#waiting.splice(0)) done();
  }

  #call<T>(call: Call, read: (result: unknown) => T): T | Refusal {
    if (this.#process === undefined) return refuse(this.#refusal);
    const answer = this.#process.call(call);
    if ("failure" in answer) return this.#failed(answer.failure);
    try {
      const result = read(answer.result);
      this.#failures = 0;
      return result;
    } catch (error) {
      if (!(error instanceof WrongResult)) throw error;
      return this.#failed(error.message);
    }
  }

  /** Starts the process again if it is gone, or gives up. */
  #failed(reason: string): Refusal {
    this.#failures++;
    const isGone = this.#process?.isEnded ?? false;
    if (this.#failures >= MAX_FAILURES) {
      this.#process?.end();
      this.#process = undefined;
      this.#refusal = `the decoder ${this.name} is switched off after ${MAX_FAILURES} failures in a row: ${reason}`;
      this.#options.onRemark(`${this.#refusal}. It begins again when the file changes`);
    } else if (isGone) {
      this.#process = undefined;
      this.#start();
    }
    return refuse(reason);
  }
}
