import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take minutes where others take seconds: begun first, so that nobody waits for them at the end. */
const LONG = [/\/system\/vm\.test\.ts$/, /\/system\//];

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => place(a.moduleId) - place(b.moduleId));
  }
}

function place(file: string): number {
  const found = LONG.findIndex((pattern) => pattern.test(file));
  return found < 0 ? LONG.length : found;
}
