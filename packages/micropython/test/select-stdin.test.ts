import { expect, test } from "vitest";
import { python } from "./on-a-board.ts";
import { TestVm } from "./vm.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("sys.stdin is ready when something was typed", async () => {
  const source = python`
    import select, sys, time

    poller = select.poll()
    poller.register(sys.stdin, select.POLLIN)
    print(poller.poll(100), time.ticks_ms())
    print("type!")
    while True:
        for stream, event in poller.ipoll(-1):
            letter = stream.read(1)
            print(event, letter)
            if letter == "q":
                raise SystemExit
  `;
  await using vm = new TestVm(source);
  await vm.printed("type!");
  vm.host.type(bytes("ab"));
  await vm.printed("1 b");
  vm.host.type(bytes("q"));
  expect(await vm.exited).toEqual({ code: 0 });
  expect(vm.output).toBe("[] 100\ntype!\n1 a\n1 b\n1 q\n");
});

test("sys.stdout is always ready; select tells of both", async () => {
  const source = python`
    import select, sys

    print([len(part) for part in select.select([sys.stdin], [sys.stdout], [], 0)])
    print("type!")
    print([len(part) for part in select.select([sys.stdin.buffer], [], [])], sys.stdin.buffer.read(2))
  `;
  await using vm = new TestVm(source);
  await vm.printed("type!");
  vm.host.type(Uint8Array.of(0xff, 0x00));
  await vm.exited;
  expect(vm.output).toBe("[0, 1, 0]\ntype!\n[1, 0, 0] b'\\xff\\x00'\n");
});

test("an asyncio program reads lines that are typed, and writes, while other tasks run", async () => {
  const source = python`
    import asyncio, sys, time

    async def ticker():
        for _ in range(2):
            await asyncio.sleep_ms(100)
            print("tick", time.ticks_ms())

    async def main():
        asyncio.create_task(ticker())
        reader = asyncio.StreamReader(sys.stdin)
        writer = asyncio.StreamWriter(sys.stdout, {})
        line = None
        while line != "end":
            line = (await reader.readline()).strip()
            writer.write("%s at %d\n" % (line, time.ticks_ms()))
            await writer.drain()

    asyncio.run(main())
  `;
  await using vm = new TestVm(source);
  await vm.printed("tick 200");
  vm.host.type(bytes("first\n"));
  await vm.printed("first");
  vm.host.type(bytes("end\n"));
  expect(await vm.exited).toEqual({ code: 0 });
  expect(vm.output).toBe("tick 100\ntick 200\nfirst at 200\nend at 200\n");
});
