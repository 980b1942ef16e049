import { afterEach, describe, expect, test, vi } from "vitest";
import { EspNowError } from "#lib/errors.ts";
import { SystemClock, systemClock } from "#lib/util/system-clock.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Resolves to the time at which the clock called back. */
function due(clock: SystemClock, atMs: number): Promise<number> {
  return new Promise((resolve) => clock.schedule(atMs, () => resolve(clock.now())));
}

describe("SystemClock", () => {
  test("its time is the process's and never goes back", () => {
    expect(systemClock.kind).toBe("system");
    const first = systemClock.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(first);
  });

  test("callbacks are not early, near (reached by turning the event loop) or far (by a timer)", async () => {
    const clock = new SystemClock();
    const start = clock.now();
    const times = [start - 1, start, start + 0.2, start + 1, start + 5];
    const reached = await Promise.all(times.map((at) => due(clock, at)));
    reached.forEach((time, index) => void expect(time).toBeGreaterThanOrEqual(times[index] as number));
  });

  test("callbacks run in order of time, whatever the order of scheduling", async () => {
    const clock = new SystemClock();
    const start = clock.now();
    const seen: number[] = [];
    await Promise.all([4, 1, 3, 2].map((delay) => due(clock, start + delay).then(() => seen.push(delay))));
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  test("what was scheduled during a wait comes after it at its time, not with the next far timer", async () => {
    const clock = new SystemClock();
    const cancelFar = clock.schedule(clock.now() + 3_600_000, () => undefined);
    let near: Promise<void> | undefined;
    clock.schedule(clock.now() + 1, () => {
      near = new Promise((resolve) => clock.schedule(clock.now() + 1, resolve));
      clock.delivered();
    });
    clock.wait(clock.now() + 1000);
    await near;
    cancelFar();
    expect(near).toBeDefined();
  });

  test("a medium sleeps as long as there is nothing to do, but where other threads feed this one, not past their bell", () => {
    const clock = new SystemClock();
    const sleeps: number[] = [];
    const sleep = (delayMs: number): void => {
      sleeps.push(delayMs);
      clock.delivered();
    };
    clock.wait(Number.POSITIVE_INFINITY, sleep);
    const detach = clock.attach(() => undefined);
    clock.wait(Number.POSITIVE_INFINITY, sleep);
    detach();
    clock.wait(Number.POSITIVE_INFINITY, sleep);
    expect(sleeps).toEqual([Number.POSITIVE_INFINITY, 2, Number.POSITIVE_INFINITY]);
  });

  test("waiting forever for nothing is EDEADLK", () => {
    const clock = new SystemClock();
    expect(() => clock.wait(Number.POSITIVE_INFINITY)).toThrow(expect.objectContaining({ code: "EDEADLK" }));
  });

  test("a nearer callback that is scheduled later does not wait for the farther one", async () => {
    const clock = new SystemClock();
    const cancelFar = clock.schedule(clock.now() + 1_000_000, () => undefined);
    await due(clock, clock.now() + 3);
    cancelFar();
  });

  test("a cancelled callback does not run", async () => {
    const clock = new SystemClock();
    const callback = vi.fn();
    clock.schedule(clock.now() + 1, callback)();
    await due(clock, clock.now() + 2);
    expect(callback).not.toHaveBeenCalled();
  });

  test("what a callback schedules for now gets its turn after it", async () => {
    const clock = new SystemClock();
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      clock.schedule(clock.now(), () => {
        clock.schedule(clock.now(), () => {
          seen.push("second");
          resolve();
        });
        seen.push("first");
      });
    });
    expect(seen).toEqual(["first", "second"]);
  });

  test("fake timers of a user's test do not freeze it", async () => {
    vi.useFakeTimers();
    const clock = new SystemClock();
    const start = clock.now();
    expect(await due(clock, start + 3)).toBeGreaterThanOrEqual(start + 3);
  });

  test("participants do not stop real time", async () => {
    const clock = new SystemClock();
    const io = clock.join();
    io.busy();
    await due(clock, clock.now());
    io.idleUntil(0);
    io.leave();
  });
});

describe("tryAdvance of SystemClock", () => {
  test("grants what was due when the source was called, and never the future", async () => {
    const clock = new SystemClock();
    const at = clock.now() - 5;
    const granted = await new Promise<boolean[]>((resolve) => {
      clock.schedule(at, () => resolve([clock.tryAdvance(at + 1), clock.tryAdvance(clock.now() + 1000)]));
    });
    expect(granted).toEqual([true, false]);
  });

  test("ends a source that falls behind real time, so that the event loop has its turn", async () => {
    const clock = new SystemClock();
    const events = await new Promise<number>((resolve) => {
      const start = clock.now();
      clock.schedule(start, () => {
        let count = 0;
        // Each event takes the thread ten times as long as the medium.
        for (let at = start - 1; clock.tryAdvance(at) && count < 100_000; at += 0.001) {
          count++;
          const end = clock.now() + 0.01;
          while (clock.now() < end);
        }
        resolve(count);
      });
    });
    expect(events).toBeGreaterThan(900);
    expect(events).toBeLessThan(100_000);
  });
});

describe("a blocking wait on SystemClock", () => {
  test("returns at its deadline, not early", () => {
    const clock = new SystemClock();
    const deadline = clock.now() + 3;
    clock.wait(deadline);
    expect(clock.now()).toBeGreaterThanOrEqual(deadline);
  });

  test("runs what is due meanwhile, and returns when something was delivered", () => {
    const clock = new SystemClock();
    const start = clock.now();
    const seen: string[] = [];
    clock.schedule(start + 1, () => seen.push("event"));
    clock.schedule(start + 2, () => {
      seen.push("delivery");
      clock.delivered();
    });
    clock.wait(Number.POSITIVE_INFINITY);
    expect(seen).toEqual(["event", "delivery"]);
  });

  test("with a deadline in the past, runs what is due once", () => {
    const clock = new SystemClock();
    const seen: string[] = [];
    clock.schedule(clock.now(), () => seen.push("due"));
    clock.schedule(clock.now() + 1_000_000, () => seen.push("not due"));
    clock.wait(0);
    expect(seen).toEqual(["due"]);
  });

  test("leaves the timers that come after it to the event loop", async () => {
    const clock = new SystemClock();
    const start = clock.now();
    const after = new Promise<void>((resolve) => {
      clock.schedule(start + 1, () => void clock.schedule(start + 6, resolve));
    });
    clock.wait(start + 3);
    await after;
    expect(clock.now()).toBeGreaterThanOrEqual(start + 6);
  });

  test("where the platform forbids blocking, it is ENOTSUP and names what to use instead", () => {
    const cause = new TypeError("Atomics.wait cannot be called in this context");
    vi.spyOn(Atomics, "wait").mockImplementation(() => {
      throw cause;
    });
    const clock = new SystemClock();
    let thrown: unknown;
    try {
      clock.wait(clock.now() + 1000);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(EspNowError);
    expect(thrown).toMatchObject({ code: "ENOTSUP", cause, message: expect.stringContaining("arecv()") });
  });
});

test("a medium can be what a wait sleeps in: what it delivers ends the wait, and timers are kept", () => {
  const clock = new SystemClock();
  const slept: number[] = [];
  let fired = false;
  clock.schedule(clock.now() + 5, () => {
    fired = true;
  });
  clock.wait(Number.POSITIVE_INFINITY, (delayMs) => {
    slept.push(delayMs);
    if (fired) clock.delivered();
  });
  expect(fired).toBe(true);
  expect(slept[0]).toBeLessThanOrEqual(5);
  expect(slept.at(-1)).toBe(Number.POSITIVE_INFINITY);
});
