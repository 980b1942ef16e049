import { expect, test } from "vitest";
import { linesOf, python } from "./on-a-board.ts";

test("a driver written on asyncio.core._io_queue waits until its ioctl says that it is ready", async () => {
  const source = python`
    import asyncio, io, time
    from asyncio import core

    class Button(io.IOBase):
        def __init__(self):
            self.presses = 0
            self.questions = 0

        def ioctl(self, request, flags):
            self.questions += 1
            return flags & 1 if self.presses else 0

        async def pressed(self):
            yield core._io_queue.queue_read(self)
            self.presses -= 1
            return time.ticks_ms()

    async def finger(button):
        await asyncio.sleep(10)
        button.presses += 2

    async def main():
        button = Button()
        asyncio.create_task(finger(button))
        print(await button.pressed(), await button.pressed())
        print(button.questions < 8)  # it is not polled while nothing happens
        impatient = asyncio.create_task(button.pressed())
        await asyncio.sleep_ms(5)
        impatient.cancel()
        await asyncio.sleep_ms(5)
        button.presses = 1
        print(await asyncio.wait_for_ms(button.pressed(), 100))

    asyncio.run(main())
  `;
  expect(await linesOf(source)).toEqual(["10000 10000", "True", "10010"]);
});

test("uasyncio is another name of asyncio", async () => {
  const source = python`
    import asyncio, uasyncio
    from uasyncio import CancelledError, Event, sleep_ms
    import uasyncio as aio

    print(uasyncio.Event is Event is asyncio.Event, aio.core is asyncio.core)
    try:
        uasyncio.nothing
    except AttributeError:
        print("no such attribute")
  `;
  expect(await linesOf(source)).toEqual(["True True", "no such attribute"]);
});

test("without a network, asyncio's streams say how to get one", async () => {
  const source = python`
    import asyncio

    for function in (asyncio.open_connection, asyncio.start_server):
        try:
            asyncio.run(function(*(("host", 80) if function is asyncio.open_connection else (None, "::", 80))))
        except NotImplementedError as e:
            print(e)
  `;
  const why = "a simulated board has ESP-NOW only, no IP network (espnow run --network gives it the computer's)";
  expect(await linesOf(source)).toEqual([`socket.getaddrinfo: ${why}`, `socket.socket: ${why}`]);
});

test("an asyncio beside the program wins, and may build on select", async () => {
  const loop = python`
    import select, time

    class _Readable:
        def __init__(self, stream):
            self.stream = stream

        def __iter__(self):
            yield self.stream

    def readable(stream):
        return _Readable(stream)

    def run(coro):
        poller = select.poll()
        try:
            while True:
                stream = coro.send(None)
                poller.register(stream, select.POLLIN)
                print("waits", [event for _, event in poller.ipoll(1000)], time.ticks_ms())
                poller.unregister(stream)
        except StopIteration as e:
            return e.value
  `;
  const source = python`
    import asyncio, io

    class Gate(io.IOBase):
        open = 1

        def ioctl(self, request, flags):
            return self.open & flags

    async def main():
        gate = Gate()
        await asyncio.readable(gate)
        gate.open = 0
        await asyncio.readable(gate)
        return "own"

    print(asyncio.run(main()), asyncio.__file__)
  `;
  const expected = ["waits [1] 0", "waits [] 1000", "own asyncio.py"];
  expect(await linesOf(source, { "asyncio.py": loop })).toEqual(expected);
  const asPackage = {
    "asyncio/__init__.py": "from .loop import *\n__file__ = 'asyncio.py'\n",
    "asyncio/loop.py": loop,
  };
  expect(await linesOf(source, asPackage)).toEqual(expected);
});
