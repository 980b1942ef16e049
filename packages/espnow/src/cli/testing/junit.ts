import type { NamedTest } from "./test-files.ts";
import type { TestResult } from "./test-report.ts";

/**
 * The results in the XML that JUnit has made common: what continuous integrations read. Tests that were not run are
 * skipped ones.
 */
export function junitXml(results: readonly TestResult[], notRun: readonly NamedTest[], realSeconds: number): string {
  const failures = results.filter(({ outcome }) => outcome.failure !== undefined).length;
  const tests = results.length + notRun.length;
  const skipped = notRun.length === 0 ? "" : ` skipped="${notRun.length}"`;
  const counts = `tests="${tests}" failures="${failures}" errors="0"${skipped} time="${realSeconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="espnow" ${counts}>`,
    ...results.flatMap(testCase),
    ...notRun.flatMap((named) => [`${head(named, 0)}>`, '      <skipped message="interrupted"/>', "    </testcase>"]),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase({ named, outcome, seconds, text }: TestResult): readonly string[] {
  if (outcome.failure === undefined) return [`${head(named, seconds)}/>`];
  return [
    `${head(named, seconds)}>`,
    `      <failure message="${inXml(outcome.failure.message)}">${inXml(text)}</failure>`,
    "    </testcase>",
  ];
}

function head({ file, test }: NamedTest, seconds: number): string {
  const name = file.replace(/\.py$/, "").replaceAll("/", ".");
  return `    <testcase classname="${inXml(name)}" name="${inXml(test.name)}" time="${seconds.toFixed(3)}"`;
}

/** XML 1.0 has no control characters but tab and the ends of lines. */
function inXml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
