import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { VirtualClock } from "#lib/util/virtual-clock.ts";

const FOREVER = Number.POSITIVE_INFINITY;

/** Resolves in the step of the pump that reaches `atMs`. */
function reached(clock: VirtualClock, atMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(atMs, () => {
      clock.delivered();
      resolve();
    });
  });
}

/** A few turns of the event loop: more than the pump needs for what is due. */
async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe("the pump of VirtualClock", () => {
  test("time starts at 0 and does not move by itself", async () => {
    const clock = new VirtualClock();
    await turns();
    expect(clock.now()).toBe(0);
    expect(clock.kind).toBe("virtual");
  });

  test("a day passes in an instant", async () => {
    const clock = new VirtualClock();
    await reached(clock, 86_400_000);
    expect(clock.now()).toBe(86_400_000);
  });

  test("callbacks run in order of time, and of scheduling where times are equal, each at its own time", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }), async (times) => {
        const clock = new VirtualClock();
        const seen: [number, number][] = [];
        for (const [order, at] of times.entries()) clock.schedule(at, () => seen.push([clock.now(), order]));
        await reached(clock, 10);
        const expected = times.map((at, order): [number, number] => [at, order]);
        expect(seen).toEqual(expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
      }),
      { numRuns: 50 },
    );
  });

  test("what is scheduled in the past runs now", async () => {
    const clock = new VirtualClock();
    await reached(clock, 5);
    const seen: number[] = [];
    clock.schedule(3, () => seen.push(clock.now()));
    await turns();
    expect(seen).toEqual([5]);
  });

  test("a cancelled callback does not run, and cancelling twice or too late does nothing", async () => {
    const clock = new VirtualClock();
    const callback = vi.fn();
    const cancel = clock.schedule(1, callback);
    const ran = vi.fn();
    const cancelLate = clock.schedule(2, ran);
    cancel();
    cancel();
    await reached(clock, 3);
    cancelLate();
    expect(callback).not.toHaveBeenCalled();
    expect(ran).toHaveBeenCalledOnce();
  });

  test("time stands still after a delivery until the code that was woken has had its turn", async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.schedule(2, () => seen.push("event at 2"));
    await reached(clock, 1);
    for (let i = 0; i < 100; i++) await undefined;
    seen.push(`woken at ${clock.now()}`);
    await turns();
    expect(seen).toEqual(["woken at 1", "event at 2"]);
  });

  test("without a delivery, time goes on within one turn of the event loop", async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.schedule(1, () => void setImmediate(() => seen.push(`turn at ${clock.now()}`)));
    clock.schedule(2, () => undefined);
    await turns();
    expect(seen).toEqual(["turn at 2"]);
  });

  test("fake timers of a user's test do not freeze it", async () => {
    vi.useFakeTimers();
    try {
      const clock = new VirtualClock();
      await reached(clock, 1000);
      expect(clock.now()).toBe(1000);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("tryAdvance of VirtualClock", () => {
  /** What `tryAdvance(atMs)` answers inside a callback at 1 ms, and where the clock then stands. */
  function inside(clock: VirtualClock, atMs: number): Promise<[boolean, number]> {
    return new Promise((resolve) => {
      clock.schedule(1, () => {
        resolve([clock.tryAdvance(atMs), clock.now()]);
      });
    });
  }

  test("moves the clock when nothing is due before", async () => {
    expect(await inside(new VirtualClock(), 5)).toEqual([true, 5]);
  });

  test("grants an event that is due now", async () => {
    expect(await inside(new VirtualClock(), 1)).toEqual([true, 1]);
    expect(await inside(new VirtualClock(), 0)).toEqual([true, 1]);
  });

  test("refuses when a timer is due before or at the same time", async () => {
    for (const at of [4, 5]) {
      const clock = new VirtualClock();
      clock.schedule(at, () => undefined);
      expect(await inside(clock, 5)).toEqual([false, 1]);
    }
  });

  test("refuses when a participant is due before, and grants what comes before it", async () => {
    const clock = new VirtualClock();
    clock.join("program").idleUntil(5);
    expect(await inside(clock, 5)).toEqual([false, 1]);
    const other = new VirtualClock();
    other.join("program").idleUntil(5);
    expect(await inside(other, 4)).toEqual([true, 4]);
  });

  test("refuses once a participant has become busy", async () => {
    const clock = new VirtualClock();
    const program = clock.join("program");
    program.idleUntil(100);
    const granted = new Promise((resolve) => {
      clock.schedule(1, () => {
        program.busy();
        resolve(clock.tryAdvance(5));
      });
    });
    expect(await granted).toBe(false);
  });

  test("refuses after a delivery", async () => {
    const clock = new VirtualClock();
    clock.schedule(1, () => clock.delivered());
    const seen: boolean[] = [];
    clock.schedule(0, () => {
      clock.delivered();
      seen.push(clock.tryAdvance(0.5));
    });
    await turns();
    expect(seen).toEqual([false]);
  });

  test("does not pass the deadline of the blocking wait that is under way", () => {
    const clock = new VirtualClock();
    const seen: boolean[] = [];
    clock.schedule(1, () => seen.push(clock.tryAdvance(3), clock.tryAdvance(11)));
    clock.wait(10);
    expect(seen).toEqual([true, false]);
    expect(clock.now()).toBe(10);
  });

  test("gives the event loop its turns while a source has events without end", async () => {
    const clock = new VirtualClock();
    let events = 0;
    let stop = false;
    const run = (): void => {
      let next = clock.now();
      do {
        events++;
        next += 1;
      } while (!stop && clock.tryAdvance(next));
      if (!stop) clock.schedule(next, run);
    };
    clock.schedule(0, run);
    await turns();
    stop = true;
    expect(events).toBeGreaterThan(0);
  });
});

describe("participants of VirtualClock", () => {
  test("time waits for a busy participant and goes on when it is idle", async () => {
    const clock = new VirtualClock();
    const io = clock.join("io");
    const callback = vi.fn();
    clock.schedule(1, callback);
    await turns();
    expect(callback).not.toHaveBeenCalled();
    io.idleUntil(FOREVER);
    await turns();
    expect(callback).toHaveBeenCalledOnce();
  });

  test("time stops where a participant is due, which is then busy", async () => {
    const clock = new VirtualClock();
    const woken: number[] = [];
    const program = clock.join("program", () => woken.push(clock.now()));
    clock.schedule(20, () => undefined);
    program.idleUntil(10);
    await turns();
    expect(woken).toEqual([10]);
    expect(clock.now()).toBe(10);
    program.idleUntil(FOREVER);
    await turns();
    expect(clock.now()).toBe(20);
  });

  test("those that are due together run one at a time, in the order in which they joined", async () => {
    const clock = new VirtualClock();
    const woken: string[] = [];
    const join = (name: string) => clock.join(name, () => woken.push(name));
    const [first, second, third] = [join("first"), join("second"), join("third")] as const;
    for (const program of [third, first, second]) program.idleUntil(10);
    await turns();
    expect(woken).toEqual(["first"]);
    first.idleUntil(FOREVER);
    await turns();
    expect(woken).toEqual(["first", "second"]);
    second.idleUntil(FOREVER);
    await turns();
    expect(woken).toEqual(["first", "second", "third"]);
    third.leave();
  });

  test("a timer comes before a participant that is due at the same time", async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.join("program", () => seen.push("participant")).idleUntil(10);
    clock.schedule(10, () => seen.push("timer"));
    await turns();
    expect(seen).toEqual(["timer", "participant"]);
  });

  test("one that leaves holds nothing any more, however often it leaves", async () => {
    const clock = new VirtualClock();
    const io = clock.join("io");
    const next = reached(clock, 1);
    io.leave();
    io.leave();
    await next;
    expect(clock.now()).toBe(1);
  });

  test("idleUntil(NaN) is refused", () => {
    const io = new VirtualClock().join("io");
    expect(() => io.idleUntil(Number.NaN)).toThrow(RangeError);
  });
});

describe("a blocking wait on VirtualClock", () => {
  test("runs what is due and returns at the deadline", () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    for (const at of [3, 10, 11]) clock.schedule(at, () => seen.push(at));
    clock.wait(10);
    expect(clock.now()).toBe(10);
    expect(seen).toEqual([3, 10]);
  });

  test("returns at the delivery, and its deadline is then forgotten", async () => {
    const clock = new VirtualClock();
    clock.schedule(4, () => clock.delivered());
    clock.wait(10);
    expect(clock.now()).toBe(4);
    await reached(clock, 20);
    expect(clock.now()).toBe(20);
  });

  test("a delivery of the past does not end it", () => {
    const clock = new VirtualClock();
    clock.delivered();
    clock.wait(10);
    expect(clock.now()).toBe(10);
  });

  test("runs what was deferred before it returns", () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.schedule(4, () => {
      clock.defer(() => seen.push(`deferred at ${clock.now()}`));
      seen.push("event");
    });
    clock.wait(FOREVER);
    expect(seen).toEqual(["event", "deferred at 4"]);
  });

  test("forever, with nothing that can happen, is EDEADLK", () => {
    const clock = new VirtualClock();
    expect(() => clock.wait(FOREVER)).toThrow(expect.objectContaining({ code: "EDEADLK" }));
    clock.schedule(3, () => undefined);
    expect(() => clock.wait(FOREVER)).toThrow(expect.objectContaining({ code: "EDEADLK" }));
    expect(clock.now()).toBe(3);
  });

  test("on a clock that somebody holds is EDEADLK with the name of the holder", () => {
    const clock = new VirtualClock();
    const hold = clock.join("reading a file");
    expect(() => clock.wait(10)).toThrow(/EDEADLK.*"reading a file"/);
    expect(clock.now()).toBe(0);
    hold.leave();
    clock.wait(10);
    expect(clock.now()).toBe(10);
  });

  test("wakes participants on its way, and is EDEADLK when one of them then stays busy", () => {
    const clock = new VirtualClock();
    const polite = clock.join("polite", () => polite.idleUntil(FOREVER));
    polite.idleUntil(2);
    clock.wait(5);
    expect(clock.now()).toBe(5);
    clock.join("stubborn").idleUntil(7);
    expect(() => clock.wait(10)).toThrow(/"stubborn"/);
    expect(clock.now()).toBe(7);
  });

  test("may be nested: the inner deadline does not outlive the inner wait", () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    clock.schedule(1, () => {
      clock.wait(4);
      seen.push(clock.now());
    });
    clock.schedule(6, () => seen.push(6));
    while (clock.now() < 10) clock.wait(10);
    expect(seen).toEqual([4, 6]);
    expect(clock.now()).toBe(10);
  });

  test("leaves the pump's next turn to the code that became ready meanwhile", async () => {
    const clock = new VirtualClock();
    clock.schedule(1, () => clock.delivered());
    const later = vi.fn();
    clock.schedule(2, later);
    clock.wait(10);
    await undefined;
    expect(later).not.toHaveBeenCalled();
    await turns();
    expect(later).toHaveBeenCalledOnce();
  });
});

describe("a poll of VirtualClock (a wait whose deadline is not in the future)", () => {
  test("moves to the next event and handles it alone", () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    for (const at of [3, 5]) clock.schedule(at, () => seen.push(at));
    clock.wait(0);
    expect(seen).toEqual([3]);
    expect(clock.now()).toBe(3);
    clock.wait(0);
    expect(seen).toEqual([3, 5]);
  });

  test("with nothing to come, returns and leaves the time", () => {
    const clock = new VirtualClock();
    clock.wait(0);
    expect(clock.now()).toBe(0);
  });

  test("while somebody waits asynchronously, handles only what is due now", () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    for (const at of [0, 3]) clock.schedule(at, () => seen.push(at));
    clock.asyncWaits++;
    clock.wait(0);
    clock.wait(0);
    expect(seen).toEqual([0]);
    expect(clock.now()).toBe(0);
  });

  test("on a clock that somebody holds, returns and leaves the time", () => {
    const clock = new VirtualClock();
    clock.schedule(3, () => undefined);
    clock.join("io");
    clock.wait(0);
    expect(clock.now()).toBe(0);
  });

  test("runs what was deferred, without a step", () => {
    const clock = new VirtualClock();
    const deferred = vi.fn();
    clock.schedule(3, () => undefined);
    clock.defer(deferred);
    clock.wait(0);
    expect(deferred).toHaveBeenCalledOnce();
    expect(clock.now()).toBe(0);
  });
});
