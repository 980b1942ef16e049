import type { SendReport } from "aioespnow";
import { count, milliseconds } from "./format.ts";
import type { Output } from "./output.ts";

/** What became of a message, in words: `acknowledged (1 attempt, 1.28 ms)`. */
export function describeReport(output: Output, report: SendReport, tookMs: number): string {
  const time = milliseconds(tookMs);
  switch (report.status) {
    case "acked":
      return `${output.paint("green", "acknowledged")} (${attempts(report.attempts)}${time})`;
    case "no-ack":
      return `${output.paint("red", "not acknowledged")} (${attempts(report.attempts)}${time})`;
    case "broadcast":
      return `sent to all in reach (${time})`;
    case "unknown":
      return `sent (${time}); this radio does not tell whether it was acknowledged`;
    case "failed":
      return `${output.paint("red", "failed")}: ${report.error.message}`;
  }
}

/** The same for programs. */
export function reportRecord(report: SendReport, tookMs: number): object {
  const attempts = "attempts" in report ? { attempts: report.attempts } : {};
  const error = report.status === "failed" ? { error: report.error.message } : {};
  return { status: report.status, ...attempts, ms: round(tookMs), ...error };
}

/** Microseconds are enough. */
export function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function attempts(number: number | undefined): string {
  return number === undefined ? "" : `${count(number, "attempt")}, `;
}
