import { randomBytes } from "node:crypto";
import { type Phy, type ReceivedFrame, toMac } from "aioespnow";

/** In the first byte of an address: locally administered, not a group's (IEEE 802-2014, 8.2.2). */
const LOCAL_UNICAST = 0x02;

/** A random address: a phy must have one to be on. */
export function randomAddress(): ReturnType<typeof toMac> {
  const bytes = Uint8Array.from(randomBytes(6));
  bytes[0] = ((bytes[0] as number) & 0xfc) | LOCAL_UNICAST;
  return toMac(bytes);
}

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
    phy.setAckAddresses([randomAddress()]);
  }).finally(() => {
    phy.onFrame = undefined;
    signal.removeEventListener("abort", stop);
  });
}
