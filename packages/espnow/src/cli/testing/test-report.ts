// cli/testing: `espnow test`: which tests run, and how their outcome is told. The tests themselves run in
// espnow-micropython/testing.

import type { TestOutcome } from "espnow-micropython/testing";
import { count, seconds } from "../output/format.ts";
import type { Output } from "../output/output.ts";
import type { NamedTest } from "./test-files.ts";

const WIDTH = 80;

/** How a test went, and what is said of it. */
export interface TestResult {
  readonly named: NamedTest;
  readonly outcome: TestOutcome;
  /** Real ones. */
  readonly seconds: number;
  /** What a person needs to see of a failure; empty of one that passed. */
  readonly text: string;
}

/** What is kept of a test that failed. */
export interface Kept {
  /** The file with its air. */
  readonly capture?: string;
  /** The file with its boards, as they were at a time of the test. */
  readonly state?: string;
  readonly stateMs?: number;
  /** Why there is none. */
  readonly unsaved?: string;
}

/** What the report says of a failed test: where, why, and what all boards did. */
export function failureText({ test, file }: NamedTest, outcome: TestOutcome, kept: Kept): string {
  const { failure, timeline, findings } = outcome;
  if (failure === undefined) return "";
  const { message, line, testLine, traceback } = failure;
  const width = Math.max(0, ...timeline.map(({ board }) => board.length));
  const frames = traceback.split("\n").filter((one) => /^ {2}File /.test(one));
  return [
    ...sourceLines(test.source.split("\n"), test.line, testLine),
    ...message.split("\n").map((text) => `E   ${text}`),
    "",
    ...(frames.length > 1 ? [...frames, ""] : []),
    `${file}:${line ?? test.line}: ${/^\w+(?=:|$)/.exec(message)?.[0] ?? "failed"}`,
    ruled("-", "what the boards did (seconds)"),
    ...timeline.map(({ timeMs, board, kind, text }) => {
      const what = kind === "action" ? `* ${text}` : `| ${text}`;
      return `${seconds(timeMs)}  ${board.padEnd(width)} ${what}`;
    }),
    ...(timeline.length === 0 ? ["nothing was printed"] : []),
    ...(findings.length === 0 ? [] : ["", ...findings]),
    ...keptText(kept),
  ].join("\n");
}

function keptText({ capture, state, stateMs = 0, unsaved }: Kept): readonly string[] {
  const lines = [
    ...(capture === undefined ? [] : [`the air: ${capture}`]),
    ...(state === undefined ? [] : [`the boards at ${seconds(stateMs).trim()} s: espnow run --from-state ${state}`]),
    ...(unsaved === undefined ? [] : [`the boards before it failed cannot be saved: ${unsaved}`]),
  ];
  return lines.length === 0 ? [] : ["", ...lines];
}

/** The test up to where it failed, which is marked. */
function sourceLines(source: readonly string[], first: number, failed: number | undefined): readonly string[] {
  if (failed === undefined || failed < first) return source.slice(first - 1, first).map((text) => `    ${text}`);
  return source.slice(first - 1, failed).map((text, index) => `${first + index === failed ? ">" : " "}   ${text}`);
}

/** A line with a title in its middle. */
function ruled(rule: string, title: string): string {
  const left = Math.max(1, Math.floor((WIDTH - title.length - 2) / 2));
  return `${rule.repeat(left)} ${title} ${rule.repeat(Math.max(1, WIDTH - left - title.length - 2))}`;
}

/** Reports on tests as pytest does, or as JSON, a line each. */
export class TestReport {
  readonly #output: Output;
  readonly #results: TestResult[] = [];
  #file: string | undefined;
  #line = "";

  constructor(output: Output) {
    this.#output = output;
  }

  get results(): readonly TestResult[] {
    return this.#results;
  }

  get failed(): readonly TestResult[] {
    return this.#results.filter(({ outcome }) => outcome.failure !== undefined);
  }

  begin(tests: number, seed: number): void {
    this.#output.print(this.#output.paint("bold", ruled("=", "test session starts")));
    this.#output.print(`MicroPython on simulated boards, virtual time, seed ${seed}`);
    this.#output.print(`collected ${count(tests, "test")}\n`);
  }

  add(result: TestResult): void {
    const { named, outcome, seconds } = result;
    this.#results.push(result);
    if (named.file !== this.#file) this.#endFile();
    if (this.#line === "") this.#line = `${named.file} `;
    this.#file = named.file;
    this.#line += outcome.failure === undefined ? this.#output.paint("green", ".") : this.#output.paint("red", "F");
    const { failure } = outcome;
    const why = failure === undefined ? {} : { message: failure.message, line: failure.line ?? null };
    this.#output.record({
      test: named.id,
      outcome: failure === undefined ? "passed" : "failed",
      seconds: Math.round(seconds * 1000) / 1000,
      virtual: Math.round(outcome.virtualMs * 1000) / 1e6,
      ...why,
    });
  }

  /** @param notRun How many tests Ctrl-C has kept from an end. */
  end(realSeconds: number, notRun: number): void {
    this.#endFile();
    const { failed } = this;
    if (failed.length > 0) this.#output.print(`\n${ruled("=", "FAILURES")}`);
    for (const { named, text } of failed) {
      this.#output.print(this.#output.paint("red", ruled("_", named.test.name)));
      this.#output.print(`${text}\n`);
    }
    if (failed.length > 0) this.#output.print(ruled("=", "short test summary info"));
    for (const { named, outcome } of failed) {
      const [first = ""] = (outcome.failure?.message ?? "").split("\n");
      this.#output.print(`FAILED ${named.id} - ${first}`);
    }
    const passed = this.#results.length - failed.length;
    const counts = [
      ...(failed.length > 0 ? [`${failed.length} failed`] : []),
      ...(passed > 0 ? [`${passed} passed`] : []),
      ...(notRun > 0 ? [`interrupted, ${notRun} not run`] : []),
    ];
    const text = ruled("=", `${counts.join(", ") || "no tests ran"} in ${realSeconds.toFixed(2)}s`);
    if (notRun > 0) this.#output.record({ interrupted: true, notRun });
    this.#output.print(this.#output.paint(failed.length > 0 || notRun > 0 ? "red" : "green", text));
  }

  #endFile(): void {
    if (this.#line !== "") this.#output.print(this.#line);
    this.#line = "";
  }
}
