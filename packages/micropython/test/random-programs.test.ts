/**
 * Random programs, by a fixed list of seeds: with garbage collected as usual, and, one in ten, after each allocation, they
 * compute what they compute without. `npm run random-programs` runs 2,000 of them; RANDOM_PROGRAMS is how many.
 */
import { Scenario } from "espnow-micropython";
import { expect, test } from "vitest";
import { randomProgram } from "./random-programs/generator.ts";

const COUNT = Number(process.env["RANDOM_PROGRAMS"] ?? 12);
const AT_A_TIME = 10;

async function outputOf(source: string): Promise<string> {
  await using scenario = new Scenario({ seed: 1 });
  const board = scenario.board({ source }, { mayFail: true });
  await scenario.settled(board.exited);
  return board.output;
}

test.each(Array.from({ length: Math.ceil(COUNT / AT_A_TIME) }, (_, n) => n * AT_A_TIME))(
  "random programs from seed %i on compute the same wherever garbage is collected",
  { timeout: 600_000 },
  async (first) => {
    for (let seed = first; seed < Math.min(first + AT_A_TIME, COUNT); seed++) {
      const source = randomProgram(seed);
      const expected = await outputOf(`import gc\ngc.disable()\n${source}`);
      expect(expected, `seed ${seed}`).toMatch(/^total \d+ \d+\n$/);
      expect(await outputOf(source), `seed ${seed}`).toBe(expected);
      if (seed % 10 === 0) {
        expect(await outputOf(`import gc\ngc.threshold(0)\n${source}`), `seed ${seed}, forced`).toBe(expected);
      }
    }
  },
);
