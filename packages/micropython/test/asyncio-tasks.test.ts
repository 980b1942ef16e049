import { Air, systemClock } from "aioespnow/sim";
import { runProgram } from "espnow-micropython";
import { expect, test } from "vitest";
import { linesOf, onABoard, python } from "./on-a-board.ts";

test("tasks run in turns, each at its exact time", async () => {
  const source = python`
    import asyncio, time

    async def blink(name, ms):
        for i in range(3):
            await asyncio.sleep_ms(ms)
            print(time.ticks_ms(), name, i)
        return name

    async def main():
        first = asyncio.create_task(blink("a", 100))
        second = asyncio.create_task(blink("b", 70))
        print(first.done(), await first, first.done(), await second)
        await asyncio.sleep(0.25)
        return time.ticks_ms()

    print(asyncio.run(main()))
  `;
  expect(await linesOf(source)).toEqual([
    "70 b 0",
    "100 a 0",
    "140 b 1",
    "200 a 1",
    "210 b 2",
    "300 a 2",
    "False a True b",
    "550",
  ]);
});

test("a sleep counts from where it was called; a negative one is over at once", async () => {
  const source = python`
    import asyncio, time

    async def main():
        nap = asyncio.sleep_ms(100)
        await asyncio.sleep_ms(60)
        await nap
        print(time.ticks_ms())
        await asyncio.sleep_ms(-5)
        await asyncio.sleep(0)
        print(time.ticks_ms())

    asyncio.run(main())
  `;
  expect(await linesOf(source)).toEqual(["100", "100"]);
});

test("a task that never sleeps long does not keep others from their turns", async () => {
  const source = python`
    import asyncio

    turns = [0, 0, 0]

    async def spin(n):
        while True:
            turns[n] += 1
            await asyncio.sleep_ms(0)

    async def main():
        for n in range(3):
            asyncio.create_task(spin(n))
        while turns[0] < 1000:
            await asyncio.sleep_ms(0)
        print(max(turns) - min(turns) <= 1)

    asyncio.run(main())
  `;
  expect(await linesOf(source)).toEqual(["True"]);
});

test("cancelling reaches a task before its first step, in its sleep and where it waits for another", async () => {
  const source = python`
    import asyncio, time

    async def worker(name):
        try:
            print(name, "begins")
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            print(name, "cancelled at", time.ticks_ms())
            raise
        finally:
            print(name, "cleans up")

    async def waits_for(task):
        try:
            await task
        except asyncio.CancelledError:
            print("so is who waits for it")
            raise

    async def main():
        early = asyncio.create_task(worker("early"))
        print(early.cancel())
        inner = asyncio.create_task(worker("inner"))
        outer = asyncio.create_task(waits_for(inner))
        await asyncio.sleep_ms(30)
        print(outer.cancel(), inner.done())
        await asyncio.sleep_ms(1)
        for task in (early, inner, outer):
            try:
                await task
            except asyncio.CancelledError:
                print("done", task.done(), task.cancel())
        try:
            asyncio.current_task().cancel()
        except RuntimeError as e:
            print(e)

    asyncio.run(main())
  `;
  expect(await linesOf(source)).toEqual([
    "True",
    "inner begins",
    "True False",
    "inner cancelled at 30",
    "inner cleans up",
    "so is who waits for it",
    "done True False",
    "done True False",
    "done True False",
    "can't cancel self",
  ]);
});

test("a task may refuse to be cancelled, and its finally may wait", async () => {
  const source = python`
    import asyncio, time

    async def stubborn():
        for _ in range(2):
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                print("not yet", time.ticks_ms())
            finally:
                await asyncio.sleep_ms(5)
        return "well"

    async def main():
        task = asyncio.create_task(stubborn())
        await asyncio.sleep_ms(10)
        task.cancel()
        await asyncio.sleep_ms(20)
        task.cancel()
        print(await task, time.ticks_ms())

    asyncio.run(main())
  `;
  expect(await linesOf(source)).toEqual(["not yet 10", "not yet 30", "well 35"]);
});

test("an exception that nobody comes for is printed as MicroPython prints it, and the others go on", async () => {
  const source = python`
    import asyncio

    async def fails():
        raise ValueError("of no use")

    async def main():
        asyncio.create_task(fails())
        await asyncio.sleep_ms(10)
        task = asyncio.create_task(fails())
        try:
            await task
        except ValueError as e:
            print("caught", e)
        print("on")

    asyncio.run(main())
  `;
  const { output } = await onABoard(source);
  expect(output).toMatch(
    /^Task exception wasn't retrieved\nfuture: <Task> coro= <generator object 'fails' at [0-9a-f]+>\nTraceback \(most recent call last\):\n {2}File "asyncio\/core.py", line \d+, in run_until_complete\n {2}File "main.py", line 4, in fails\nValueError: of no use\ncaught of no use\non\n$/,
  );
});

test("an exception of the main task leaves run, with the other tasks where they were", async () => {
  const source = python`
    import asyncio, time

    async def ticker():
        for _ in range(3):
            await asyncio.sleep_ms(10)
            print("tick", time.ticks_ms())

    async def main(error):
        await asyncio.sleep_ms(15)
        raise error

    asyncio.get_event_loop().create_task(ticker())
    for error in (OSError(5), KeyboardInterrupt(), SystemExit(3), asyncio.CancelledError()):
        try:
            asyncio.run(main(error))
        except BaseException as e:
            print(repr(e), time.ticks_ms())
    try:
        asyncio.current_task()
    except RuntimeError as e:
        print(e)
  `;
  expect(await linesOf(source)).toEqual([
    "tick 10",
    "OSError(5,) 15",
    "tick 20",
    "KeyboardInterrupt() 30",
    "tick 30",
    "SystemExit(3,) 45",
    "CancelledError() 60",
    "no running event loop",
  ]);
});

test("an exception handler is told of what nobody came for", async () => {
  const source = python`
    import asyncio

    async def fails():
        raise ValueError(7)

    def handler(loop, context):
        print(context["message"], repr(context["exception"]), context["future"].done(), loop is asyncio.get_event_loop())

    async def main():
        loop = asyncio.get_event_loop()
        print(loop.get_exception_handler())
        loop.set_exception_handler(handler)
        print(loop.get_exception_handler() is handler)
        task = asyncio.create_task(fails())
        await asyncio.sleep_ms(1)
        loop.call_exception_handler({"message": "own", "exception": None, "future": task})

    asyncio.run(main())
  `;
  expect(await linesOf(source)).toEqual([
    "None",
    "True",
    "Task exception wasn't retrieved ValueError(7,) True True",
    "own None True True",
  ]);
});

test("only coroutines become tasks", async () => {
  const source = python`
    import asyncio

    async def main():
        for wrong in (1, None, main, asyncio.sleep_ms(1)):
            try:
                asyncio.create_task(wrong)
            except TypeError as e:
                print(e)

    asyncio.run(main())
  `;
  expect(await linesOf(source)).toEqual(Array(4).fill("coroutine expected"));
});

test("the loop runs for ever until it is stopped, and goes on where it was", async () => {
  const source = python`
    import asyncio, time

    async def ticker(loop):
        for i in range(4):
            await asyncio.sleep_ms(10)
            print("tick", i, time.ticks_ms())
            if i == 1:
                loop.stop()

    loop = asyncio.get_event_loop()
    task = loop.create_task(ticker(loop))
    loop.run_forever()
    print("stopped", task.done())
    print(loop.run_until_complete(task), task.done())
    loop.stop()
    loop.close()
    loop.create_task(ticker(loop))
    asyncio.new_event_loop()

    async def alone():
        await asyncio.sleep_ms(100)
        print("the tasks of the old loop are forgotten")

    asyncio.run(alone())
  `;
  expect(await linesOf(source)).toEqual([
    "tick 0 10",
    "tick 1 20",
    "stopped False",
    "tick 2 30",
    "tick 3 40",
    "None False",
    "the tasks of the old loop are forgotten",
  ]);
});

test("in real time, a task sleeps at least as long as it asked", async () => {
  const source = python`
    import asyncio, time

    async def after(ms):
        start = time.ticks_ms()
        await asyncio.sleep_ms(ms)
        print(ms, time.ticks_diff(time.ticks_ms(), start) >= ms)

    async def main():
        await asyncio.gather(after(300), after(1), after(100))
        try:
            await asyncio.wait_for_ms(asyncio.Event().wait(), 20)
        except asyncio.TimeoutError:
            print("timeout")

    asyncio.run(main())
  `;
  await using air = new Air({ clock: systemClock });
  const program = await runProgram({ source, radio: air.radio() });
  expect(await program.exited).toEqual({ code: 0 });
  expect(program.output).toBe("1 True\n100 True\n300 True\ntimeout\n");
});
