import { connect } from "node:net";
import { type MacAddress, type MacLike, toMac } from "../../codec/mac-address.ts";
import { EspNowError } from "../../errors.ts";
import type { Clock } from "../../util/clock.ts";
import { systemRandom } from "../../util/rng.ts";
import { systemClock } from "../../util/system-clock.ts";
import type { AirModel } from "../sim/air-model.ts";
import type { AirCounters } from "../sim/counters.ts";
import type { Transmission } from "../sim/flights.ts";
import { checkPosition, type Position } from "../sim/position.ts";
import { AirHost } from "./air-host.ts";
import { checkAirName } from "./air-name.ts";
import { HostServer } from "./host-server.ts";
import { type MeetingPlace, meetingPlace } from "./meeting-place.ts";
import type { AirStation } from "./station-pool.ts";

/** How an air is hosted. What is left out has a default. */
export interface HostAirOptions {
  /** A whole number from 0 to 2^32-1; a random one if left out. */
  readonly seed?: number;
  /** What is different from DEFAULT_MODEL: `{ frameLoss: 0.1 }` loses a tenth of all frames on every link. */
  readonly model?: Partial<AirModel>;
  /** Where the stations with these addresses are, whenever they come. The others are 1 m from everybody. */
  readonly positions?: Iterable<readonly [mac: MacLike, position: Position]>;
}

/** Somebody else may bind to the same path in the same moment. */
const MAX_ATTEMPTS = 5;

/**
 * Hosts the shared air that `air:NAME` radios join, in this thread: one that blocks stalls all of them. Where another
 * program hosts it, this one takes over: the other leaves within half a second, its frames in flight are lost, and the
 * programs on it go on here.
 * @throws by rejection: TypeError, RangeError; EspNowError `ERR_RADIO_DOWN` where another program hosts the air and cannot
 *   be followed (Windows), `ERR_RADIO_PERMISSION` and errors of the system for the folder of its socket.
 * @example
 * import { hostAir } from "aioespnow/air";
 *
 * await using air = await hostAir("", { seed: 1, model: { frameLoss: 0.1 } });
 * air.observe((event) => console.log(event.kind));
 */
export async function hostAir(name = "", options: HostAirOptions = {}): Promise<HostedAir> {
  const air = checkAirName(name);
  const { seed = systemRandom.uint32(), model = {} } = options;
  const positions = checkPositions(options.positions ?? []);
  const place = meetingPlace(air);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const { current, next } = place.look();
    const isTakenOver = current !== undefined && (await isAnswered(current));
    const host = new AirHost({ clock: systemClock, seed, model, positions });
    const hosted = await HostedAir.listen(host, place, next, { name: air, seed, isTakenOver });
    if (hosted !== undefined) return hosted;
  }
  throw new EspNowError("ERR_RADIO_DOWN", `another program hosts the air "${air}": end it first`);
}

/** What `HostedAir.observe` tells. It and all bytes in it are valid only during the call. */
export type HostedAirEvent =
  | {
      /** A frame begins, or an ACK. */
      readonly kind: "transmission";
      /** The frame, its sender, and its times. */
      readonly transmission: Transmission;
    }
  | {
      /** A station was switched on, was switched off, or has left. */
      readonly kind: "station";
      /** The station. It has no addresses if it is off or has left. */
      readonly station: AirStation;
    };

/**
 * A second air of this name and user, which this program does not join: programs with another XDG_RUNTIME_DIR are on it.
 * Returns the socket of its host; undefined if there is none.
 * @throws by rejection: RangeError for what cannot be the name of an air.
 */
export async function otherAir(name = ""): Promise<string | undefined> {
  for (const path of meetingPlace(checkAirName(name)).elsewhere()) if (await isAnswered(path)) return path;
  return undefined;
}

/** What is known of a hosted air from the beginning. */
interface AirFacts {
  /** As in `air:NAME`; empty for the default. */
  readonly name: string;
  /** Of everything random on the air. */
  readonly seed: number;
  readonly isTakenOver: boolean;
}

/** A shared air that this thread hosts. `hostAir()` makes them. It keeps the process alive. */
export class HostedAir implements AsyncDisposable {
  /** As in `air:NAME`; empty for the default. */
  readonly name: string;
  /** What decides everything random on this air: a whole number from 0 to 2^32-1. */
  readonly seed: number;
  /** Whether another program hosted it before. */
  readonly isTakenOver: boolean;
  /** Real time. */
  readonly clock: Clock = systemClock;
  /** Resolves when the air is hosted here no more: to nothing after it was disposed of, else to the reason. */
  readonly ended: Promise<EspNowError | undefined>;
  readonly #host: AirHost;
  readonly #server: HostServer;
  readonly #release: () => void;
  #end: (reason: EspNowError | undefined) => void = () => undefined;

  /** For `hostAir`: undefined if another program has the path. @internal */
  static listen(host: AirHost, place: MeetingPlace, path: string, facts: AirFacts): Promise<HostedAir | undefined> {
    return new Promise((resolve, reject) => {
      let hosted: HostedAir | undefined;
      const server = new HostServer(host, place, path, systemClock, {
        onListening: () => {
          hosted = new HostedAir(host, server, facts);
          resolve(hosted);
        },
        onEnd: (error) => {
          if (hosted !== undefined) hosted.#leave(lost(facts.name, error));
          else if (error?.code === "EADDRINUSE") resolve(undefined);
          else reject(error);
        },
      });
    });
  }

  private constructor(host: AirHost, server: HostServer, { name, seed, isTakenOver }: AirFacts) {
    this.name = name;
    this.seed = seed;
    this.isTakenOver = isTakenOver;
    this.#host = host;
    this.#server = server;
    this.#release = systemClock.keepAlive();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** The stations that are on, in the order in which they were switched on. */
  get stations(): readonly AirStation[] {
    return this.#host.pool.stations;
  }

  /**
   * Tells `listener` of every transmission as it begins, and of every station that is switched on, is switched off or
   * leaves. As `Air.observe`. Returns how to stop it.
   * @throws TypeError for what is no function.
   */
  observe(listener: (event: HostedAirEvent) => void): () => void {
    const stopTransmissions = this.#host.air.observe((event) => {
      if (event.kind === "transmission") listener(event);
    });
    const stopStations = this.#host.pool.observers.add((station) => listener({ kind: "station", station }));
    return () => {
      stopTransmissions();
      stopStations();
    };
  }

  /** What has happened on the air so far. */
  get counters(): Readonly<AirCounters> {
    return this.#host.air.counters;
  }

  /** The programs on the air are on their own: one of them hosts the next. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave(undefined);
  }

  #leave(reason: EspNowError | undefined): void {
    this.#server.close();
    this.#release();
    this.#end(reason);
  }
}

function lost(name: string, cause: Error | undefined): EspNowError {
  const why = cause === undefined ? "another program hosts it now" : cause.message;
  return new EspNowError("ERR_RADIO_DOWN", `the air "${name}" is hosted here no more: ${why}`, { cause });
}

/** Whether somebody listens there, and not only did. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

function checkPositions(
  positions: Iterable<readonly [mac: MacLike, position: Position]>,
): ReadonlyMap<MacAddress, Position> {
  const checked = new Map<MacAddress, Position>();
  for (const [mac, position] of positions) checked.set(toMac(mac, "positions"), checkPosition(position) as Position);
  return checked;
}
