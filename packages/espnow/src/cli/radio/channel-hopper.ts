import type { Phy } from "aioespnow";

/** Turns a phy to one channel after another, `dwellMs` on each, until the returned function is called. */
export function hop(phy: Phy, channels: readonly number[], dwellMs: number): () => void {
  let next = 0;
  let cancel: () => void = () => undefined;
  const turn = (): void => {
    phy.setChannel(channels[next++ % channels.length] as number);
    cancel = phy.clock.schedule(phy.clock.now() + dwellMs, turn);
  };
  turn();
  return () => cancel();
}
