import { describe, expect, test } from "vitest";
import { EventKind, EventQueue } from "#lib/phy/sim/event-queue.ts";
import { TimingWheel, WHEEL_SPAN_US } from "#lib/phy/sim/timing-wheel.ts";
import { SeededRandom } from "#lib/util/rng.ts";

describe("EventQueue", () => {
  test("gives a thousand events in order of time, phase and arrival", () => {
    const queue = new EventQueue();
    const random = new SeededRandom(1);
    const kinds = Object.values(EventKind);
    const phase = (kind: number) => (kind === EventKind.transmissionEnd ? 0 : kind === EventKind.ackStart ? 2 : 1);
    const added = Array.from({ length: 1000 }, (_, subject) => {
      const event = { at: random.below(50), kind: kinds[random.below(kinds.length)] as EventKind, subject };
      queue.add(event.at, event.kind, event.subject);
      return event;
    });
    added.sort((a, b) => a.at - b.at || phase(a.kind) - phase(b.kind) || a.subject - b.subject);
    const taken = added.map(() => {
      const event = { at: queue.nextTime, kind: queue.nextKind, subject: queue.nextSubject };
      queue.drop();
      return event;
    });
    expect(taken).toEqual(added);
    expect(queue.nextTime).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("TimingWheel", () => {
  test("finds the stations in order of time, around its end, as a sorted list would", () => {
    const wheel = new TimingWheel();
    wheel.resize(200);
    const random = new SeededRandom(2);
    const due = new Map<number, number>();
    let now = 5_000_000_000;
    for (let round = 0; round < 2000; round++) {
      const station = random.below(200);
      wheel.remove(station);
      due.set(station, now + random.below(round % 2 === 0 ? WHEEL_SPAN_US : 40));
      wheel.add(station, due.get(station) as number);
      const earliest = Math.min(...due.values());
      expect(wheel.nextTime(now)).toBe(earliest);
      if (round % 3 > 0) continue;
      now = earliest;
      const taken = wheel.take(now);
      expect(due.get(taken)).toBe(now);
      due.delete(taken);
    }
    for (const station of due.keys()) wheel.remove(station);
    expect(wheel.nextTime(now)).toBe(Number.POSITIVE_INFINITY);
    expect(wheel.take(now)).toBe(-1);
  });
});
