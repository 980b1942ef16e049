import type { MacAddress } from "../codec/mac-address.ts";
import type { Phy, PhyState, ReceivedFrame, TransmitOptions, TransmitResult } from "./phy.ts";
import { PhyWrapper } from "./phy-wrapper.ts";

/** One thing that went through a phy. Frames are valid only during the call. */
export type PhyEvent =
  | { readonly kind: "channel"; readonly channel: number }
  | { readonly kind: "ack-addresses"; readonly addresses: readonly MacAddress[] }
  | { readonly kind: "tx-power"; readonly dBm: number }
  /** `id` is 1 for the first frame, 2 for the second, ... */
  | { readonly kind: "transmit"; readonly id: number; readonly frame: Uint8Array; readonly options: TransmitOptions }
  /** What became of the frame with that `id`. */
  | { readonly kind: "result"; readonly id: number; readonly result: TransmitResult }
  | { readonly kind: "frame"; readonly frame: ReceivedFrame }
  | { readonly kind: "state"; readonly state: PhyState };

/**
 * Calls a function with everything that goes through another phy, before it is passed on.
 * @example
 * import { SoftMacRadio } from "aioespnow";
 * import { TracePhy } from "aioespnow/phy";
 * import { Air } from "aioespnow/sim";
 *
 * const traced = new TracePhy(new Air().phy(), (event, timeMs) => console.log(timeMs, event));
 * const radio = new SoftMacRadio(traced);
 */
export class TracePhy extends PhyWrapper {
  readonly #trace: (event: PhyEvent, timeMs: number) => void;
  #transmissions = 0;

  constructor(inner: Phy, trace: (event: PhyEvent, timeMs: number) => void) {
    super(inner);
    this.#trace = trace;
  }

  override setChannel(channel: number): void {
    this.#tell({ kind: "channel", channel });
    super.setChannel(channel);
  }

  override setAckAddresses(addresses: readonly MacAddress[]): void {
    this.#tell({ kind: "ack-addresses", addresses });
    super.setAckAddresses(addresses);
  }

  override setTxPower(dBm: number): void {
    this.#tell({ kind: "tx-power", dBm });
    super.setTxPower(dBm);
  }

  override transmit(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void {
    const id = ++this.#transmissions;
    this.#tell({ kind: "transmit", id, frame, options });
    super.transmit(frame, options, (result) => {
      this.#tell({ kind: "result", id, result });
      done(result);
    });
  }

  protected override hear(frame: ReceivedFrame): void {
    this.#tell({ kind: "frame", frame });
    super.hear(frame);
  }

  protected override changeState(state: PhyState): void {
    this.#tell({ kind: "state", state });
    super.changeState(state);
  }

  #tell(event: PhyEvent): void {
    this.#trace(event, this.clock.now());
  }
}
