import type { Clock, Participant } from "aioespnow";

/** Time that passes only while it is asked to. On a real clock it passes anyway. */
export class TimeSteps {
  readonly #clock: Clock;
  #participant: Participant;
  #stop: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#participant = clock.join("a scenario that is not run()");
  }

  /** Lets time pass until `atMs`, and until all that is due then is done; less if `stop` is called. */
  async advance(atMs: number): Promise<void> {
    const release = this.#clock.keepAlive();
    await new Promise<void>((resolve) => {
      if (this.#clock.kind === "virtual") this.#participate(atMs, resolve);
      else this.#schedule(atMs, resolve);
    });
    this.#stop = () => undefined;
    release();
  }

  /** Time stands still as soon as all that is due now is done. */
  stop(): void {
    this.#stop();
  }

  leave(): void {
    this.#participant.leave();
  }

  /** Who joined last is woken last: whoever is due at the same time has acted then. */
  #participate(atMs: number, resolve: () => void): void {
    const participant = this.#clock.join("a scenario that is not run()", resolve);
    this.#participant.leave();
    this.#participant = participant;
    this.#stop = () => participant.idleUntil(this.#clock.now());
    participant.idleUntil(atMs);
  }

  #schedule(atMs: number, resolve: () => void): void {
    const cancel = this.#clock.schedule(atMs, resolve);
    this.#stop = () => {
      cancel();
      resolve();
    };
  }
}
