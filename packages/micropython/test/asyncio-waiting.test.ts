import { expect, test } from "vitest";
import { linesOf, onABoard, python } from "./on-a-board.ts";

test("gather gives the results in the order of its arguments, whoever ends first", async () => {
  const source = python`
    import asyncio, time

    async def after(ms, value):
        await asyncio.sleep_ms(ms)
        if isinstance(value, Exception):
            raise value
        return value

    async def main():
        task = asyncio.create_task(after(30, "task"))
        print(await asyncio.gather(after(20, 1), task, after(10, 2)), time.ticks_ms())
        print(await asyncio.gather(task), await asyncio.gather())
        print(await asyncio.gather(after(1, 1), after(2, ValueError(3)), return_exceptions=True))
        late = asyncio.create_task(after(50, "late"))
        try:
            await asyncio.gather(late, after(5, ValueError("first")), after(6, OSError(1)))
        except ValueError as e:
            print(e, time.ticks_ms(), late.done())
        print(await late, time.ticks_ms())

    asyncio.run(main())
  `;
  const { output } = await onABoard(source);
  expect(output.split("\n").slice(0, 4)).toEqual([
    "[1, 'task', 2] 30",
    "['task'] []",
    "[1, ValueError(3,)]",
    "first 37 False",
  ]);
  expect(output).toContain("Task exception wasn't retrieved");
  expect(output).toMatch(/OSError: .*\nlate 82\n$/);
});

test("cancelling a gather cancels what it gathers; a cancelled one among them is an exception like others", async () => {
  const source = python`
    import asyncio

    async def sleeper(name):
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            print(name, "cancelled")
            raise

    async def main():
        both = asyncio.create_task(asyncio.gather(sleeper("a"), sleeper("b")))
        await asyncio.sleep_ms(10)
        both.cancel()
        try:
            await both
        except asyncio.CancelledError:
            print("gather cancelled")
        await asyncio.sleep_ms(1)
        c = asyncio.create_task(sleeper("c"))
        await asyncio.sleep_ms(1)
        c.cancel()
        print(await asyncio.gather(c, return_exceptions=True))
        d = asyncio.create_task(sleeper("d"))
        waits = asyncio.create_task(asyncio.wait_for(d, 5))
        await asyncio.sleep_ms(1)
        try:
            await asyncio.gather(d)
        except RuntimeError as e:
            print(e)

    asyncio.run(main())
  `;
  expect((await linesOf(source)).toSorted()).toEqual([
    "[CancelledError()]",
    "a cancelled",
    "b cancelled",
    "c cancelled",
    "can't gather",
    "gather cancelled",
  ]);
});

test("wait_for limits the time of a coroutine, which is cancelled and may clean up", async () => {
  const source = python`
    import asyncio, time

    async def work(ms, cleaning=0):
        try:
            await asyncio.sleep_ms(ms)
            return "done"
        finally:
            await asyncio.sleep_ms(cleaning)

    async def at_once():
        return "done"

    async def fails():
        raise ValueError("inside")

    async def main():
        print(await asyncio.wait_for(work(20), 1), time.ticks_ms())
        print(await asyncio.wait_for_ms(work(20), None), time.ticks_ms())
        print(await asyncio.wait_for(at_once(), 0), time.ticks_ms())
        try:
            await asyncio.wait_for_ms(work(100, cleaning=7), 10)
        except asyncio.TimeoutError as e:
            print(repr(e), isinstance(e, Exception), time.ticks_ms())
        try:
            await asyncio.wait_for(fails(), 1)
        except ValueError as e:
            print(e, time.ticks_ms())
        task = asyncio.create_task(work(50))
        try:
            await asyncio.wait_for_ms(task, 5)
        except asyncio.TimeoutError:
            print(task.done(), time.ticks_ms())

    asyncio.run(main())
  `;
  expect(await linesOf(source)).toEqual([
    "done 20",
    "done 40",
    "done 40",
    "TimeoutError() True 57",
    "inside 57",
    "True 62",
  ]);
});

test("cancelling who waits with a limit cancels what it waits for", async () => {
  const source = python`
    import asyncio

    async def work():
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            print("work cancelled")
            raise

    async def patient():
        try:
            await asyncio.wait_for(work(), 1)
        except asyncio.CancelledError:
            print("patient cancelled")
            raise

    async def main():
        task = asyncio.create_task(patient())
        await asyncio.sleep_ms(10)
        task.cancel()
        await asyncio.sleep_ms(10)
        print(task.done())

    asyncio.run(main())
  `;
  expect((await linesOf(source)).toSorted()).toEqual(["True", "patient cancelled", "work cancelled"]);
});

test("two tasks may wait for a third, one of them with a limit", async () => {
  const source = python`
    import asyncio, time

    async def work():
        await asyncio.sleep_ms(30)
        return 7

    async def waits(task):
        print("plain", await task, time.ticks_ms())

    async def main():
        task = asyncio.create_task(work())
        other = asyncio.create_task(waits(task))
        print("limited", await asyncio.wait_for(task, 1), time.ticks_ms())
        await other

    asyncio.run(main())
  `;
  expect((await linesOf(source)).toSorted()).toEqual(["limited 7 30", "plain 7 30"]);
});

test("an event wakes all who wait, and stays set until it is cleared", async () => {
  const source = python`
    import asyncio, time

    async def waiter(event, name):
        print(name, await event.wait(), time.ticks_ms())

    async def main():
        event = asyncio.Event()
        tasks = [asyncio.create_task(waiter(event, n)) for n in range(3)]
        await asyncio.sleep_ms(10)
        tasks[1].cancel()
        await asyncio.sleep_ms(10)
        event.set()
        await asyncio.gather(tasks[0], tasks[2])
        print(event.is_set(), await event.wait())
        event.clear()
        try:
            await asyncio.wait_for_ms(event.wait(), 5)
        except asyncio.TimeoutError:
            print(event.is_set(), time.ticks_ms())

    asyncio.run(main())
  `;
  expect(await linesOf(source)).toEqual(["0 True 20", "2 True 20", "True True", "False 25"]);
});

test("a lock goes from task to task in the order in which they asked; cancelled ones are left out", async () => {
  const source = python`
    import asyncio, time

    async def worker(lock, name):
        async with lock:
            print(name, time.ticks_ms(), lock.locked())
            await asyncio.sleep_ms(10)

    async def main():
        lock = asyncio.Lock()
        try:
            lock.release()
        except RuntimeError as e:
            print(e)
        tasks = []
        for name in range(5):
            tasks.append(asyncio.create_task(worker(lock, name)))
            await asyncio.sleep_ms(1)
        tasks[2].cancel()  # waits
        await asyncio.sleep_ms(4)
        await lock.acquire()  # behind all others
        lock.release()
        print(time.ticks_ms(), lock.locked())
        await lock.acquire()
        next_one = asyncio.create_task(worker(lock, "next"))
        last_one = asyncio.create_task(worker(lock, "last"))
        await asyncio.sleep_ms(1)
        lock.release()
        next_one.cancel()  # the lock has been passed on to it already
        await last_one
        print(lock.locked())

    asyncio.run(main())
  `;
  expect(await linesOf(source)).toEqual([
    "Lock not acquired",
    "0 0 True",
    "1 10 True",
    "3 20 True",
    "4 30 True",
    "40 False",
    "last 41 True",
    "False",
  ]);
});

test("a flag set by a scheduled callback wakes the task that waits, and is cleared by it", async () => {
  const source = python`
    import asyncio, micropython, time

    flag = asyncio.ThreadSafeFlag()

    async def interrupts():
        for _ in range(2):
            await asyncio.sleep_ms(15)
            micropython.schedule(lambda _: flag.set(), None)

    async def main():
        asyncio.create_task(interrupts())
        for _ in range(2):
            await flag.wait()
            print(time.ticks_ms())
        flag.set()
        await flag.wait()
        flag.set()
        flag.clear()
        try:
            await asyncio.wait_for_ms(flag.wait(), 10)
        except asyncio.TimeoutError:
            print("timeout", time.ticks_ms())

    asyncio.run(main())
  `;
  expect(await linesOf(source)).toEqual(["15", "30", "timeout 40"]);
});

test("two hundred tasks that cancel each other, refuse, fail and clean up come to one end, the same at every run", async () => {
  const source = python`
    import asyncio, random, time

    random.seed(1)
    tasks = []
    counts = {"ended": 0, "cancelled": 0, "cleaned": 0}

    async def hostile(n):
        try:
            for _ in range(20):
                try:
                    await asyncio.sleep_ms(random.randrange(20))
                    victim = tasks[random.randrange(len(tasks))]
                    if victim is not asyncio.current_task():
                        victim.cancel()
                    if random.randrange(40) == 0:
                        raise ValueError(n)
                    if random.randrange(10) == 0:
                        await asyncio.wait_for_ms(tasks[(n + 7) % 200], 3)
                except asyncio.CancelledError:
                    if random.randrange(4) == 0:
                        counts["cancelled"] += 1
                        raise
                except asyncio.TimeoutError:
                    pass
            counts["ended"] += 1
        finally:
            await asyncio.sleep_ms(random.randrange(5))
            counts["cleaned"] += 1
            if random.randrange(10) == 0:
                raise OSError(n)

    async def main():
        for n in range(200):
            tasks.append(asyncio.create_task(hostile(n)))
        while not all(task.done() for task in tasks):
            await asyncio.sleep_ms(5)
        for name in sorted(counts):
            print(name, counts[name])
        print(time.ticks_ms())

    asyncio.get_event_loop().set_exception_handler(lambda loop, context: print(repr(context["exception"])))
    asyncio.run(main())
  `;
  const [first, second] = await Promise.all([onABoard(source), onABoard(source)]);
  expect(first.exit.code).toBe(0);
  expect(first.output).toMatch(/cancelled \d+\ncleaned \d+\nended \d+\n\d+\n$/);
  expect(first).toEqual(second);
});

test("a lock that was released is not locked, though the next task waits for its turn", async () => {
  const source = python`
    import asyncio
    lock = asyncio.Lock()

    async def waiter():
        async with lock:
            print(lock.locked())

    async def main():
        await lock.acquire()
        task = asyncio.create_task(waiter())
        await asyncio.sleep_ms(0)
        lock.release()
        print(lock.locked())
        await task
        print(lock.locked())

    asyncio.run(main())
  `;
  expect(await linesOf(source)).toEqual(["False", "True", "False"]);
});

test("an event that a callback sets wakes a task, also where the loop has nothing else to do", async () => {
  const source = python`
    import asyncio, machine, time
    event = asyncio.Event()

    class Ticks:
        def __aiter__(self):
            return self
        async def __anext__(self):
            await event.wait()
            event.clear()
            return time.ticks_ms()

    async def main(others):
        tasks = [asyncio.create_task(other()) for other in others]
        count = 0
        async for at in Ticks():
            count += 1
            if count == 3:
                return at - start

    async def idle():
        await asyncio.sleep_ms(10_000)

    async def reader():
        await asyncio.ThreadSafeFlag().wait()

    timer = machine.Timer(0)
    timer.init(period=100, callback=lambda t: event.set())
    for others in ((), (idle,), (reader,)):
        event.clear()
        start = time.ticks_ms()
        print(asyncio.run(main(others)) in range(200, 301))
        asyncio.new_event_loop()
  `;
  expect(await linesOf(source)).toEqual(["True", "True", "True"]);
});
