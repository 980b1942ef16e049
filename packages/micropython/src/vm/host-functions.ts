import { callableAt, numberAt, putHostObject, putInteger, putUndefined } from "./values.ts";

/**
 * All that Python can call of the host: the functions of its module `_host`, which python/_bridge.py takes once and hides.
 * Only numbers pass. The bytes of calls and answers stand in a bytearray of Python's, whose address it tells.
 */
export interface HostFunctions {
  /** Before a call and `word`: whether the program waits first. */
  beforeCall(): boolean;
  /** Asks the board: `length` bytes of the buffer go with it; the answer's bytes stand in it afterwards. */
  call(op: number, length: number, a: number, b: number, c: number): number;
  /** How many bytes the last answer had. */
  replyLength(): number;
  /** Before `waited`: whether the program has to wait, for at most this many milliseconds (negative: forever). */
  beforeWait(delayMs: number): boolean;
  /** It has waited. Whether callbacks are to run before it looks at what it waited for. */
  waited(): boolean;
  /** Whether more of them are. */
  callbacksPending(): boolean;
  word(index: number): number;
  /** `time.ticks_us()`: MicroPython's own steps by milliseconds. */
  ticksUs(): number;
  /** Random bytes, into the buffer. */
  random(length: number): void;
  /** Bytes of the buffer to the output, as they are. */
  writeBytes(length: number): void;
  /** Which byte is Ctrl-C; -1: none. */
  interruptChar(char: number): void;
}

/** What Python gives the host for good, by references and addresses. */
export interface PythonFunctions {
  /** Where the bytes of calls and answers stand. */
  readonly buffer: number;
  /** `_boot.run()` */
  readonly run: number;
  /** `micropython.schedule` and `_bridge._dispatch` */
  readonly schedule: number;
  readonly dispatch: number;
  /** A RuntimeError. */
  readonly recursionError: number;
}

/** The numbers of the objects that Python has of the host; 0 and 1 are not given. */
const NAMES = [
  "call",
  "wait",
  "word",
  "pending",
  "reply_length",
  "ticks_us",
  "random",
  "write_bytes",
  "interrupt_char",
  "attach",
  "attach_program",
] as const;
type Name = (typeof NAMES)[number];
const FIRST = 3;
const MODULE = 2;

/** What of the interpreter the host's functions need. */
export interface HostCalls {
  readonly surroundings: () => HostFunctions;
  readonly memory: () => DataView;
  /** Whether the code after it runs on; false if the program is suspended before that. */
  passes(before: () => boolean): boolean;
  attached(functions: Partial<PythonFunctions>): void;
}

type Import = (...args: number[]) => number | undefined;

/**
 * The imports of MicroPython's JavaScript bridge. There is no JavaScript behind them: an object of the host's is a number,
 * it has no attributes but those of the module, and all that is not a call of a function does nothing.
 */
export function hostImports(calls: HostCalls): Record<string, Import> {
  const { memory } = calls;
  const nothing =
    (result: number, at?: number): Import =>
    (...args) => {
      if (at !== undefined) putUndefined(memory(), args[at] as number);
      return result;
    };
  return {
    call0: (number, out) => callFunction(calls, number as number, 0, 0, out as number),
    call1: (number, _via, values, out) => callFunction(calls, number as number, 1, values as number, out as number),
    calln: (number, _via, count, values, out) =>
      callFunction(calls, number as number, count as number, values as number, out as number),
    call2: nothing(0, 4),
    call0_kwarg: nothing(0, 5),
    calln_kwarg: nothing(0, 7),
    lookup_attr: (number, name, out) => lookUp(memory(), number as number, name as number, out as number),
    has_attr: nothing(0),
    store_attr: nothing(0),
    js_subscr_load: nothing(0, 2),
    js_subscr_store: nothing(0),
    js_get_iter: nothing(0, 1),
    js_iter_next: nothing(0),
    js_reflect_construct: nothing(0, 3),
    js_check_existing: nothing(-1),
    js_get_error_info: (_number, name, message) => {
      putUndefined(memory(), name as number);
      putUndefined(memory(), message as number);
      return 0;
    },
    js_get_proxy_js_ref_info: (out) => {
      memory().setInt32(out as number, 0, true);
      memory().setInt32((out as number) + 4, 0, true);
      return 0;
    },
    proxy_js_free_obj: nothing(0),
    proxy_convert_mp_to_js_then_js_to_mp_obj_jsside: nothing(0, 0),
    proxy_convert_mp_to_js_then_js_to_js_then_js_to_mp_obj_jsside: nothing(0, 0),
    create_promise: nothing(0, 1),
    js_then_continue: nothing(0, 4),
    js_then_resolve: nothing(0),
    js_then_reject: nothing(0),
  };
}

/** Writes the module itself, to be registered. */
export function putHostModule(memory: DataView, value: number): void {
  putHostObject(memory, value, MODULE);
}

/** MicroPython's: 1 where there is such an attribute. */
function lookUp(memory: DataView, number: number, at: number, out: number): number {
  if (number !== MODULE) return 0;
  const bytes = new Uint8Array(memory.buffer, at);
  const name = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  const index = NAMES.indexOf(name as Name);
  if (index < 0) return 0;
  putHostObject(memory, out, FIRST + index);
  return 1;
}

function callFunction(calls: HostCalls, number: number, count: number, values: number, out: number): number {
  const memory = calls.memory();
  const argument = (index: number): number => (index < count ? numberAt(memory, values, index) : 0);
  const host = calls.surroundings();
  const name = NAMES[number - FIRST];
  const before = name === "wait" ? () => host.beforeWait(argument(0)) : () => host.beforeCall();
  if (SUSPENDING.has(name) && !calls.passes(before)) return 0;
  const result = name === undefined ? undefined : answer(calls, name, argument, values, count);
  if (result === undefined) putUndefined(memory, out);
  else putInteger(memory, out, result);
  return 0;
}

const SUSPENDING: ReadonlySet<Name | undefined> = new Set(["call", "wait", "word", "ticks_us", "write_bytes"]);

function answer(
  calls: HostCalls,
  name: Name,
  argument: (index: number) => number,
  values: number,
  count: number,
): number | undefined {
  const host = calls.surroundings();
  switch (name) {
    case "call":
      return host.call(argument(0), argument(1), argument(2), argument(3), argument(4));
    case "wait":
      return host.waited() ? 1 : 0;
    case "pending":
      return host.callbacksPending() ? 1 : 0;
    case "word":
      return host.word(argument(0));
    case "reply_length":
      return host.replyLength();
    case "ticks_us":
      return host.ticksUs();
    case "random":
      return void host.random(argument(0));
    case "write_bytes":
      return void host.writeBytes(argument(0));
    case "interrupt_char":
      return void host.interruptChar(argument(0));
    case "attach": {
      const [schedule, dispatch] = [1, 2].map((index) =>
        index < count ? callableAt(calls.memory(), values, index) : 0,
      );
      return void calls.attached({ buffer: argument(0), schedule: schedule ?? 0, dispatch: dispatch ?? 0 });
    }
    case "attach_program":
      return void calls.attached({
        recursionError: argument(0),
        run: callableAt(calls.memory(), values, 1) ?? 0,
      });
  }
}
