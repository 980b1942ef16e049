/**
 * Tests written in MicroPython, for `espnow test` (docs/testing-micropython.md).
 *
 * @module espnow-micropython/testing
 */

export {
  type RunTestOptions,
  runTest,
  snapshotOfTest,
  type TestFailure,
  type TestOutcome,
  type TimelineLine,
} from "./house/conductor.ts";
export { type HouseTest, testsOf } from "./house/house-test.ts";
