import { destinationOf } from "../../codec/dot11.ts";
import { isGroup } from "../../codec/mac-address.ts";
import type { Clock } from "../../util/clock.ts";
import {
  decodeRequest,
  encodeNotice,
  encodeRequest,
  type Report,
  type Request,
  type Transmit,
} from "./air-protocol.ts";

/** How long a frame waits for the next host: about what an ESP32 needs to find that nobody answers. */
const GAP_MS = 20;

/**
 * What a program has asked of the air, so that it can be asked again of the next host: how its stations are set. What was
 * on its way when a host was lost is lost, as on the air, and reported so.
 */
export class MemberStations {
  readonly #clock: Clock;
  readonly #deliver: (notice: Uint8Array) => void;
  /** By station and type, the newest of each; a station's first is `open`. */
  readonly #settings = new Map<number, Map<Request["type"], Uint8Array>>();
  /** What is to be sent once there is a host. */
  readonly #waiting = new Set<Transmit>();
  /** What the host has not reported yet. */
  readonly #sent = new Map<string, Transmit>();
  #write: ((request: Uint8Array) => void) | undefined;
  /** Before the first host frames wait; between two hosts only a while; where there may be none, not at all. */
  #state: "joining" | "joined" | "between" | "failed" = "joining";

  /** `deliver` is given reports, encoded. */
  constructor(clock: Clock, deliver: (notice: Uint8Array) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** There is a host, which knows nothing of this member yet. */
  begin(write: (request: Uint8Array) => void): void {
    this.#state = "joined";
    this.#write = write;
    for (const settings of this.#settings.values()) {
      for (const request of settings.values()) write(request);
    }
    for (const transmit of this.#waiting) this.#transmit(transmit);
    this.#waiting.clear();
  }

  /** A request of the program, encoded. */
  post(bytes: Uint8Array): void {
    const request = decodeRequest(bytes);
    if (!("type" in request)) throw new TypeError(`the program sent ${request.reason}`);
    if (request.type === "hello") return;
    if (request.type === "transmit") {
      if (this.#state === "joined") this.#transmit(request);
      else if (this.#state !== "failed") this.#wait(request);
      return;
    }
    const { type, station } = request;
    if (type === "close") {
      this.#settings.delete(station);
      for (const transmit of this.#waiting) if (transmit.station === station) this.#waiting.delete(transmit);
    } else {
      const settings = this.#settings.get(station) ?? new Map<Request["type"], Uint8Array>();
      this.#settings.set(station, settings.set(type, bytes));
    }
    this.#write?.(bytes);
  }

  /** The host has reported what became of a frame. */
  reported({ station, id }: Report): void {
    this.#sent.delete(`${station}/${id}`);
  }

  /** The host is lost: its frames in flight get the report of frames that nobody heard. */
  lose(): void {
    this.#write = undefined;
    if (this.#state === "joined") this.#state = "between";
    for (const transmit of this.#sent.values()) this.#reportLost(transmit);
    this.#sent.clear();
  }

  /** There is no host and there may be none: frames that wait for one are forgotten, until there is one. */
  fail(): void {
    this.#state = "failed";
    this.#waiting.clear();
  }

  #transmit(transmit: Transmit): void {
    this.#sent.set(`${transmit.station}/${transmit.id}`, transmit);
    this.#write?.(encodeRequest(transmit));
  }

  #wait(transmit: Transmit): void {
    this.#waiting.add(transmit);
    if (this.#state === "joining") return;
    this.#clock.schedule(this.#clock.now() + GAP_MS, () => {
      if (this.#waiting.delete(transmit)) this.#reportLost(transmit);
    });
  }

  #reportLost({ station, id, noAck, frame }: Transmit): void {
    const status = noAck || isGroup(destinationOf(frame)) ? "sent" : "no-ack";
    this.#deliver(encodeNotice({ type: "report", station, id, status, attempts: 1 }));
  }
}
