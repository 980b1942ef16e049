import { destinationOf } from "../../codec/dot11.ts";
import { isGroup } from "../../codec/mac-address.ts";
import type { Clock } from "../../util/clock.ts";
import type { Elapse, Report, Request, Transmit } from "./air-messages.ts";
import { decodeRequest, encodeNotice, encodeRequest } from "./air-protocol.ts";

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
  /** What the host's clock is waited for. */
  readonly #elapsing = new Map<string, Elapse>();
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
    for (const elapse of this.#elapsing.values()) write(encodeRequest(elapse));
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
    if (request.type === "elapse") {
      this.#elapse(request);
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
  reported(report: Report): void {
    this.#sent.delete(keyOf(report));
  }

  /** The host has said that the time is over. */
  elapsed(notice: { readonly station: number; readonly id: number }): void {
    this.#elapsing.delete(keyOf(notice));
  }

  /** The host is lost: its frames in flight get the report of frames that nobody heard. */
  lose(): void {
    this.#write = undefined;
    if (this.#state === "joined") this.#state = "between";
    for (const transmit of this.#sent.values()) this.#reportLost(transmit);
    this.#sent.clear();
    this.#endWaits();
  }

  /** There is no host and there may be none: frames that wait for one are forgotten, until there is one. */
  fail(): void {
    this.#state = "failed";
    this.#waiting.clear();
  }

  #elapse(elapse: Elapse): void {
    this.#elapsing.set(keyOf(elapse), elapse);
    if (this.#write !== undefined) this.#write(encodeRequest(elapse));
    else if (this.#state === "failed") this.#endWaits();
    else if (this.#state === "between") this.#afterGap(() => this.#endWaits());
  }

  #transmit(transmit: Transmit): void {
    this.#sent.set(keyOf(transmit), transmit);
    this.#write?.(encodeRequest(transmit));
  }

  #wait(transmit: Transmit): void {
    this.#waiting.add(transmit);
    if (this.#state === "joining") return;
    this.#afterGap(() => {
      if (this.#waiting.delete(transmit)) this.#reportLost(transmit);
    });
  }

  #afterGap(then: () => void): void {
    this.#clock.schedule(this.#clock.now() + GAP_MS, then);
  }

  /** Where there is no air, no clock can be late: what was on its way has got a report by itself. */
  #endWaits(): void {
    if (this.#write !== undefined) return;
    for (const { station, id } of this.#elapsing.values()) {
      this.#deliver(encodeNotice({ type: "elapsed", station, id }));
    }
    this.#elapsing.clear();
  }

  #reportLost({ station, id, noAck, frame }: Transmit): void {
    const status = noAck || isGroup(destinationOf(frame)) ? "sent" : "no-ack";
    this.#deliver(encodeNotice({ type: "report", station, id, status, attempts: 1 }));
  }
}

function keyOf({ station, id }: { readonly station: number; readonly id: number }): string {
  return `${station}/${id}`;
}
