import { spawn } from "node:child_process";
import type { Clock } from "aioespnow";
import type { Host } from "../process/host.ts";

/** Runs `systemd-notify` with a state, such as `READY=1`. */
type Notify = (state: string) => void;

/**
 * Tells systemd that the gateway is ready, and that it lives. It asks the program `systemd-notify`: Node.js cannot send to a
 * datagram socket. Without systemd (`NOTIFY_SOCKET`) it does nothing. The gateway lives while its event loop turns.
 */
export class ServiceManager implements Disposable {
  readonly #notify: Notify;
  readonly #clock: Clock;
  readonly #everyMs: number | undefined;
  #cancel: () => void = () => undefined;

  constructor(env: Host["env"], clock: Clock, notify: Notify = systemdNotify) {
    this.#notify = env["NOTIFY_SOCKET"] === undefined ? () => undefined : notify;
    this.#clock = clock;
    const watchdogUs = Number(env["WATCHDOG_USEC"]);
    // systemd.service(5) and sd_watchdog_enabled(3): half of the time.
    this.#everyMs = env["NOTIFY_SOCKET"] !== undefined && watchdogUs > 0 ? watchdogUs / 2000 : undefined;
  }

  ready(): void {
    this.#notify("READY=1");
    this.#feedLater();
  }

  [Symbol.dispose](): void {
    this.#cancel();
    this.#notify("STOPPING=1");
  }

  #feedLater(): void {
    if (this.#everyMs === undefined) return;
    this.#cancel = this.#clock.schedule(this.#clock.now() + this.#everyMs, () => {
      this.#notify("WATCHDOG=1");
      this.#feedLater();
    });
  }
}

/** Where the program is missing, systemd says that the service did not become ready. */
function systemdNotify(state: string): void {
  spawn("systemd-notify", [state], { stdio: "ignore" }).on("error", () => undefined);
}
