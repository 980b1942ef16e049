import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Air } from "aioespnow/sim";
import type { Command } from "commander";
import {
  type HouseTest,
  type RunTestOptions,
  runTest,
  snapshotOfTest,
  type TestOutcome,
} from "espnow-micropython/testing";
import { parseDuration, wholeNumber } from "../arguments.ts";
import { OWNER_ONLY } from "../boards/saved-state.ts";
import { withContext, withJson } from "../process/command.ts";
import { messageOf } from "../process/explain.ts";
import type { Context, Host } from "../process/host.ts";
import { withFile } from "../process/system-message.ts";
import { recordAir } from "../radio/air-recording.ts";
import { junitXml } from "../testing/junit.ts";
import { findTests, type NamedTest, selector } from "../testing/test-files.ts";
import { failureText, type Kept, TestReport } from "../testing/test-report.ts";

/** A capture of a test that is longer is cut. */
const MAX_CAPTURE_BYTES = 64 * 1024 * 1024;
const WEEK_MS = 7 * 86_400_000;
const MINUTE_MS = 60_000;
/** The boards of a test that fails are saved so long before, in virtual time. */
const BEFORE_MS = 1000;

interface TestOptions {
  readonly k?: string;
  readonly seed: number;
  readonly junit?: string;
  readonly captures: string;
  readonly timeout: number;
  readonly realTimeout: number;
  readonly exitfirst?: boolean;
  readonly json?: boolean;
}

export function testCommand(command: Command, host: Host): void {
  withJson(command)
    .argument("[files...]", "test_*.py, folders with such files, or FILE::TEST (default: the current folder)")
    .option("-k <expression>", 'only tests whose names match: "sensor and not lamp"')
    .option("--seed <number>", "random seed of the air and of the programs", wholeNumber(0, 0xffff_ffff), 1)
    .option("-x, --exitfirst", "stop after the first test that fails")
    .option("--timeout <time>", "how long a test may take, in virtual time (default: 7d)", parseDuration, WEEK_MS)
    .option("--real-timeout <time>", "how long a test may take, in real time (default: 60s)", parseDuration, MINUTE_MS)
    .option("--junit <file>", "write the results as JUnit XML")
    .option("--captures <folder>", "where the air and the boards of a test that fails are saved", "espnow-test")
    .action((files: string[], options: TestOptions) =>
      withContext(host, options, (context) => test(files.length === 0 ? ["."] : files, options, context)),
    );
}

/** Returns 0 if all tests pass. */
async function test(words: readonly string[], options: TestOptions, context: Context): Promise<number> {
  const isSelected = options.k === undefined ? () => true : selector(options.k);
  const tests = findTests(words).filter(({ id }) => isSelected(id));
  if (tests.length === 0)
    throw new Error(`no tests found: functions test_... in files test_*.py in ${words.join(", ")}`);
  const report = new TestReport(context.output);
  const begun = performance.now();
  const elapsed = (): number => (performance.now() - begun) / 1000;
  report.begin(tests.length, options.seed);
  try {
    for (const named of tests) {
      context.signal.throwIfAborted();
      const start = elapsed();
      const { outcome, kept } = await runKept(named, options, context.signal);
      report.add({ named, outcome, seconds: elapsed() - start, text: failureText(named, outcome, kept) });
      context.output.progress(`${report.results.length} of ${tests.length}`);
      if (options.exitfirst && outcome.failure !== undefined) break;
    }
  } finally {
    context.output.progress("");
    const notRun = context.signal.aborted ? tests.slice(report.results.length) : [];
    report.end(elapsed(), notRun.length);
    const { junit } = options;
    if (junit !== undefined) {
      const xml = junitXml(report.results, notRun, elapsed());
      withFile("write", junit, () => writeFileSync(junit, xml));
    }
  }
  return report.failed.length > 0 ? 1 : 0;
}

/** Runs a test. Of one that fails the air goes into a file, and the boards shortly before into another. */
async function runKept(
  { test, id }: NamedTest,
  { seed, timeout, realTimeout, captures }: TestOptions,
  signal: AbortSignal,
): Promise<{ outcome: TestOutcome; kept: Kept }> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const write = (bytes: Uint8Array): void => {
    if (size + bytes.length > MAX_CAPTURE_BYTES) return;
    size += bytes.length;
    pieces.push(bytes.slice());
  };
  let begin = 0;
  const onAir = (air: Air): void => {
    recordAir(air, { write });
    begin = pieces.length;
  };
  const limit = AbortSignal.timeout(realTimeout);
  const options = { seed, timeoutMs: timeout, limit, signal };
  const outcome = await runTest(test, { ...options, onAir });
  if (outcome.failure === undefined) return { outcome, kept: {} };
  const keep = (ending: string, bytes: Uint8Array): string => {
    const file = join(captures, `${id.replace(/\.py::/, "-").replaceAll(/[^\w.-]+/g, "-")}.${ending}`);
    withFile("write", file, () => {
      mkdirSync(captures, { recursive: true });
      writeFileSync(file, bytes, ending === "state" ? { mode: OWNER_ONLY } : {});
    });
    return file;
  };
  const capture = pieces.length === begin ? {} : { capture: keep("pcapng", Buffer.concat(pieces)) };
  return { outcome, kept: { ...capture, ...(await keepBoards(test, options, outcome, keep)) } };
}

/** Not where the test has taken too long, and not where no time has passed. */
async function keepBoards(
  test: HouseTest,
  options: RunTestOptions,
  { virtualMs }: TestOutcome,
  keep: (ending: string, bytes: Uint8Array) => string,
): Promise<Kept> {
  if (options.limit?.aborted || virtualMs === 0) return {};
  const atMs = virtualMs > BEFORE_MS ? virtualMs - BEFORE_MS : virtualMs / 2;
  try {
    const snapshot = await snapshotOfTest(test, options, atMs);
    return snapshot.boards.length === 0 ? {} : { state: keep("state", await snapshot.toBytes()), stateMs: atMs };
  } catch (error) {
    options.signal?.throwIfAborted();
    return { unsaved: messageOf(error) };
  }
}
