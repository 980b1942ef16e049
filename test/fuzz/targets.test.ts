import { expect, test } from "vitest";
import { targets } from "./long/targets.ts";

const STEPS = 5;

/** The same for hours, with other seeds: `npm run fuzz`. */
test.each(targets(1))("$name: foreign bytes neither throw nor upset what is counted", (target) => {
  for (let i = 0; i < STEPS; i++) expect(target.step(() => undefined)).toBeGreaterThan(0);
});
