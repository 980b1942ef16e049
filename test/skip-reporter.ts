import type { Reporter, TestCase, TestModule } from "vitest/node";
import { SHARED_VARIABLE } from "./shared.ts";

/** In CI a skipped test is a failure: the machine must have all parts. The data that is not ours is the one exception. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests("skipped")]).filter(isForbidden);
    if (skipped.length === 0) return;
    process.exitCode = 1;
    console.error(`\nSkipped, which CI does not allow (${skipped.length}):`);
    for (const test of skipped) console.error(`  ${test.module.relativeModuleId} > ${test.fullName}`);
  }
}

function isForbidden(test: TestCase): boolean {
  return !(test.fullName.includes(SHARED_VARIABLE) && process.env[SHARED_VARIABLE] === undefined);
}
