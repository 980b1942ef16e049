import type { Clock, Participant } from "aioespnow";

/** Time that passes only while it is asked to. On a real clock it passes anyway. */
export class TimeSteps {
  readonly #clock: Clock;
  #participant: Participant;
  #isAdvancing = false;
  #stop: () => void = () => undefined;
  #abandon: (reason: Error) => void = () => undefined;

  /** Virtual time stands still from now on. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#participant = clock.join("a scenario that is not run()");
  }

  /**
   * Lets time pass until `atMs`, and until all that is due then is done; less if `stop` is called. Rejects if `leave` is.
   * @throws Error while it does so already.
   */
  advance(atMs: number): Promise<void> {
    if (this.#isAdvancing) throw new Error("time is passing already: await the run(), until() or settled() before");
    this.#isAdvancing = true;
    const release = this.#clock.keepAlive();
    const advanced = new Promise<void>((resolve, reject) => {
      this.#abandon = reject;
      if (this.#clock.kind === "virtual") this.#participate(atMs, resolve);
      else this.#schedule(atMs, resolve);
    });
    return advanced.finally(() => {
      this.#stop = () => undefined;
      this.#isAdvancing = false;
      release();
    });
  }

  /** Whether time passes. */
  get isAdvancing(): boolean {
    return this.#isAdvancing;
  }

  /** Time stands still as soon as all that is due now is done. */
  stop(): void {
    this.#stop();
  }

  /** The scenario is over. */
  leave(): void {
    this.#participant.leave();
    this.#abandon(new Error("the scenario was closed while time passed in it"));
    this.#stop();
  }

  /** The last to join is woken last: all others that are due at the same time have acted then. */
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
