import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TimerHeap } from "#lib/util/timer-heap.ts";

const nothing = () => undefined;

describe("TimerHeap", () => {
  test("an empty heap has no earliest timer", () => {
    const heap = new TimerHeap();
    expect(heap.peek()).toBeUndefined();
    expect(heap.size).toBe(0);
  });

  test("timers of the same time come in the order in which they were added", () => {
    const heap = new TimerHeap();
    const added = [5, 1, 5, 1, 5].map((at) => heap.add(at, nothing));
    expect(drain(heap)).toEqual([1, 3, 0, 2, 4].map((index) => added[index]));
  });

  test("removing a timer twice, or one that was drained, does nothing", () => {
    const heap = new TimerHeap();
    const first = heap.add(1, nothing);
    const second = heap.add(2, nothing);
    heap.remove(first);
    heap.remove(first);
    expect(heap.peek()).toBe(second);
    expect(heap.size).toBe(1);
  });

  test("behaves as a sorted list under any sequence of additions and removals", () => {
    fc.assert(fc.property(fc.commands(COMMANDS, { maxCommands: 80 }), (commands) => fc.modelRun(start, commands)));
  });
});

type Timers = ReturnType<TimerHeap["add"]>[];
type Model = { added: Timers; sorted: Timers };
type Step = fc.Command<Model, TimerHeap>;

const start = () => ({ model: { added: [], sorted: [] }, real: new TimerHeap() });

function step(name: string, act: (model: Model, heap: TimerHeap) => void): Step {
  return {
    check: () => true,
    run(model, heap) {
      act(model, heap);
      expect(heap.peek()).toBe(model.sorted[0]);
      expect(heap.size).toBe(model.sorted.length);
    },
    toString: () => name,
  };
}

function remove(model: Model, heap: TimerHeap, timer: Timers[number] | undefined): void {
  if (timer !== undefined) heap.remove(timer);
  model.sorted = model.sorted.filter((kept) => kept !== timer);
}

const COMMANDS: fc.Arbitrary<Step>[] = [
  fc.integer({ min: 0, max: 20 }).map((at) =>
    step(`add(${at})`, (model, heap) => {
      const timer = heap.add(at, nothing);
      model.added.push(timer);
      model.sorted.push(timer);
      model.sorted.sort((a, b) => a.at - b.at || a.order - b.order);
    }),
  ),
  fc
    .nat({ max: 40 })
    .map((index) => step(`remove(#${index})`, (model, heap) => remove(model, heap, model.added[index]))),
  fc.constant(step("remove(earliest)", (model, heap) => remove(model, heap, model.sorted[0]))),
];

function drain(heap: TimerHeap): unknown[] {
  const drained: unknown[] = [];
  for (let timer = heap.peek(); timer !== undefined; timer = heap.peek()) {
    heap.remove(timer);
    drained.push(timer);
  }
  return drained;
}
