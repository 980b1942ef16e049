import type { MacAddress } from "../codec/mac-address.ts";
import type { Clock } from "../util/clock.ts";
import type { Phy, PhyCapabilities, PhyState, ReceivedFrame, TransmitOptions, TransmitResult } from "./phy.ts";

/** A phy around another one. It passes everything on: a subclass overrides only what it does differently. */
export abstract class PhyWrapper implements Phy {
  onFrame: ((frame: ReceivedFrame) => void) | undefined;
  onState: ((state: PhyState) => void) | undefined;
  /** What is wrapped. */
  protected readonly inner: Phy;

  /** Takes `inner.onFrame` and `inner.onState` for itself: set those of the wrapper. */
  constructor(inner: Phy) {
    this.inner = inner;
    inner.onFrame = (frame) => this.hear(frame);
    inner.onState = (state) => this.changeState(state);
  }

  get capabilities(): PhyCapabilities {
    return this.inner.capabilities;
  }

  get clock(): Clock {
    return this.inner.clock;
  }

  setChannel(channel: number): void {
    this.inner.setChannel(channel);
  }

  setAckAddresses(addresses: readonly MacAddress[]): void {
    this.inner.setAckAddresses(addresses);
  }

  setTxPower(dBm: number): void {
    this.inner.setTxPower(dBm);
  }

  setProtocol(protocol: number): void {
    this.inner.setProtocol?.(protocol);
  }

  leftOut(): readonly string[] {
    return this.inner.leftOut?.() ?? [];
  }

  transmit(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void {
    this.inner.transmit(frame, options, done);
  }

  get whenElapsed(): Phy["whenElapsed"] {
    return this.inner.whenElapsed?.bind(this.inner);
  }

  wait(deadlineMs: number): void {
    this.inner.wait(deadlineMs);
  }

  /** Closes the inner phy. */
  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.inner[Symbol.asyncDispose]();
  }

  /** The inner phy heard a frame. */
  protected hear(frame: ReceivedFrame): void {
    this.onFrame?.(frame);
  }

  /** The inner phy's state changed. */
  protected changeState(state: PhyState): void {
    this.onState?.(state);
  }
}
