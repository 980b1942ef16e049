// phy/shared-air: One simulated air for several processes: a host, its members, their stations. When the host is
// gone another member takes its place, and no frame is sent twice. A member that breaks the protocol harms nobody
// else. It knows phy/sim and no other medium.

import { EspNowError } from "../../errors.ts";
import type { Clock } from "../../util/clock.ts";
import { machineTimeOffset } from "../../util/event-loop.ts";
import { hasThreads, startThread } from "../../util/own-thread.ts";
import { Settling } from "../../util/settling.ts";
import { systemClock } from "../../util/system-clock.ts";
import type { ProfileName } from "../sim/profile.ts";
import type { Notice, Request } from "./air-messages.ts";
import { decodeNotice, encodeNotice, encodeRequest } from "./air-protocol.ts";
import { SharedAirPhy, type StationOwner } from "./shared-air-phy.ts";

/** Stations have numbers of 16 bits (air-protocol.ts). */
const MAX_STATION = 0xffff;

/** What brings requests to the member of the air and notices back; messages of the protocol, whole. */
export interface MemberChannel {
  readonly clock: Clock;
  post(request: Uint8Array): void;
  onMessage: ((notice: Uint8Array) => void) | undefined;
  close(): Promise<void>;
}

/**
 * A program's connection to a shared air, one for all its stations: so a change of one comes before the next frame of
 * another.
 */
export class JoinedAir implements StationOwner {
  readonly clock: Clock;
  readonly #channel: MemberChannel;
  readonly #phys = new Map<number, SharedAirPhy>();
  /** The number of the station that was made last. */
  #station = MAX_STATION;
  readonly #settling = new Settling();
  #down: string | undefined;
  #closed = false;

  constructor(channel: MemberChannel) {
    this.clock = channel.clock;
    this.#channel = channel;
    channel.onMessage = (bytes) => {
      const notice = decodeNotice(bytes);
      if ("type" in notice) this.#onNotice(notice);
    };
  }

  /** Its last station was closed: a new one joins again. */
  get closed(): boolean {
    return this.#closed;
  }

  get down(): EspNowError | undefined {
    return this.#down === undefined ? undefined : new EspNowError("ERR_RADIO_DOWN", this.#down);
  }

  /** Whether it is known if there is an air: it was joined, or could not be. */
  get settled(): boolean {
    return this.#settling.isSettled;
  }

  /** Calls `callback` once `settled`. */
  whenSettled(callback: () => void): void {
    this.#settling.whenSettled(callback);
  }

  /** A new station; a promiscuous one hears every frame on its channel, ACKs too. */
  phy(profile: ProfileName, promiscuous = false): SharedAirPhy {
    const station = this.#nextStation();
    const phy = new SharedAirPhy(this, station, profile, promiscuous);
    this.#phys.set(station, phy);
    return phy;
  }

  post(request: Request): void {
    this.#channel.post(encodeRequest(request));
  }

  /** With the last station the air is left. */
  async leave(station: number): Promise<void> {
    this.post({ type: "close", station });
    this.#phys.delete(station);
    if (this.#phys.size > 0 || this.#closed) return;
    this.#closed = true;
    await this.#channel.close();
  }

  /** Numbers are used again when all were used: what is still said about the former station reaches nobody. */
  #nextStation(): number {
    if (this.#phys.size > MAX_STATION) throw new RangeError("this program has 65,536 stations on the air already");
    do this.#station = (this.#station + 1) & MAX_STATION;
    while (this.#phys.has(this.#station));
    return this.#station;
  }

  #onNotice(notice: Notice): void {
    switch (notice.type) {
      case "welcome":
        this.#setDown(undefined);
        break;
      case "refusal":
        this.#setDown(notice.reason);
        break;
      case "alive":
        break;
      case "heard":
        this.#phys.get(notice.station)?.onFrame?.({ ...notice.frame, timeMs: notice.frame.timeMs - machineTimeOffset });
        break;
      case "elapsed":
        this.#phys.get(notice.station)?.elapsed(notice.id);
        break;
      case "report":
        this.#phys.get(notice.station)?.report(notice);
        break;
    }
  }

  #setDown(reason: string | undefined): void {
    this.#settling.settle();
    if (this.#down === reason) return;
    this.#down = reason;
    for (const phy of this.#phys.values()) phy.changeState(reason);
  }
}

/** Whether a program can join a shared air here: it takes threads that share memory, and sockets. */
export function canShareAir(): boolean {
  return hasThreads();
}

/**
 * Joins the shared air of a name, in a thread of its own: it goes on while this one blocks.
 * @throws EspNowError `ENOTSUP` where there are no threads, and in a bundle, where the file of the thread is missing.
 */
export function joinAir(name: string, worker: URL = new URL("./worker.js", import.meta.url)): JoinedAir {
  if (!hasThreads()) throw new EspNowError("ENOTSUP", "an air is shared by processes of Node; use sim: here");
  const { thread, port } = startThread<Uint8Array, Uint8Array>(worker, { name });
  const channel: MemberChannel = {
    clock: systemClock,
    onMessage: undefined,
    post: (request) => port.post(request),
    async close() {
      port.close();
      thread.ref();
      await thread.terminate();
    },
  };
  port.onMessage = (notice) => channel.onMessage?.(notice);
  thread.on("error", ({ message }) => channel.onMessage?.(encodeNotice({ type: "refusal", reason: message })));
  return new JoinedAir(channel);
}
