import { VirtualClock } from "aioespnow/sim";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LONG_TURN_MS, type Player, Turns } from "#micropython/host/turns.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function player(events: string[], name: string): Player {
  return { play: () => events.push(`${name} plays`), tooLong: () => events.push(`${name} takes long`) > 3 };
}

test("players have their turns one by one, in the order in which they asked", () => {
  const events: string[] = [];
  const turns = new Turns();
  const [a, b, c] = ["a", "b", "c"].map((name) => player(events, name)) as [Player, Player, Player];
  for (const one of [a, b, a, c]) turns.ask(one);
  expect([events, turns.has(a)]).toEqual([["a plays"], true]);
  turns.end(b); // it wants no turn any more
  turns.end(a);
  expect([events, turns.has(c)]).toEqual([["a plays", "c plays"], true]);
});

test("programs on one clock share their turns", () => {
  const clock = new VirtualClock();
  expect(Turns.of(clock)).toBe(Turns.of(clock));
  expect(Turns.of(clock)).not.toBe(Turns.of(new VirtualClock()));
});

test("who keeps the others waiting is told, until it says that this is enough", () => {
  const events: string[] = [];
  const turns = new Turns();
  const [a, b] = [player(events, "a"), player(events, "b")];
  turns.ask(a);
  vi.advanceTimersByTime(LONG_TURN_MS / 2);
  turns.end(a);
  turns.ask(b);
  vi.advanceTimersByTime(2 * LONG_TURN_MS);
  expect(events).toEqual(["a plays", "b plays", "b takes long"]);
  vi.advanceTimersByTime(10 * LONG_TURN_MS);
  expect(events).toHaveLength(4);
});
