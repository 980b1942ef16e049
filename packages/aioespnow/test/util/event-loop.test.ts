import { afterEach, describe, expect, test, vi } from "vitest";
import { afterMs, blockUntilRung, nextTurn, rings, wallNow } from "#lib/util/event-loop.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe("the captured event loop", () => {
  test("is the real one under fake timers", async () => {
    vi.useFakeTimers();
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      nextTurn(() => {
        seen.push("turn");
        afterMs(1, () => {
          seen.push("timer");
          resolve();
        });
      });
    });
    expect(seen).toEqual(["turn", "timer"]);
  });

  test("its wall time goes on under fake timers", () => {
    vi.useFakeTimers();
    const start = wallNow();
    blockUntilRung(rings(), 2);
    expect(wallNow()).toBeGreaterThan(start);
  });

  test("a timer can be cancelled, and one beyond the platform's longest does not fire at once", async () => {
    const callback = vi.fn();
    const cancelLong = afterMs(2 ** 40, callback);
    afterMs(0, callback)();
    await new Promise<void>((resolve) => afterMs(5, resolve));
    cancelLong();
    expect(callback).not.toHaveBeenCalled();
  });

  test.each([
    ["that keeps the process alive", true],
    ["that does not", false],
  ])("a turn %s is a macrotask and comes once", async (_, alive) => {
    const seen: string[] = [];
    nextTurn(() => seen.push("turn")).ref(alive);
    await Promise.resolve();
    seen.push("microtask");
    await new Promise<void>((resolve) => afterMs(5, resolve));
    expect(seen).toEqual(["microtask", "turn"]);
  });
});

test("where there is no setImmediate (browsers), a turn is a message to oneself", async () => {
  vi.stubGlobal("setImmediate", undefined);
  vi.resetModules();
  const browser = await import("#lib/util/event-loop.ts");
  const seen: string[] = [];
  await new Promise<void>((resolve) => {
    const task = browser.nextTurn(() => {
      seen.push("turn");
      resolve();
    });
    task.ref(false);
    seen.push("asked");
  });
  expect(seen).toEqual(["asked", "turn"]);
});
