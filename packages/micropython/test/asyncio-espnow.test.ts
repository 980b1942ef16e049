import { Scenario } from "espnow-micropython";
import { expect, test } from "vitest";
import { python } from "./on-a-board.ts";

/** An aioespnow of somebody else's: less than ours, on the same foundation. */
const OTHER_AIOESPNOW = python`
  import espnow
  from asyncio import core

  class AIOESPNow(espnow.ESPNow):
      async def arecv(self):
          yield core._io_queue.queue_read(self)
          return self.recv(0)

      async def asend(self, mac, msg):
          yield core._io_queue.queue_write(self)
          return self.send(mac, msg)

      def __aiter__(self):
          return self

      async def __anext__(self):
          return await self.arecv()
`;

const SERVER = python`
  import aioespnow, asyncio, network

  network.WLAN(network.STA_IF).active(True)
  e = aioespnow.AIOESPNow()
  e.active(True)
  print(aioespnow.__file__)

  async def heartbeat():
      n = 0
      while True:
          await asyncio.sleep(1)
          n += 1
          print("beat", n)

  async def main():
      asyncio.create_task(heartbeat())
      async for mac, msg in e:
          print(msg)
          if mac not in [peer[0] for peer in e.get_peers()]:
              e.add_peer(mac)
          await e.asend(mac, msg.upper())

  asyncio.run(main())
`;

const CLIENT = python`
  import aioespnow, asyncio, network, time

  network.WLAN(network.STA_IF).active(True)
  e = aioespnow.AIOESPNow()
  e.active(True)
  server = b"\x02\0\0\0\0\x01"
  e.add_peer(server)

  async def main():
      for n in range(3):
          print(await e.asend(server, "hello %d" % n))
          mac, msg = await asyncio.wait_for(e.arecv(), 1)
          print(mac == server, msg)
          await asyncio.sleep_ms(900)
      try:
          await asyncio.wait_for_ms(e.arecv(), 250)
      except asyncio.TimeoutError:
          print("silence")

  asyncio.run(main())
`;

test("another aioespnow beside the program wins over ours, and serves on our scheduler", async () => {
  await using scenario = new Scenario({ seed: 1 });
  const files = { "aioespnow.py": OTHER_AIOESPNOW };
  const server = scenario.board({ source: SERVER }, { name: "server", mac: "02:00:00:00:00:01", files });
  const client = scenario.board({ source: CLIENT }, { name: "client", files });
  await scenario.until(client, /silence/);
  await scenario.run(500);
  expect(client.output).toBe("True\nTrue b'HELLO 0'\nTrue\nTrue b'HELLO 1'\nTrue\nTrue b'HELLO 2'\nsilence\n");
  expect(client.exit).toEqual({ code: 0 });
  expect(server.output).toBe("aioespnow.py\nb'hello 0'\nb'hello 1'\nbeat 1\nb'hello 2'\nbeat 2\nbeat 3\n");
});
