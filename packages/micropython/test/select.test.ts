import { expect, test } from "vitest";
import { linesOf, python } from "./on-a-board.ts";

/** A stream that becomes readable when something is put in, and takes four bytes at a time. */
const PIPE = python`
  import io
  import select

  class Pipe(io.IOBase):
      def __init__(self):
          self.data = b""
          self.error = 0
          self.written = b""

      def ioctl(self, request, flags):
          if request != 3:
              return -1
          ready = select.POLLOUT | self.error
          if self.data:
              ready |= select.POLLIN
          return ready

      def read(self, n=-1):
          n = len(self.data) if n < 0 else n
          part, self.data = self.data[:n], self.data[n:]
          return part

      def readline(self):
          return self.read(self.data.find(b"\n") + 1 or -1)

      def write(self, buf):
          self.written += bytes(buf[:4])
          return min(4, len(buf))

      def close(self):
          print("closed")
`;

const files = { "pipe.py": PIPE };

test("poll tells which objects are ready for what, in the order in which they were registered", async () => {
  const source = python`
    import select
    from pipe import Pipe

    a, b, c = Pipe(), Pipe(), Pipe()
    poller = select.poll()
    poller.register(a)
    poller.register(b, select.POLLIN)
    poller.register(c, select.POLLIN)
    names = {id(a): "a", id(b): "b", id(c): "c"}

    def show(events):
        print([(names[id(obj)], event) for obj, event in events])

    show(poller.poll(0))
    b.data = c.data = b"x"
    show(poller.ipoll())
    poller.modify(a, select.POLLIN)
    poller.unregister(b)
    poller.unregister(b)
    poller.register(c, select.POLLIN | select.POLLOUT)
    c.error = select.POLLHUP
    show(poller.poll(0))
    try:
        poller.modify(b, select.POLLIN)
    except OSError as e:
        print(e)
    try:
        poller.register(7)
    except OSError as e:
        print(e)
    print(select.POLLIN, select.POLLOUT, select.POLLERR, select.POLLHUP)
  `;
  expect(await linesOf(source, files)).toEqual([
    "[('a', 4)]",
    "[('a', 4), ('b', 1), ('c', 1)]",
    "[('c', 21)]",
    "[Errno 2] ENOENT",
    "stream operation not supported",
    "1 4 8 16",
  ]);
});

test("a poll waits for its timeout exactly, and with flag 1 reports an object once", async () => {
  const source = python`
    import select, time
    from pipe import Pipe

    pipe = Pipe()
    poller = select.poll()
    poller.register(pipe, select.POLLIN)
    print(poller.poll(250), time.ticks_ms())
    print(list(poller.ipoll(0)), time.ticks_ms())
    pipe.data = b"x"
    print(len(poller.poll(-1, 1)), len(poller.poll(100, 1)), time.ticks_ms())
    poller.modify(pipe, select.POLLIN)
    print(len(poller.poll(None)), time.ticks_ms())
    print(select.select([], [], [], 0.5), time.ticks_ms())
  `;
  expect(await linesOf(source, files)).toEqual(["[] 250", "[] 250", "1 0 350", "1 350", "([], [], []) 850"]);
});

test("what an object answers with an error number is raised", async () => {
  const source = python`
    import io, select

    class Broken(io.IOBase):
        def ioctl(self, request, flags):
            return -22

    poller = select.poll()
    poller.register(Broken())
    try:
        poller.poll(0)
    except OSError as e:
        print(e)
  `;
  expect(await linesOf(source)).toEqual(["[Errno 22] EINVAL"]);
});

test("a callback that runs during a poll ends it", async () => {
  const source = python`
    import asyncio, micropython, select, time

    flag = asyncio.ThreadSafeFlag()
    poller = select.poll()
    poller.register(flag, select.POLLIN)
    for depth in range(1, 5):
        # Each callback schedules the next.
        def callback(left):
            micropython.schedule(callback, left - 1) if left else flag.set()

        micropython.schedule(callback, depth)
        print(len(poller.poll(1000)), time.ticks_ms())
        flag.clear()
  `;
  expect(await linesOf(source)).toEqual(["1 0", "1 0", "1 0", "1 0"]);
});

test("select sorts what is ready into three lists", async () => {
  const source = python`
    import select
    from pipe import Pipe

    a, b = Pipe(), Pipe()
    a.data = b"x"
    print([len(part) for part in select.select([a, b], [a], [b], 1)])
    b.error = select.POLLERR
    print([len(part) for part in select.select([b], [], [b])])
  `;
  expect(await linesOf(source, files)).toEqual(["[1, 1, 0]", "[0, 0, 1]"]);
});

test("asyncio reads and writes streams that are not always ready, each direction by one task", async () => {
  const source = python`
    import asyncio, time
    from pipe import Pipe

    async def feed(pipe):
        for part in (b"one\ntw", b"o\nthree", b" four five"):
            await asyncio.sleep_ms(10)
            pipe.data += part

    async def drinks(pipe):
        await asyncio.StreamReader(pipe).read(1)

    async def main():
        pipe = Pipe()
        async with asyncio.StreamReader(pipe, {"name": "pipe"}) as stream:
            print(stream.get_extra_info("name"))
            asyncio.create_task(feed(pipe))
            print(await stream.readline(), time.ticks_ms())
            print(await stream.readline(), time.ticks_ms())
            print(await stream.readexactly(10), time.ticks_ms())
            print(await stream.read(100), time.ticks_ms())
            stream.write(b"0123456789")
            print(pipe.written)
            await stream.drain()
            print(pipe.written)
            thirsty = asyncio.create_task(drinks(pipe))
            await asyncio.sleep_ms(1)
            try:
                await stream.read(1)
            except AssertionError as e:
                print(e)
            thirsty.cancel()
            await asyncio.sleep_ms(1)
            print(asyncio.core._io_queue.map)

    asyncio.run(main())
  `;
  expect(await linesOf(source, files)).toEqual([
    "pipe",
    "b'one\\n' 10",
    "b'two\\n' 20",
    "b'three four' 30",
    "b' five' 30",
    "b'0123'",
    "b'0123456789'",
    "another task waits for this stream",
    "{}",
    "closed",
  ]);
});
