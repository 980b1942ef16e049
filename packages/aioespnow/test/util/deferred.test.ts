import { describe, expect, test } from "vitest";
import type { Clock } from "#lib/util/clock.ts";
import { SystemClock } from "#lib/util/system-clock.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";

describe.each([
  ["SystemClock", (): Clock => new SystemClock()],
  ["VirtualClock", (): Clock => new VirtualClock()],
])("what is deferred on a %s", (_, createClock) => {
  test("runs from the event loop, in order, and not inside the call", async () => {
    const clock = createClock();
    const seen: number[] = [];
    const all = new Promise<void>((resolve) => {
      clock.defer(() => seen.push(1));
      clock.defer(() => {
        seen.push(2);
        clock.defer(() => {
          seen.push(4);
          resolve();
        });
        seen.push(3);
      });
    });
    expect(seen).toEqual([]);
    await all;
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  test("never nests: one that blocks is not interrupted by the next, and still gets what it waits for", () => {
    const clock = createClock();
    const seen: string[] = [];
    const report = clock.now() + 2;
    clock.defer(() => {
      let reported = false;
      clock.schedule(report, () => {
        reported = true;
        clock.delivered();
      });
      clock.defer(() => seen.push("second"));
      for (let waits = 0; !reported && waits < 100; waits++) clock.wait(report + 1000);
      seen.push(reported ? "first, with its report" : "first, in vain");
    });
    clock.wait(clock.now());
    expect(seen).toEqual(["first, with its report", "second"]);
  });
});
