import type { TestResult } from "./test-report.ts";

/** The results in the XML that JUnit has made common: what continuous integrations read. */
export function junitXml(results: readonly TestResult[], realSeconds: number): string {
  const failures = results.filter(({ outcome }) => outcome.failure !== undefined).length;
  const counts = `tests="${results.length}" failures="${failures}" errors="0" time="${realSeconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="espnow" ${counts}>`,
    ...results.flatMap(testCase),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase({ named: { file, test }, outcome, seconds, text }: TestResult): readonly string[] {
  const name = file.replace(/\.py$/, "").replaceAll("/", ".");
  const head = `    <testcase classname="${inXml(name)}" name="${inXml(test.name)}" time="${seconds.toFixed(3)}"`;
  if (outcome.failure === undefined) return [`${head}/>`];
  return [
    `${head}>`,
    `      <failure message="${inXml(outcome.failure.message)}">${inXml(text)}</failure>`,
    "    </testcase>",
  ];
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
