import { systemClock } from "aioespnow/sim";
import { Scenario } from "espnow-micropython";
import { describe, expect, test } from "vitest";
import { python } from "./on-a-board.ts";

// What asyncio does where MicroPython's own tests look hardest, in both kinds of time.
describe.each([
  ["virtual", undefined],
  ["real", systemClock],
])("in %s time", (_, clock) => {
  async function output(source: string): Promise<string> {
    await using scenario = new Scenario({ seed: 1, ...(clock === undefined ? {} : { clock }) });
    const board = scenario.board({ source });
    await scenario.settled(board.exited);
    return board.output;
  }

  test("tasks take turns and sleep while the heap is locked, and streams take what they can", async () => {
    const source = python`
      import asyncio, io, micropython
      class Sink(io.IOBase):
          def write(self, data):
              return len(data)
          def ioctl(self, request, flags):
              return flags
      flag, event, writer = asyncio.ThreadSafeFlag(), asyncio.Event(), asyncio.StreamWriter(Sink(), {})
      async def turns(name, count, ms):
          for i in range(count):
              print(name, i)
              await asyncio.sleep_ms(ms)
          await asyncio.sleep(60)  # to end takes memory
      async def main():
          tasks = asyncio.create_task(turns("a", 3, 50)), asyncio.create_task(turns("b", 2, 50))
          await asyncio.sleep_ms(0)
          micropython.heap_lock()
          try:
              print("locked")
              writer.write(b"taken whole")
              flag.set()
              event.set()
              await asyncio.sleep_ms(1000)
              print("still")
          finally:
              micropython.heap_unlock()
          await flag.wait()
          await event.wait()
          print("unlocked")
      asyncio.run(main())
    `;
    expect(await output(source)).toBe("a 0\nb 0\nlocked\na 1\nb 1\na 2\nstill\nunlocked\n");
  });

  test("a task with a limit on a task that has a limit on another: each ends once, whatever comes first", async () => {
    const source = python`
      import asyncio
      async def work(ms):
          try:
              await asyncio.sleep_ms(ms)
              return "result"
          except asyncio.CancelledError:
              print("work cancelled")
              raise
      async def limited(name, task, ms):
          try:
              print(name, await asyncio.wait_for_ms(task, ms))
          except asyncio.TimeoutError:
              print(name, "timeout")
          except asyncio.CancelledError:
              print(name, "cancelled")
              raise
          return name + " ended"
      async def main():
          for work_ms, inner_ms, outer_ms in ((200, 600, 1000), (1000, 200, 600), (1000, 600, 200)):
              inner = asyncio.create_task(limited("inner", asyncio.create_task(work(work_ms)), inner_ms))
              outer = asyncio.create_task(limited("outer", inner, outer_ms))
              print(await outer, inner.done())
          task = asyncio.create_task(work(200))
          both = [asyncio.create_task(limited(name, task, 1000)) for name in ("first", "second")]
          await asyncio.sleep_ms(0)
          both[0].cancel()
          for waiting in both:
              try:
                  print(await waiting)
              except asyncio.CancelledError:
                  print("gone")
      asyncio.run(main())
    `;
    expect(await output(source)).toBe(
      "inner result\nouter inner ended\nouter ended True\n" +
        "work cancelled\ninner timeout\nouter inner ended\nouter ended True\n" +
        "inner cancelled\nwork cancelled\nouter timeout\nouter ended True\n" +
        "first cancelled\nwork cancelled\ngone\nsecond cancelled\ngone\n",
    );
  });

  test("a task that is awaited cannot be gathered, and one that is gathered cannot be awaited", async () => {
    const source = python`
      import asyncio
      async def work():
          await asyncio.sleep_ms(20)
          return "result"
      async def awaiting(task):
          return await task
      async def attempt(what):
          try:
              print(await what)
          except RuntimeError as e:
              print(e)
      async def main():
          task = asyncio.create_task(work())
          gathering = asyncio.create_task(asyncio.gather(task))
          await asyncio.sleep_ms(0)
          await attempt(awaiting(task))
          await attempt(gathering)
          task = asyncio.create_task(work())
          waiting = asyncio.create_task(awaiting(task))
          await asyncio.sleep_ms(0)
          await attempt(asyncio.gather(task))
          await attempt(waiting)
      asyncio.run(main())
    `;
    expect(await output(source)).toBe("can't wait\n['result']\ncan't gather\nresult\n");
  });

  test("an event that is set from outside wakes an asynchronous iterator, where nothing else is to be done", async () => {
    const source = python`
      import asyncio, machine
      class Ticks:
          def __init__(self):
              self.event, self.count = asyncio.Event(), 0
          def tick(self, timer):
              self.count += 1
              self.event.set()
          def __aiter__(self):
              return self
          async def __anext__(self):
              await self.event.wait()
              self.event.clear()
              if self.count > 3:
                  raise StopAsyncIteration
              return self.count
      async def main():
          ticks = Ticks()
          timer = machine.Timer(0)
          timer.init(period=30, callback=ticks.tick)
          async for count in ticks:
              assert count <= 3
          timer.deinit()
          print("over")
      asyncio.run(main())
      loop = asyncio.new_event_loop()
      async def stop(event):
          await event.wait()
          print("stopped")
          loop.stop()
      event = asyncio.Event()
      loop.create_task(stop(event))
      machine.Timer(1).init(mode=machine.Timer.ONE_SHOT, period=30, callback=lambda t: event.set())
      loop.run_forever()
    `;
    expect(await output(source)).toBe("over\nstopped\n");
  });
});
