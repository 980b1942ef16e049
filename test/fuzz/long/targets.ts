import { configuration, lines, positions } from "./files.ts";
import { mpdus, packets } from "./frames.ts";
import { payloads, requests } from "./gateway.ts";
import { boardLine, pcap, pcapng, repl, sharedAir } from "./streams.ts";
import type { Target } from "./target.ts";

/** Everything that takes foreign bytes. */
export function targets(seed: number): readonly Target[] {
  const makers = [
    mpdus,
    packets,
    payloads,
    sharedAir,
    boardLine,
    repl,
    pcap,
    pcapng,
    positions,
    configuration,
    lines,
    requests,
  ];
  return makers.map((make) => make(seed));
}
