import type { Clock } from "../../util/clock.ts";
import { type RandomSource, systemRandom } from "../../util/rng.ts";
import { AirHost } from "./air-host.ts";
import { decodeNotice, encodeNotice } from "./air-protocol.ts";
import { HostConnection } from "./host-connection.ts";
import { HostServer } from "./host-server.ts";
import type { MeetingPlace } from "./meeting-place.ts";
import { MemberStations } from "./member-stations.ts";

/** The first pause, and its growth, between looks at a host that is bound to its path and does not listen yet, or is about to go. */
const SECOND_LOOK_MS = 5;
const SECOND_LOOK_SPREAD_MS = 15;
/** From one attempt to the next where there is a reason why an air cannot be joined. */
const RETRY_MS = 500;

/**
 * One process on a shared air: it joins the host, becomes the host when there is none, and does so again when the host is
 * lost. Its own stations are on the air like those of all others. For a thread of its own: the program's may block.
 */
export class AirMember {
  readonly #place: MeetingPlace;
  readonly #clock: Clock;
  readonly #random: RandomSource;
  readonly #deliver: (notice: Uint8Array) => void;
  readonly #stations: MemberStations;
  #connection: HostConnection | undefined;
  #server: HostServer | undefined;
  #cancelJoin: () => void = () => undefined;
  readonly #release: () => void;
  #closed = false;

  /** `deliver` is given the notices for the program, encoded; a refusal says that there is no air, and why. */
  constructor(
    place: MeetingPlace,
    clock: Clock,
    deliver: (notice: Uint8Array) => void,
    random: RandomSource = systemRandom,
  ) {
    this.#place = place;
    this.#clock = clock;
    this.#random = random;
    this.#deliver = deliver;
    this.#stations = new MemberStations(clock, deliver);
    this.#release = clock.keepAlive(); // also makes the clock exact: it turns the event loop for what is due soon
    this.#join(undefined);
  }

  /** Whether the air is here. */
  get isHost(): boolean {
    return this.#server?.isListening ?? false;
  }

  /** A request of the program, encoded. It is the member's own from now on. */
  post(request: Uint8Array): void {
    this.#stations.post(request);
  }

  /** Leaves; a host takes its air along. More calls do nothing. */
  close(): void {
    this.#closed = true;
    this.#release();
    this.#cancelJoin();
    this.#connection?.close();
    this.#server?.close();
  }

  /** `suspect`: the path of a host that refused a connection a moment ago. */
  #join(suspect: string | undefined): void {
    this.#find((current, next) => {
      if (current === undefined) this.#host(next);
      else this.#connect(current, current === suspect);
    });
  }

  /** The host at `path` is gone: becomes the next one, unless somebody else has. */
  #follow(path: string): void {
    this.#find((current, next) => {
      if (current === undefined || current === path) this.#host(next);
      else this.#connect(current, false);
    });
  }

  #find(act: (current: string | undefined, next: string) => void): void {
    if (this.#closed) return;
    try {
      const { current, next } = this.#place.look();
      act(current, next);
    } catch (error) {
      this.#giveUp(error as Error);
    }
  }

  #connect(path: string, isSuspect: boolean): void {
    this.#connection = new HostConnection(
      path,
      this.#clock,
      (message) => this.#onMessage(message),
      (ending) => {
        this.#stations.lose();
        if (ending instanceof Error) this.#giveUp(ending);
        else if (ending === "silent" || (ending === "refused" && isSuspect)) this.#follow(path);
        else this.#joinSoon(ending === "refused" ? path : undefined);
      },
    );
  }

  /** Returns what is wrong. */
  #onMessage(message: Uint8Array): Error | undefined {
    const notice = decodeNotice(message);
    if (!("type" in notice)) return new Error(`the host of the air sent ${notice.reason}`);
    if (notice.type === "refusal") return new Error(notice.reason);
    if (notice.type === "alive") return undefined;
    if (notice.type === "welcome") this.#stations.begin((request) => this.#connection?.write(request));
    if (notice.type === "report") this.#stations.reported(notice);
    if (notice.type === "elapsed") this.#stations.elapsed(notice);
    this.#deliver(message.slice());
    return undefined;
  }

  #host(path: string): void {
    this.#server?.close();
    const host = new AirHost({ clock: this.#clock, seed: this.#random.uint32() });
    this.#server = new HostServer(host, this.#place, path, this.#clock, {
      onListening: () => this.#join(undefined),
      onEnd: (error) => {
        if (error?.code === "EADDRINUSE") this.#joinSoon(undefined);
        else if (error !== undefined) this.#giveUp(error);
      },
    });
  }

  #giveUp(error: Error): void {
    if (this.#closed) return;
    this.#stations.fail();
    this.#deliver(encodeNotice({ type: "refusal", reason: error.message }));
    this.#later(RETRY_MS, undefined);
  }

  #joinSoon(suspect: string | undefined): void {
    this.#later(SECOND_LOOK_MS + (this.#random.uint32() % SECOND_LOOK_SPREAD_MS), suspect);
  }

  #later(delayMs: number, suspect: string | undefined): void {
    if (this.#closed) return;
    this.#cancelJoin = this.#clock.schedule(this.#clock.now() + delayMs, () => this.#join(suspect));
  }
}
