import { isDeepStrictEqual } from "node:util";
import { createContext, Script as VmScript } from "node:vm";
import { transform } from "sucrase";
import type { Call, Powers } from "./script-protocol.ts";

/** What a user's script has: as it is exported, or, as at The Things Network, only declared. */
interface Exports {
  readonly decode?: unknown;
  readonly encode?: unknown;
  readonly describe?: unknown;
  readonly examples?: unknown;
  readonly decodeUplink?: unknown;
  readonly encodeDownlink?: unknown;
  readonly default?: unknown;
}

type Anything = (...values: readonly unknown[]) => unknown;

const NAMES = ["decode", "encode", "describe", "examples", "decodeUplink", "encodeDownlink"] as const;
const LOAD_LIMIT_MS = 500;
const MAX_ATTEMPTS = 4;
/** A message of The Things Network comes on a port; ESP-NOW has none. */
const PORT = 1;

/** A script that is loaded. */
export interface Script {
  readonly name: string;
  readonly powers: Powers;
  /** The result as JSON. @throws what the script throws, or Error when it takes too long. */
  call(call: Call): string;
}

/**
 * Loads a script, each call of which may take `limitMs`, and runs its examples. TypeScript's types are taken away; modules and plain scripts are read alike.
 * @throws Error that says what is wrong with it.
 */
export function loadScript(name: string, text: string, limitMs: number): Script {
  const limited = limiter();
  const exports = limited(() => evaluate(name, toScript(name, text)), LOAD_LIMIT_MS);
  const decode = decodeOf(exports);
  const encode = encodeOf(exports);
  const { describe } = exports;
  const script: Script = {
    name,
    powers: { encode: encode !== undefined, describe: typeof describe === "function" },
    call(call) {
      return limited(() => JSON.stringify(now(run(call))) ?? "null", limitMs);
    },
  };
  const run = (call: Call): unknown => {
    if (call.op === "decode") return decode(Uint8Array.from(call.bytes), { source: call.source });
    if (call.op === "encode") return plainBytes(encode?.(call.values));
    return (describe as Anything)(call.seen);
  };
  checkExamples(exports.examples, script);
  return script;
}

/**
 * Runs work that has a limit of time: loops are ended. On a busy computer a short call may take long too: one that
 * had less than half of its time on the processor is tried again.
 */
function limiter(): <T>(work: () => T, ms: number) => T {
  const context = createContext({ work: undefined as unknown });
  const caller = new VmScript("work()");
  return <T>(work: () => T, timeout: number): T => {
    context["work"] = work;
    for (let attempt = 1; ; attempt++) {
      const before = process.cpuUsage();
      try {
        return caller.runInContext(context, { timeout }) as T;
      } catch (error) {
        const isLimit = (error as { readonly code?: unknown })?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
        const { user, system } = process.cpuUsage(before);
        if (!isLimit || attempt === MAX_ATTEMPTS || user + system > 500 * timeout) throw error;
      }
    }
  };
}

function toScript(name: string, text: string): string {
  const isTyped = /\.[mc]?ts$/.test(name);
  const isModule = /^\s*(export|import)\b/m.test(text);
  if (!isTyped && !isModule) return text;
  const transforms: ("typescript" | "imports")[] = isTyped ? ["typescript", "imports"] : ["imports"];
  try {
    return transform(text, { transforms, disableESTransforms: true, preserveDynamicImport: true }).code;
  } catch (error) {
    const { message, loc } = error as Error & { readonly loc?: { readonly line: number } };
    const reason = message.replace(/ \(\d+:\d+\)$/, "");
    throw new SyntaxError(loc === undefined ? reason : `${name}:${loc.line}: ${reason}`);
  }
}

/** What is declared at the top counts as exported. */
function evaluate(name: string, code: string): Exports {
  const declared = NAMES.map((one) => `${one}: typeof ${one} === "undefined" ? undefined : ${one}`).join(", ");
  const wrapped = `(function (exports, module, require) {${code}\nreturn { ${declared} };\n})`;
  const module = { exports: {} as Exports };
  const make = new VmScript(wrapped, { filename: name }).runInThisContext() as Anything;
  const own = make(module.exports, module, (wanted: unknown) => {
    throw new Error(`a decoder is one file: it cannot import ${JSON.stringify(wanted)}`);
  }) as Exports;
  const { default: main } = module.exports;
  const exported = { ...(main instanceof Object ? (main as Exports) : {}), ...module.exports };
  return Object.fromEntries(NAMES.map((one) => [one, exported[one] ?? own[one]]));
}

function decodeOf({ decode, decodeUplink }: Exports): Anything {
  if (typeof decode === "function") return decode as Anything;
  if (typeof decodeUplink !== "function") throw new Error("it has no function decode(bytes) or decodeUplink(input)");
  return (bytes) => {
    const input = { bytes: [...(bytes as Uint8Array)], fPort: PORT, variables: {} };
    const { data, errors } = now(decodeUplink(input)) as { data?: unknown; errors?: readonly unknown[] };
    return errors?.length ? { reason: errors.join("; ") } : { values: data };
  };
}

function encodeOf({ encode, encodeDownlink }: Exports): Anything | undefined {
  if (typeof encode === "function") return encode as Anything;
  if (typeof encodeDownlink !== "function") return undefined;
  return (data) => {
    const { bytes, errors } = now(encodeDownlink({ data, variables: {} })) as {
      bytes?: unknown;
      errors?: readonly unknown[];
    };
    return errors?.length ? { reason: errors.join("; ") } : bytes;
  };
}

/** @throws Error for a promise: nobody waits for it. */
function now(result: unknown): unknown {
  if (result instanceof Object && "then" in result)
    throw new Error("it is async: a decoder returns its result at once");
  return result;
}

/** A text is sent as UTF-8. */
function plainBytes(result: unknown): unknown {
  if (typeof result === "string") return [...new TextEncoder().encode(result)];
  return ArrayBuffer.isView(result) ? [...new Uint8Array(result.buffer, result.byteOffset, result.byteLength)] : result;
}

/** @throws Error for an example whose message gives other values. */
function checkExamples(examples: unknown, script: Script): void {
  if (examples === undefined) return;
  if (!Array.isArray(examples)) throw new Error("examples is no list of { message, values }");
  for (const [i, example] of examples.entries()) {
    const { title = `number ${i + 1}`, message, values, source = "02:00:00:00:00:01" } = Object(example);
    if (typeof message !== "string" || !/^([0-9a-f]{2})*$/i.test(message))
      throw new Error(`the example ${title}: its message is no text of hexadecimal digits`);
    const result = script.call({ op: "decode", bytes: [...Buffer.from(message, "hex")], source: String(source) });
    const wanted: unknown = JSON.parse(JSON.stringify(values) ?? "null");
    if (!isDeepStrictEqual(JSON.parse(result)?.values, wanted))
      throw new Error(
        `the example ${title}: it gives ${result.slice(0, 200)}, not the values ${JSON.stringify(wanted)}`,
      );
  }
}
