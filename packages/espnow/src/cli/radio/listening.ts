import { type Phy, type ReceivedFrame, randomStationAddress } from "aioespnow";

/**
 * Hands what a phy hears to `onFrame` until that says false, the medium is at its end, or the signal is aborted.
 * @throws Error if the medium goes down.
 */
export function listenTo(phy: Phy, signal: AbortSignal, onFrame: (frame: ReceivedFrame) => boolean): Promise<void> {
  let stop: () => void = () => undefined;
  return new Promise<void>((resolve, reject) => {
    stop = resolve;
    if (signal.aborted) resolve();
    signal.addEventListener("abort", stop, { once: true });
    phy.onState = (state) => {
      if (state.state === "down") reject(new Error(`the radio is down: ${state.reason}`));
      else if (state.state !== "up") resolve();
    };
    phy.onFrame = (frame) => {
      if (onFrame(frame)) return;
      phy.onFrame = undefined;
      resolve();
    };
    phy.setAckAddresses([randomStationAddress()]);
  }).finally(() => {
    phy.onFrame = undefined;
    signal.removeEventListener("abort", stop);
  });
}

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
