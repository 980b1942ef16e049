import { Scenario } from "espnow-micropython";
import { expect, test } from "vitest";
import { python } from "./on-a-board.ts";

test("Ctrl-C leaves run as a KeyboardInterrupt, wherever the loop waits; a new loop forgets the tasks", async () => {
  const source = python`
    import asyncio, time

    async def task():
        try:
            await asyncio.sleep(100)
        finally:
            print("not reached: the interrupt is in the scheduler")

    async def main():
        asyncio.create_task(task())
        print("waiting")
        await asyncio.Event().wait()

    for _ in range(2):
        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("interrupted at", time.ticks_ms())
            asyncio.new_event_loop()
    asyncio.run(main())
  `;
  await using scenario = new Scenario({ seed: 1 });
  const board = scenario.board({ source }, { mayFail: true });
  for (let i = 0; i < 3; i++) {
    await scenario.until(board, /waiting/);
    await scenario.run(250);
    board.interrupt();
  }
  await scenario.run(10);
  expect(board.output).toMatch(
    /^waiting\ninterrupted at 250\nwaiting\ninterrupted at 500\nwaiting\nTraceback.*KeyboardInterrupt: \n$/s,
  );
  expect(board.exit?.code).toBe(130);
});

test("an irq handler sets a flag for which a task waits, and what it raises is printed", async () => {
  const receiver = python`
    import asyncio, espnow, network, time

    network.WLAN(network.STA_IF).active(True)
    e = espnow.ESPNow()
    e.active(True)
    flag = asyncio.ThreadSafeFlag()

    def on_message(e):
        flag.set()
        if e.peers_table == {}:
            raise ValueError("first")

    e.irq(on_message)

    async def main():
        for _ in range(3):
            await flag.wait()
            while e.any():
                print(e.recv()[1], time.ticks_ms() // 100)

    asyncio.run(main())
  `;
  const sender = python`
    import asyncio, espnow, network

    network.WLAN(network.STA_IF).active(True)
    e = espnow.ESPNow()
    e.active(True)
    e.add_peer(b"\xff" * 6)

    async def main():
        for n in range(3):
            await asyncio.sleep(1)
            e.send(b"\xff" * 6, str(n))

    asyncio.run(main())
  `;
  await using scenario = new Scenario({ seed: 1 });
  const board = scenario.board({ source: receiver });
  scenario.board({ source: sender });
  await scenario.run(5000);
  expect(board.output).toMatch(/^Traceback.*ValueError: first\nb'0' 10\nb'1' 20\nb'2' 30\n$/s);
  expect(board.exit).toEqual({ code: 0 });
});
