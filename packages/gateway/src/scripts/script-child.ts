/**
 * The process in which a user's script runs. It reads requests and writes answers, one line each, and does nothing in between:
 * a script's timers and promises never run. That it ends, or is killed, is no harm to the gateway.
 */
import { readSync, writeFileSync, writeSync } from "node:fs";
import { format } from "node:util";
import { loadScript, type Script } from "./load-script.ts";
import { type Answer, MAX_ANSWER, type Request } from "./script-protocol.ts";

const REQUESTS = 0;
const ANSWERS = 3;
const MAX_LOG = 20;
const MAX_LOG_LENGTH = 200;

let log: string[] = [];
let script: Script | undefined;

function answer(request: Request): Answer {
  const id = "id" in request ? { id: request.id } : {};
  try {
    if (request.op === "load") {
      script = loadScript(request.name, request.text, request.limitMs);
      return { result: script.powers };
    }
    const text = script?.call(request) ?? "null";
    if (text.length > MAX_ANSWER) return { ...id, failure: `its result has more than ${MAX_ANSWER} characters` };
    return { ...id, result: JSON.parse(text) };
  } catch (error) {
    return { ...id, failure: explain(error, script?.name ?? ("name" in request ? request.name : "")) };
  }
}

/** `tank.js:3: x is not defined`. */
function explain(error: unknown, name: string): string {
  // Not instanceof: the error of a limit is of another realm.
  if (typeof error !== "object" || error === null || !("message" in error))
    return `it threw ${String(error)}`.slice(0, MAX_LOG_LENGTH);
  const { message, stack = "", code } = error as Error & { readonly code?: unknown };
  const text = code === "ERR_SCRIPT_EXECUTION_TIMEOUT" ? "it took too long" : String(message).slice(0, MAX_LOG_LENGTH);
  const at = String(stack).indexOf(`${name}:`);
  const line = at < 0 ? undefined : /^\d+/.exec(String(stack).slice(at + name.length + 1))?.[0];
  return line === undefined || text.startsWith(`${name}:`) ? text : `${name}:${line}: ${text}`;
}

/** Blocks until there is a line. undefined: the gateway is gone. */
function* lines(): Generator<string> {
  const buffer = Buffer.alloc(64 * 1024);
  let rest: Buffer[] = [];
  for (;;) {
    const length = readSync(REQUESTS, buffer);
    if (length === 0) return;
    let start = 0;
    const bytes = buffer.subarray(0, length);
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield Buffer.concat([...rest, bytes.subarray(start, end)]).toString();
      rest = [];
      start = end + 1;
    }
    if (start < length) rest.push(Buffer.from(bytes.subarray(start)));
  }
}

function keepLog(...values: readonly unknown[]): void {
  if (log.length < MAX_LOG) log.push(format(...values).slice(0, MAX_LOG_LENGTH));
}

// Where the computer has no memory left, Linux ends this process first.
try {
  writeFileSync("/proc/self/oom_score_adj", "1000");
} catch {
  // another system
}
for (const name of ["log", "info", "warn", "error", "debug"] as const) console[name] = keepLog;
for (const line of lines()) {
  const result = answer(JSON.parse(line) as Request);
  writeSync(ANSWERS, `${JSON.stringify(log.length === 0 ? result : { ...result, log })}\n`);
  log = [];
}
