import { EspNowError } from "aioespnow";
import {
  type CallName,
  type Handler,
  CALL_NAMES as NAMES,
  type RawAnswer,
  type RawCall,
  rawAnswer,
} from "../bridge/calls.ts";
import { Refusal } from "../bridge/refusal.ts";

/** The result of a call whose arguments were wrong: Python raises ValueError with the reply as its text. */
const WRONG_VALUE = -0x1_0000;
/** The longest that goes with a call or comes back: the length of `buffer` in python/_bridge.py. */
export const CALL_BYTES = 8192;
const NO_BYTES = new Uint8Array(0);
/** A board has a new handler for each at every start. */
const NUMBERS: ReadonlyMap<CallName, number> = new Map(NAMES.map((name, op) => [name, op]));

/** What the modules of the ROM ask when they are imported. */
const FACTS: readonly CallName[] = ["espnow_board", "espnow_limit", "espnow_rxbuf", "machine_board"];

/** What a board answers to the calls of its program. */
export class BoardCalls {
  readonly #handlers: ((call: never) => unknown)[] = [];
  readonly #failed: (why: string) => void;

  /** `failed`: a handler threw what is no answer. */
  constructor(failed: (why: string) => void) {
    this.#failed = failed;
  }

  handle<N extends CallName>(name: N, handler: Handler<N>): void {
    this.#handlers[NUMBERS.get(name) as number] = handler;
  }

  answer(op: number, call: RawCall): RawAnswer {
    try {
      const handler = this.#handlers[op];
      if (handler === undefined) throw new RangeError(`this board has no "${NAMES[op] ?? op}"`);
      const answer = rawAnswer(op, handler, call);
      if (answer.reply.length <= CALL_BYTES) return answer;
      throw new RangeError(`an answer of ${answer.reply.length} bytes; ${CALL_BYTES} are the most`);
    } catch (error) {
      return this.#refused(NAMES[op] as CallName, error);
    }
  }

  /** The same for all boards of a kind. */
  get facts(): ReadonlyMap<number, number> {
    const facts = new Map<number, number>();
    for (const name of FACTS) {
      const op = NUMBERS.get(name) as number;
      if (this.#handlers[op] !== undefined) facts.set(op, this.answer(op, { numbers: [], data: NO_BYTES }).result);
    }
    return facts;
  }

  #refused(name: CallName, error: unknown): RawAnswer {
    const text = (message: string): Uint8Array => new TextEncoder().encode(message).subarray(0, CALL_BYTES);
    if (error instanceof Refusal) return { result: -error.errno, reply: text(error.message) };
    if (error instanceof EspNowError) return { result: -Math.abs(error.errno), reply: text(error.code) };
    if (error instanceof RangeError || error instanceof TypeError) {
      return { result: WRONG_VALUE, reply: text(error.message) };
    }
    this.#failed(`the host's answer to "${name}" failed: ${describe(error)}`);
    return { result: 0, reply: NO_BYTES };
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
