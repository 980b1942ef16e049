/**
 * The tests that every Phy, Radio and driver of this library passes, to be run against others with vitest.
 *
 * @module aioespnow/testing
 */
export { describeEspNow, type EspNowSuiteOptions } from "./testing/espnow-suite.ts";
export { describePhy, type PhyPair, type PhySuiteOptions } from "./testing/phy-suite.ts";
export { describeRadio, type RadioPair, type RadioSuiteOptions } from "./testing/radio-suite.ts";
