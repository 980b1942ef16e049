import { actionBodyLength, encodeActionBody, MAX_DATA_LEN } from "../../codec/action-frame.ts";
import { CCMP_HEADER_LENGTH, MIC_LENGTH } from "../../codec/ccmp-header.ts";
import { encodeActionHeader, MANAGEMENT_HEADER_LENGTH } from "../../codec/dot11.ts";
import { BROADCAST, type MacAddress } from "../../codec/mac-address.ts";
import type { CcmpKey } from "../../crypto/ccmp.ts";
import type { RandomSource } from "../../util/rng.ts";
import type { MacFamily } from "../addresses.ts";

/** The longest frame there is, encrypted. */
const MAX_FRAME_LENGTH = MANAGEMENT_HEADER_LENGTH + CCMP_HEADER_LENGTH + actionBodyLength(MAX_DATA_LEN, 2) + MIC_LENGTH;
/** Sequence numbers are 12 bits wide (IEEE 802.11-2020, 9.2.4.4.2). */
const SEQUENCE_NUMBERS = 4096;

export interface OutgoingMessage {
  readonly source: MacAddress;
  readonly destination: MacAddress;
  readonly data: Uint8Array;
  readonly version: 1 | 2;
  /** undefined: in the clear. */
  readonly sealing: Sealing | undefined;
}

/** What one encrypted frame is sealed with. */
export interface Sealing {
  readonly ccmp: CcmpKey;
  /** Never used before with this key. */
  readonly packetNumber: number;
}

/** Makes frames of messages. It keeps what continues from frame to frame (docs/protocol.md 1.1, 1.2). */
export class FrameBuilder {
  readonly #family: MacFamily;
  readonly #random: RandomSource;
  readonly #frame = new Uint8Array(MAX_FRAME_LENGTH);
  #sequenceNumber = 0;
  #lastRandom = -1;

  constructor(family: MacFamily, random: RandomSource) {
    this.#family = family;
    this.#random = random;
  }

  /** What continues from frame to frame, without the random source. */
  get state(): readonly [sequenceNumber: number, lastRandom: number] {
    return [this.#sequenceNumber, this.#lastRandom];
  }

  set state([sequenceNumber, lastRandom]: readonly [sequenceNumber: number, lastRandom: number]) {
    this.#sequenceNumber = sequenceNumber;
    this.#lastRandom = lastRandom;
  }

  /** The frame, without FCS: a view that the next call overwrites. */
  build({ source, destination, data, version, sealing }: OutgoingMessage): Uint8Array {
    const frame = this.#frame;
    const bodyStart = encodeActionHeader(frame, 0, {
      destination,
      source,
      bssid: this.#family === "esp32" ? BROADCAST : destination,
      sequenceNumber: this.#sequenceNumber,
      protected: sealing !== undefined,
    });
    this.#sequenceNumber = (this.#sequenceNumber + 1) % SEQUENCE_NUMBERS;
    if (sealing === undefined) {
      return frame.subarray(0, encodeActionBody(frame, bodyStart, data, version, this.#nextRandom()));
    }
    const end = encodeActionBody(frame, bodyStart + CCMP_HEADER_LENGTH, data, version, this.#nextRandom());
    return frame.subarray(0, sealing.ccmp.seal(frame, end, sealing.packetNumber));
  }

  /** Never the value of the frame before: receivers take that for a retransmission. */
  #nextRandom(): number {
    const drawn = this.#random.uint32();
    this.#lastRandom = drawn === this.#lastRandom ? (drawn + 1) >>> 0 : drawn;
    return this.#lastRandom;
  }
}
