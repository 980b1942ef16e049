import type { MacAddress } from "../codec/mac-address.ts";
import type { Phy, PhyState, ReceivedFrame, TransmitOptions, TransmitResult } from "./phy.ts";
import { PhyWrapper } from "./phy-wrapper.ts";

/** One thing that went through a phy. Frames are valid only during the call. */
export type PhyEvent =
  | {
      /** `setChannel` was called. */
      readonly kind: "channel";
      /** 1 to 14, not yet checked. */
      readonly channel: number;
    }
  | {
      /** `setAckAddresses` was called. */
      readonly kind: "ack-addresses";
      /** What the station answers to from now on. */
      readonly addresses: readonly MacAddress[];
    }
  | {
      /** `setTxPower` was called. */
      readonly kind: "tx-power";
      /** Transmit power in dBm. */
      readonly dBm: number;
    }
  | {
      /** `setProtocol` was called. */
      readonly kind: "protocol";
      /** Bits of the 802.11 protocols. */
      readonly protocol: number;
    }
  | {
      /** `transmit` was called. */
      readonly kind: "transmit";
      /** 1 for the first frame, 2 for the second, ... */
      readonly id: number;
      /** The MPDU, without FCS. */
      readonly frame: Uint8Array;
      /** How it is to be sent. */
      readonly options: TransmitOptions;
    }
  | {
      /** What became of a frame is known. */
      readonly kind: "result";
      /** That of its `transmit`. */
      readonly id: number;
      /** What became of it. */
      readonly result: TransmitResult;
    }
  | {
      /** A frame was heard. */
      readonly kind: "frame";
      /** The frame, and how it was heard. */
      readonly frame: ReceivedFrame;
    }
  | {
      /** The state of the phy changed. */
      readonly kind: "state";
      /** What it is now. */
      readonly state: PhyState;
    };

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

  /**
   * Wraps `inner`.
   * @param trace called synchronously, with the time on the phy's clock in milliseconds.
   */
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

  override setProtocol(protocol: number): void {
    this.#tell({ kind: "protocol", protocol });
    super.setProtocol(protocol);
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
