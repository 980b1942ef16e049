import { createServer, type Server } from "node:net";
import type { Clock } from "../../util/clock.ts";
import type { AirHost } from "./air-host.ts";
import type { MeetingPlace } from "./meeting-place.ts";

/** The interval at which a host looks whether there is a newer one. */
const HOST_CHECK_MS = 500;

/** Called with what becomes of a host. */
export interface HostServerOwner {
  /** Others can join the air here. */
  onListening(): void;
  /** It does not host the air, and why: an error, or undefined where a newer host is there. Once, and not after `close`. */
  onEnd(error: NodeJS.ErrnoException | undefined): void;
}

/** A host where programs find it: it listens at the newest path of the meeting place, until another one does at a newer. */
export class HostServer {
  readonly #host: AirHost;
  readonly #place: MeetingPlace;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #owner: HostServerOwner;
  readonly #server: Server;
  #cancelCheck: () => void = () => undefined;
  #closed = false;

  constructor(host: AirHost, place: MeetingPlace, path: string, clock: Clock, owner: HostServerOwner) {
    this.#host = host;
    this.#place = place;
    this.#path = path;
    this.#clock = clock;
    this.#owner = owner;
    this.#server = createServer((socket) => host.accept(socket));
    this.#server.on("error", (error) => this.#end(error));
    this.#server.listen(path, () => {
      owner.onListening();
      if (!this.#closed) this.#check();
    });
  }

  get isListening(): boolean {
    return this.#server.listening;
  }

  /** Its members are on their own. More calls do nothing. */
  close(): void {
    this.#closed = true;
    this.#cancelCheck();
    this.#server.close();
    this.#host.close();
  }

  #check(): void {
    if (!this.#isNewest()) {
      this.#end(undefined);
      return;
    }
    this.#place.tidy(this.#path);
    this.#cancelCheck = this.#clock.schedule(this.#clock.now() + HOST_CHECK_MS, () => this.#check());
  }

  /** Not either where nobody could find it: to join again says what is wrong. */
  #isNewest(): boolean {
    try {
      return this.#place.look().current === this.#path;
    } catch {
      return false;
    }
  }

  #end(error: NodeJS.ErrnoException | undefined): void {
    if (this.#closed) return;
    this.close();
    this.#owner.onEnd(error);
  }
}
