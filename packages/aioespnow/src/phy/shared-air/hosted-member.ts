import type { Socket } from "node:net";
import type { Clock } from "../../util/clock.ts";
import { machineTimeOffset } from "../../util/event-loop.ts";
import type { ReceivedFrame } from "../phy.ts";
import type { Notice, Request, Transmit } from "./air-messages.ts";
import { AIR_PROTOCOL_VERSION, decodeRequest, encodeNotice } from "./air-protocol.ts";
import { frameMessage, MessageSplitter } from "./message-splitter.ts";
import type { PooledStation, StationPool } from "./station-pool.ts";

/** How long a member may say nothing after it has connected. Then it is dropped. */
const HELLO_TIMEOUT_MS = 5000;
/** How long a member that is dropped has to read the reason. */
const FAREWELL_MS = 1000;
/** Bytes that may wait for a member that does not read. Beyond that it is dropped. */
const MAX_BACKLOG = 1 << 20;
/** Stations of one member. */
const MAX_STATIONS = 256;

/** What is asked of a station that there is. */
type StationRequest = Exclude<Request, { type: "hello" } | { type: "open" }>;

/** One member of a shared air, as its host sees it. */
export class HostedMember {
  readonly #socket: Socket;
  readonly #pool: StationPool;
  readonly #onEnd: (reason: string | undefined) => void;
  readonly #stations = new Map<number, PooledStation>();
  readonly #clock: Clock;
  #cancelTimeout: () => void;
  #joined = false;
  #ended = false;

  /** `onEnd` is called once: with the reason if it was dropped, without if it left. */
  constructor(socket: Socket, pool: StationPool, clock: Clock, onEnd: (reason: string | undefined) => void) {
    this.#socket = socket;
    this.#pool = pool;
    this.#clock = clock;
    this.#onEnd = onEnd;
    const splitter = new MessageSplitter((message) => this.#onMessage(message));
    socket.on("data", (chunk: Uint8Array) => {
      const fault = this.#ended ? undefined : splitter.push(chunk);
      if (fault !== undefined) this.drop(fault);
    });
    socket.on("error", () => undefined); // "close" follows
    socket.on("close", () => {
      this.#end(undefined);
      this.#cancelTimeout();
    });
    this.#cancelTimeout = clock.schedule(clock.now() + HELLO_TIMEOUT_MS, () => this.drop("no hello"));
  }

  /** Tells the member why, and has no more to do with it. */
  drop(reason: string): void {
    if (this.#ended) return;
    this.#end(reason);
    // To destroy the socket now, with something unread in it, would take the reason away from the member (ECONNRESET).
    this.#socket.end(frameMessage(encodeNotice({ type: "refusal", reason })));
    this.#cancelTimeout = this.#clock.schedule(this.#clock.now() + FAREWELL_MS, () => this.#socket.destroy());
  }

  /** Says that the host is there. */
  beat(): void {
    if (this.#joined) this.#send({ type: "alive" });
  }

  /** The host leaves. */
  close(): void {
    this.#end(undefined);
    this.#socket.destroy();
  }

  #end(reason: string | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTimeout();
    for (const station of this.#stations.values()) station.leave();
    this.#stations.clear();
    this.#onEnd(reason);
  }

  #onMessage(message: Uint8Array): void {
    if (this.#ended) return;
    const request = decodeRequest(message);
    const fault = "type" in request ? this.#handle(request) : request.reason;
    if (fault !== undefined) this.drop(fault);
  }

  /** Returns what the member has done wrong. */
  #handle(request: Request): string | undefined {
    if (request.type === "hello") return this.#greet(request.version);
    if (!this.#joined) return "no hello";
    const station = this.#stations.get(request.station);
    if (request.type === "open") {
      if (station !== undefined || this.#stations.size >= MAX_STATIONS) return "a station too many";
      this.#open(request.station, this.#pool.take(request.profile, request.promiscuous));
      return undefined;
    }
    if (station === undefined) return `no station ${request.station}`;
    this.#obey(station, request);
    return undefined;
  }

  #obey(station: PooledStation, request: StationRequest): void {
    switch (request.type) {
      case "close":
        this.#stations.delete(request.station);
        station.leave();
        break;
      case "channel":
        station.setChannel(request.channel);
        break;
      case "addresses":
        station.setAddresses(request.addresses);
        break;
      case "power":
        station.setTxPower(request.dBm);
        break;
      case "protocol":
        station.setProtocol(request.protocol);
        break;
      case "elapse": {
        const { station: number, id, ms } = request;
        station.whenElapsed(ms, () => this.#send({ type: "elapsed", station: number, id }));
        break;
      }
      case "transmit":
        this.#transmit(station, request);
        break;
    }
  }

  #greet(version: number): string | undefined {
    if (this.#joined) return "a second hello";
    if (version !== AIR_PROTOCOL_VERSION)
      return `the air is hosted by version ${AIR_PROTOCOL_VERSION} of the protocol, not ${version}`;
    this.#joined = true;
    this.#cancelTimeout();
    this.#send({ type: "welcome", version: AIR_PROTOCOL_VERSION });
    return undefined;
  }

  #open(number: number, station: PooledStation): void {
    this.#stations.set(number, station);
    station.onFrame = (frame: ReceivedFrame) => {
      const timeMs = frame.timeMs + machineTimeOffset;
      this.#send({ type: "heard", station: number, frame: { ...frame, timeMs } });
    };
  }

  #transmit(station: PooledStation, { station: number, id, frame, ...options }: Transmit): void {
    station.transmit(frame, options, (result) => {
      const attempts = "attempts" in result ? result.attempts : 0;
      this.#send({ type: "report", station: number, id, status: result.status, attempts });
    });
  }

  #send(notice: Notice): void {
    if (this.#ended) return;
    this.#socket.write(frameMessage(encodeNotice(notice)));
    if (this.#socket.writableLength > MAX_BACKLOG) this.drop("it does not read what it is sent");
  }
}
