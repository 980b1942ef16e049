import { expect, test } from "vitest";
import { mpdus, packets } from "./long/frames.ts";
import { boardLine, pcap, pcapng, positions, repl, sharedAir } from "./long/streams.ts";

const STEPS = 5;

/** The same for hours, with other seeds: `npm run fuzz`. */
test.each([mpdus(1), packets(1), sharedAir(1), boardLine(1), repl(1), pcap(1), pcapng(1), positions(1)])(
  "$name: foreign bytes neither throw nor upset what is counted",
  (target) => {
    for (let i = 0; i < STEPS; i++) expect(target.step(() => undefined)).toBeGreaterThan(0);
  },
);
