/** Pairs of programs after MicroPython's documentation of `espnow` and `aioespnow`, in virtual and in real time. */
import { describe, expect, test } from "vitest";
import { systemClock } from "#lib/util/system-clock.ts";
import { Scenario } from "#micropython/scenario.ts";
import { python } from "./on-a-board.ts";

interface Pair {
  /** It runs on A, which B's programs know as a peer. */
  readonly a: string;
  readonly b: string;
  /** What they print. */
  readonly fromA: readonly string[];
  readonly fromB: readonly string[];
}

const A = "02:00:00:00:00:0a";
const B = "02:00:00:00:00:0b";

const START = python`
  import network, espnow, time
  sta = network.WLAN(network.WLAN.IF_STA)
  sta.active(True)
  e = espnow.ESPNow()
  e.active(True)
  A = b"\x02\x00\x00\x00\x00\x0a"
  B = b"\x02\x00\x00\x00\x00\x0b"
  LMK = b"0123456789abcdef"
  def error(call, *args):
      try:
          call(*args)
      except OSError as exc:
          print(exc.args)
`;

/** Gives back what comes, until it is told to stop. */
const ECHO = python`
  e.add_peer(B)
  while True:
      mac, msg = e.recv(10000)
      e.send(mac, msg)
      if msg == b"stop":
          break
  print("echoed", e.stats()[3])
`;

const PAIRS: Readonly<Record<string, Pair>> = {
  "data in both directions": {
    a: python`
      e.add_peer(B)
      for mac, msg in e:
          print(mac == B, msg)
          e.send(B, b"answer to " + msg)
          if msg == b"last":
              break
    `,
    b: python`
      e.add_peer(A)
      for word in (b"first", b"last"):
          print(e.send(A, word), e.recv(1000)[1])
    `,
    fromA: ["True bytearray(b'first')", "True bytearray(b'last')"],
    fromB: ["True b'answer to first'", "True b'answer to last'"],
  },
  "an echo of many sizes, sent with and without waiting": {
    a: ECHO,
    b: python`
      e.add_peer(A)
      for sync in (True, False):
          for size in (1, 2, 8, 100, 249, 250):
              msg = bytes(i & 0xff for i in range(size))
              if not (e.send(A, msg, sync) and e.recv(1000)[1] == msg):
                  print("lost", size)
      print(e.send(A, b"stop"), e.recv(1000)[1])
    `,
    fromA: ["echoed 13"],
    fromB: ["True b'stop'"],
  },
  "messages of version 2": {
    a: ECHO,
    b: python`
      e.add_peer(A)
      for size in (251, 1000, espnow.MAX_DATA_LEN):
          msg = b"x" * size
          print(e.send(A, msg), e.recv(1000)[1] == msg)
      error(e.send, A, b"x" * 1471)
      error(e.send, A, b"")
      e.send(A, b"stop")
    `,
    fromA: ["echoed 4"],
    fromB: ["True True", "True True", "True True", "(-12390, 'ESP_ERR_ESPNOW_ARG')", "(-12390, 'ESP_ERR_ESPNOW_ARG')"],
  },
  "encrypted peers": {
    a: python`
      e.set_pmk(b"pmk1234567890123")
      e.add_peer(B, LMK)
      print(e.get_peer(B)[1:], e.peer_count())
      print(e.recv(5000)[1])
      print(e.recv(5000)[1])
    `,
    b: python`
      e.set_pmk(b"pmk1234567890123")
      e.add_peer(A)
      e.send(A, b"plain, refused")
      e.mod_peer(A, b"another key 1234")
      e.send(A, b"with a wrong key")
      e.mod_peer(A, LMK)
      print(e.send(A, b"secret"), e.send(A, b"x" * 1470))
    `,
    fromA: ["(b'0123456789abcdef', 0, 0, True) (1, 1)", "b'secret'", `b'${"x".repeat(1470)}'`],
    fromB: ["True True"],
  },
  "the three ways to receive, and iteration": {
    a: python`
      print(e.recv(5000))
      first = e.irecv(5000)
      print(first)
      second = e.irecv(5000)
      print(second is first, second[1] is first[1], second)
      slot = [bytearray(6), bytearray(20), 0, 0]
      print(e.recvinto(slot, 5000), slot[0] == B, slot[1][:4], slot[2] < 0)
      for mac, msg in e:
          print(msg)
          break
      print(e.recv(0), e.irecv(0), e.recvinto(slot, 0), e.any())
    `,
    b: python`
      e.add_peer(A)
      for word in (b"recv", b"irecv", b"reused", b"into", b"iteration"):
          e.send(A, word)
          time.sleep_ms(20)
    `,
    fromA: [
      "[b'\\x02\\x00\\x00\\x00\\x00\\x0b', b'recv']",
      "[b'\\x02\\x00\\x00\\x00\\x00\\x0b', bytearray(b'irecv')]",
      "True True [b'\\x02\\x00\\x00\\x00\\x00\\x0b', bytearray(b'reused')]",
      "4 True bytearray(b'into') True",
      "bytearray(b'iteration')",
      "(None, None) (None, None) 0 False",
    ],
    fromB: [],
  },
  "the table of who was heard": {
    a: python`
      print(e.peers_table)
      mac, _ = e.recv(5000)
      rssi, when = e.peers_table[mac]
      print(list(e.peers_table) == [B], -100 < rssi < 0, 0 <= time.ticks_diff(time.ticks_ms(), when) < 1000)
    `,
    b: python`
      e.add_peer(A)
      e.send(A, b"here")
    `,
    fromA: ["{}", "True True True"],
    fromB: [],
  },
  "an irq": {
    a: ECHO,
    b: python`
      got = []
      def on_message(e):
          while True:
              mac, msg = e.irecv(0)
              if mac is None:
                  return
              got.append(bytes(msg))
      e.irq(on_message)
      e.add_peer(A)
      for word in (b"one", b"two", b"stop"):
          e.send(A, word)
          while not got or got[-1] != word:
              time.sleep_ms(1)
      print(got)
    `,
    fromA: ["echoed 3"],
    fromB: ["[b'one', b'two', b'stop']"],
  },
  "a wrong channel, and the right one": {
    a: python`
      sta.config(channel=5)
      print(e.recv(20000)[1])
    `,
    b: python`
      e.add_peer(A)
      sta.config(channel=11)
      print(e.send(A, b"unheard"))
      e.mod_peer(A, channel=3)
      error(e.send, A, b"x")
      e.mod_peer(A, channel=0)
      sta.config(channel=5)
      print(e.send(A, b"heard"), e.stats()[:3])
    `,
    fromA: ["b'heard'"],
    fromB: ["False", "(-12397, 'ESP_ERR_ESPNOW_CHAN')", "True (2, 2, 1)"],
  },
  rates: {
    a: ECHO,
    b: python`
      e.add_peer(A)
      for rate in (espnow.RATE_1M, espnow.RATE_11M, espnow.RATE_24M, espnow.RATE_54M):
          e.config(rate=rate)
          print(e.send(A, b"fast"), e.recv(1000)[1])
      sta.active(False)
      error(lambda: e.config(rate=espnow.RATE_1M))
      error(e.send, A, b"x")
      sta.active(True)
      e.send(A, b"stop")
    `,
    fromA: ["echoed 5"],
    fromB: [...Array.from({ length: 4 }, () => "True b'fast'"), "(2,)", "(-12396, 'ESP_ERR_ESPNOW_IF')"],
  },
  "an asyncio client and server": {
    a: python`
      import aioespnow, asyncio
      async def serve(e):
          async for mac, msg in e:
              try:
                  await e.asend(mac, msg)
              except OSError as err:
                  print(err.args[1])
                  e.add_peer(mac)
                  await e.asend(mac, msg)
              if msg == b"stop":
                  return
      asyncio.run(serve(aioespnow.AIOESPNow()))
    `,
    b: python`
      import aioespnow, asyncio
      e = aioespnow.AIOESPNow()
      e.add_peer(A)
      async def main():
          print(await e.asend(A, b"hello"), await e.arecv())
          print((await e.airecv())[1] if e.any() else "nothing more")
          try:
              await asyncio.wait_for_ms(e.arecv(), 50)
          except asyncio.TimeoutError:
              print("timeout")
          print(await e.asend(b"stop"), (await e.arecv())[1])
      asyncio.run(main())
    `,
    fromA: ["ESP_ERR_ESPNOW_NOT_FOUND"],
    fromB: ["True [b'\\x02\\x00\\x00\\x00\\x00\\n', b'hello']", "nothing more", "timeout", "True b'stop'"],
  },
  "a memory that stays as it is": {
    a: ECHO,
    b: python`
      import gc
      e.add_peer(A)
      def echo(count):
          for _ in range(count):
              e.send(A, b"y" * 100)
              e.recv(1000)
      echo(10)
      gc.collect()
      before = gc.mem_alloc()
      echo(100)
      gc.collect()
      print(gc.mem_alloc() - before < 2000)
      e.send(A, b"stop")
    `,
    fromA: ["echoed 111"],
    fromB: ["True"],
  },
  "a sensor that sleeps deeply": {
    a: python`
      for mac, msg in e:
          print(msg)
          if msg == b"wake 2":
              break
    `,
    b: python`
      import machine
      rtc = machine.RTC()
      count = rtc.memory()[0] if rtc.memory() else 0
      print(machine.reset_cause() == machine.DEEPSLEEP_RESET)
      e.add_peer(A)
      e.send(A, b"wake %d" % count)
      if count == 2:
          raise SystemExit
      rtc.memory(bytes([count + 1]))
      machine.deepsleep(200)
    `,
    fromA: ["bytearray(b'wake 0')", "bytearray(b'wake 1')", "bytearray(b'wake 2')"],
    fromB: ["False", "True", "True"],
  },
};

describe.each([
  ["virtual", undefined],
  ["real", systemClock],
])("two programs in %s time:", (_, clock) => {
  test.each(Object.entries(PAIRS))("%s", async (_title, { a, b, fromA, fromB }) => {
    await using scenario = new Scenario({ seed: 1, ...(clock === undefined ? {} : { clock }) });
    const first = scenario.board({ source: `${START}print("ready")\n${a}` }, { name: "a", mac: A });
    await scenario.until(first, /ready/);
    const second = scenario.board({ source: START + b }, { name: "b", mac: B });
    await scenario.settled(Promise.all([first.exited, second.exited]));
    expect(linesOf(first.output)).toEqual(["ready", ...fromA]);
    expect(linesOf(second.output)).toEqual(fromB);
  });
});

function linesOf(output: string): string[] {
  return output.split("\n").slice(0, -1);
}
