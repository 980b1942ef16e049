import type { Socket } from "node:net";
import type { MacAddress } from "../../codec/mac-address.ts";
import type { Clock } from "../../util/clock.ts";
import { Air } from "../sim/air.ts";
import type { AirModel } from "../sim/air-model.ts";
import type { Position } from "../sim/position.ts";
import { HostedMember } from "./hosted-member.ts";
import { StationPool } from "./station-pool.ts";

/** The interval at which the host says that it is there. */
const BEAT_MS = 250;

export interface AirHostOptions {
  readonly clock: Clock;
  /** Of the air: a whole number. */
  readonly seed: number;
  /** Of the air: what is different from DEFAULT_MODEL. */
  readonly model?: Partial<AirModel>;
  /** Where the stations with these addresses are. The others are 1 m from everybody. */
  readonly positions?: ReadonlyMap<MacAddress, Position>;
  /** More are refused. 256 if left out. */
  readonly maxMembers?: number;
}

/** What became of the members of a host. */
export interface HostCounters {
  connected: number;
  /** Closed their connection. */
  left: number;
  /** Broke a rule, or came too many. */
  dropped: number;
}

/** One simulated air for all who connect: the host's part of a shared air. */
export class AirHost {
  readonly counters: HostCounters = { connected: 0, left: 0, dropped: 0 };
  readonly air: Air;
  readonly pool: StationPool;
  readonly #clock: Clock;
  readonly #members = new Set<HostedMember>();
  readonly #maxMembers: number;
  #cancelBeat: () => void = () => undefined;

  constructor({ clock, seed, model = {}, positions, maxMembers = 256 }: AirHostOptions) {
    this.#clock = clock;
    this.#maxMembers = maxMembers;
    this.air = new Air({ clock, seed, model });
    this.pool = new StationPool(this.air, positions);
    this.#beat();
  }

  /** A connection was made. What it says is not trusted. */
  accept(socket: Socket): void {
    this.counters.connected++;
    const member = new HostedMember(socket, this.pool, this.#clock, (reason) => {
      this.#members.delete(member);
      this.counters[reason === undefined ? "left" : "dropped"]++;
    });
    this.#members.add(member);
    if (this.#members.size > this.#maxMembers) member.drop("the air has too many members");
  }

  /** Everybody is on their own. More calls do nothing. */
  close(): void {
    this.#cancelBeat();
    for (const member of this.#members) member.close();
  }

  #beat(): void {
    for (const member of this.#members) member.beat();
    this.#cancelBeat = this.#clock.schedule(this.#clock.now() + BEAT_MS, () => this.#beat());
  }
}
