import type { Clock } from "aioespnow";
import type { Connection, ConnectionError, ConnectionEvents, Endpoint } from "./ip-network.ts";

/** From one end to the other, milliseconds. */
export const LATENCY_MS = 1;

/** One end of a simulated TCP connection. What is written arrives at the other end a millisecond later. */
export class PipeEnd implements Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  events!: ConnectionEvents;
  peer!: PipeEnd;
  unsent = 0;
  readonly #clock: Clock;
  /** What has arrived while nothing was wanted. */
  readonly #held: (() => void)[] = [];
  #isFlowing = true;
  #isOver = false;
  #wantsTls = false;

  constructor(clock: Clock, local: Endpoint, remote: Endpoint) {
    this.#clock = clock;
    this.local = local;
    this.remote = remote;
  }

  write(bytes: Uint8Array): void {
    if (this.#isOver) return;
    const copy = bytes.slice();
    this.unsent += copy.length;
    this.#later((peer) => {
      peer.#take(() => {
        peer.events.received(copy);
        this.unsent -= copy.length;
        if (!this.#isOver) this.events.drained();
      });
    });
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#later((peer) => peer.#take(() => peer.events.ended()));
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#later((peer) => peer.#fail("ECONNRESET"));
  }

  setFlowing(isFlowing: boolean): void {
    this.#isFlowing = isFlowing;
    while (this.#isFlowing && this.#held.length > 0) this.#held.shift()?.();
  }

  /** Nothing is encrypted: both ends only have to want it. */
  startTls(): void {
    this.#wantsTls = true;
    this.#later((peer) => {
      if (!peer.#wantsTls) return;
      this.events.opened();
      peer.events.opened();
    });
  }

  /** This end has taken the connection: the other is told. */
  accept(): void {
    this.#later((peer) => peer.events.opened());
  }

  /** The other end does not take it. */
  refuse(error: ConnectionError): void {
    this.#clock.schedule(this.#clock.now() + LATENCY_MS, () => this.#fail(error));
  }

  #later(arrive: (peer: PipeEnd) => void): void {
    this.#clock.schedule(this.#clock.now() + LATENCY_MS, () => arrive(this.peer));
  }

  #take(arrived: () => void): void {
    if (this.#isFlowing && this.#held.length === 0) arrived();
    else this.#held.push(arrived);
  }

  #fail(error: ConnectionError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.events.failed(error);
  }
}

/** Two ends that know each other. */
export function pipe(clock: Clock, one: Endpoint, other: Endpoint): readonly [PipeEnd, PipeEnd] {
  const ends = [new PipeEnd(clock, one, other), new PipeEnd(clock, other, one)] as const;
  ends[0].peer = ends[1];
  ends[1].peer = ends[0];
  return ends;
}
