/**
 * The behaviours of packages/aioespnow/src/testing/espnow-suite.ts, asserted from inside programs. The titles are those of the suite, and
 * none is missing; where MicroPython behaves otherwise than the TypeScript classes, a comment says how.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { python } from "./on-a-board.ts";
import { type TwoPrograms, twoBoards } from "./two-boards.ts";

const SUITE = new URL("../../aioespnow/src/testing/espnow-suite.ts", import.meta.url);

/** A listener that is gone when nobody has sent anything for a second. */
const LISTEN = python`
  while e.recv(1000)[0]:
      pass
`;

/** What the suite says, and programs for its two stations that assert it. `a` begins when `b` listens. */
const BEHAVIOURS: Readonly<Record<string, TwoPrograms>> = {
  "arecv gives the sender's address and the message": {
    a: python`
      e.add_peer(B)
      assert asyncio.run(e.asend(B, "hello")) is True
    `,
    b: python`
      assert asyncio.run(e.arecv()) == [A, b"hello"]
    `,
  },
  // There is no report but True and False.
  "asend says whether the peer acknowledged, and asendReport says more": {
    a: python`
      e.add_peer(B)
      e.add_peer(ABSENT)
      assert asyncio.run(e.asend(ABSENT, pattern(4))) is False
      assert asyncio.run(e.asend(B, pattern(4))) is True
    `,
    b: LISTEN,
  },
  "asend to an absent peer is false for messages of 4, 250 and the most bytes": {
    a: python`
      e.add_peer(ABSENT)
      for length in (4, 250, espnow.MAX_DATA_LEN):
          assert asyncio.run(e.asend(ABSENT, pattern(length))) is False
    `,
    b: LISTEN,
  },
  "asend to a group address is true, and everybody hears it": {
    a: python`
      e.add_peer(ALL)
      assert asyncio.run(e.asend(ALL, "all")) is True
    `,
    b: python`
      assert asyncio.run(e.arecv()) == [A, b"all"]
    `,
  },
  "asend with the message alone sends to every peer": {
    a: python`
      e.add_peer(B)
      assert asyncio.run(e.asend("to all")) is True
      e.add_peer(ABSENT)
      assert asyncio.run(e.asend(None, "to all")) is False
    `,
    b: python`
      assert asyncio.run(e.arecv())[1] == b"to all"
      assert asyncio.run(e.arecv())[1] == b"to all"
    `,
  },
  "asend copies its message at the call": {
    a: python`
      e.add_peer(B)
      data = bytearray(pattern(9))
      asyncio.run(e.asend(B, data, False))
      data[:] = bytes(9)
      time.sleep_ms(10)
    `,
    b: python`
      assert e.recv(1000)[1] == pattern(9)
    `,
  },
  // One task at a time may wait to send: asyncio's poller has one place for a writer of a stream.
  "a hundred asends at once all arrive, in order": {
    a: python`
      e.add_peer(B)
      async def main():
          for i in range(100):
              assert await e.asend(B, bytes([i]), i % 2 == 0)
      asyncio.run(main())
    `,
    b: python`
      async def main():
          for i in range(100):
              assert await e.arecv() == [A, bytes([i])]
      asyncio.run(main())
    `,
  },
  "asend without sync does not wait for the report": {
    a: python`
      e.add_peer(ABSENT)
      before = time.ticks_ms()
      assert asyncio.run(e.asend(ABSENT, "x", False)) is True
      assert asyncio.run(e.asend(ABSENT, "x", sync=False)) is True
      assert time.ticks_diff(time.ticks_ms(), before) < 30
    `,
    b: LISTEN,
  },
  // Iteration reuses its storage too: it is airecv() again and again.
  "airecv reuses its storage, arecv and iteration do not": {
    a: python`
      e.add_peer(B)
      for i in range(5):
          e.send(B, pattern(8 + i))
    `,
    b: python`
      async def main():
          first = await e.airecv()
          storage = first[1]
          assert first == [A, pattern(8)]
          assert await e.airecv() is first and first[1] is storage and storage == pattern(9)
          async for message in e:
              assert message is first and storage == pattern(10)
              break
          kept, other = await e.arecv(), await e.arecv()
          assert kept is not other and kept == [A, pattern(11)] and other == [A, pattern(12)]
      asyncio.run(main())
    `,
  },
  // One task at a time may wait to receive, as with sending.
  "readers that wait at the same time are served in turn, each in storage of its own": {
    a: python`
      e.add_peer(B)
      e.send(B, "1")
    `,
    b: python`
      async def main():
          first = asyncio.create_task(e.arecv())
          await asyncio.sleep_ms(0)
          try:
              await e.arecv()
          except AssertionError:
              pass
          else:
              assert False
          assert await first == [A, b"1"]
      asyncio.run(main())
    `,
  },
  // It goes on: nothing is ready while ESP-NOW is off, and nobody is told.
  "iteration ends on active(false)": {
    a: python`
      e.add_peer(B)
      e.send(B, pattern(3))
      e.send(B, pattern(4))
    `,
    b: python`
      heard = []
      async def reader():
          async for _, msg in e:
              heard.append(len(msg))
      async def main():
          task = asyncio.create_task(reader())
          await asyncio.sleep_ms(100)
          e.active(False)
          await asyncio.sleep_ms(100)
          assert heard == [3, 4] and not task.done()
      asyncio.run(main())
    `,
  },
  // The same: whoever waits is cancelled by somebody who waits for him no longer.
  "a pending arecv is rejected by active(false), and by its signal": {
    a: "",
    b: python`
      async def main():
          try:
              await asyncio.wait_for_ms(e.arecv(), 50)
          except asyncio.TimeoutError:
              return
          assert False
      asyncio.run(main())
    `,
  },
  // What is known of a message is the sender, the signal strength and the time.
  "packets tells all that is known of a message": {
    a: python`
      e.add_peer(B, LMK)
      assert e.send(B, "secret")
    `,
    b: python`
      e.add_peer(A, LMK)
      data = [None, bytearray(250), 0, 0]
      assert e.recvinto(data, 1000) == 6
      assert data[:2] == [A, b"secret"] and -100 < data[2] < 0 and 0 < data[3] <= time.ticks_ms()
    `,
  },
  // A board is not told that its radio is gone: see "a radio that is closed" in espnow.test.ts.
  "closing the radio ends iterations and rejects readers": {
    a: "",
    b: python`
      assert e.recv(100) == (None, None)
    `,
  },
  "send waits for the report and recv for the message": {
    a: python`
      e.add_peer(B)
      assert e.send(B, "hello") is True
      e.add_peer(ABSENT)
      assert e.send(ABSENT, "hello") is False
      assert e.send(ABSENT, "hello", False) is True
    `,
    b: python`
      assert e.recv(1000) == [A, b"hello"]
    `,
  },
  "recv gives [null, null] when its time is over, not before": {
    a: "",
    b: python`
      def taken(call, *args):
          before = time.ticks_ms()
          assert call(*args) == (None, None)
          return time.ticks_diff(time.ticks_ms(), before)
      assert taken(e.recv, 20) == 20
      assert taken(e.irecv, 20) == 20
      assert taken(e.recv, 0) == 0
      e.config(timeout_ms=15)
      assert taken(e.recv) == 15
      assert taken(e.recv, None) == 15
      e.config(timeout_ms=0)
      assert taken(e.recv) == 0
    `,
  },
  "a recv that waits is woken by a message that is on its way": {
    a: python`
      e.add_peer(B)
      e.send(B, "soon", False)
      assert e.recv(-1) == [B, b"later"]
    `,
    b: python`
      e.add_peer(A)
      assert e.recv(-1) == [A, b"soon"]
      assert e.recv(500) == (None, None)
      e.send(A, "later")
    `,
  },
  "irecv reuses its storage": {
    a: python`
      e.add_peer(B)
      for length in (5, 1470, 6):
          e.send(B, pattern(length))
    `,
    b: python`
      first = e.irecv(1000)
      storage = first[1]
      assert first == [A, pattern(5)] and isinstance(storage, bytearray)
      for length in (1470, 6):
          assert e.irecv(1000) is first and first[1] is storage and storage == pattern(length)
    `,
  },
  "recvInto fills the caller's slot again and again, and gives the length or 0": {
    a: python`
      e.add_peer(B)
      for length in (250, 3, 100):
          e.send(B, pattern(length))
    `,
    b: python`
      storage = bytearray(250)
      data = [None, storage]
      for length in (250, 3, 100):
          assert e.recvinto(data, 1000) == length
          assert data == [A, pattern(length)] and data[1] is storage
      assert e.recvinto(data, 0) == 0
      assert data == [A, pattern(100)]
    `,
  },
  // All messages are lost: a board resets its buffer.
  "recvInto a slot that is too small loses the message, and not those behind it": {
    a: python`
      e.add_peer(B)
      e.send(B, pattern(20))
      e.send(B, pattern(2))
    `,
    b: python`
      time.sleep_ms(100)
      assert error(e.recvinto, [None, bytearray(19)]) == ("ESPNow.recv(): buffer error",)
      assert not e.any()
    `,
  },
  "iteration goes on after timeouts": {
    a: python`
      time.sleep_ms(100)
      e.add_peer(B)
      e.send(B, pattern(7))
    `,
    b: python`
      e.config(timeout_ms=80)
      seen = []
      for _, msg in e:
          seen.append(msg and len(msg))
          if len(seen) == 3:
              break
      assert seen == [None, 7, None]
    `,
  },
  "a loop over any() makes progress": {
    a: python`
      e.add_peer(B)
      e.send(B, "x")
    `,
    b: python`
      while not e.any():
          pass
      assert e.recv(0)[0] == A
    `,
  },
  "the irq handler is called with the object for each message, inside a blocking call": {
    a: python`
      e.add_peer(B)
      for _ in range(3):
          e.send(B, "x")
          time.sleep_ms(100)
    `,
    b: python`
      heard = []
      def handler(*args):
          assert args == (e,)
          heard.append(e.recv(0)[0])
      e.irq(handler)
      time.sleep_ms(150)
      assert heard == [A, A]
      e.irq(None)
      time.sleep_ms(150)
      assert len(heard) == 2 and e.any()
    `,
  },
  "messages that do not fit are dropped and counted, and were acknowledged all the same": {
    a: python`
      e.add_peer(B)
      for length in (250, 249):
          assert e.send(B, pattern(length))
    `,
    b: python`
      e.active(False)
      e.config(rxbuf=528)
      e.active(True)
      time.sleep_ms(100)
      assert e.stats()[3:] == (1, 1)
      assert e.recv(0)[1] == pattern(250)
      assert e.recv(0) == (None, None)
    `,
  },
  "everything but the settings needs active(true)": {
    a: "",
    b: python`
      e.active(False)
      assert e.active() is False
      for call in (
          lambda: e.send(B, "x"),
          lambda: e.send("x"),
          lambda: e.send(B, "x", False),
          lambda: e.recv(0),
          lambda: e.irecv(0),
          lambda: e.recvinto([None, bytearray(1)], 0),
          lambda: next(e),
          lambda: e.any(),
          lambda: e.set_pmk(LMK),
          lambda: e.add_peer(B),
          lambda: e.mod_peer(B),
          lambda: e.del_peer(B),
          lambda: e.get_peer(B),
          lambda: e.get_peers(),
          lambda: e.peer_count(),
      ):
          assert error(call) == (-12389, "ESP_ERR_ESPNOW_NOT_INIT")
      e.stats(), e.config("rxbuf"), e.irq(None), e.peers_table
    `,
  },
  "objects on one radio share all state": {
    a: "",
    b: python`
      other = espnow.ESPNow()
      assert other is espnow.ESPNow()
      assert other.active() is True
      e.add_peer(A)
      assert other.get_peer(A)[0] == A
      other.active(False)
      assert e.active() is False
    `,
  },
  "active(false) forgets peers, messages and the irq handler; counts and settings stay": {
    a: python`
      e.add_peer(B)
      e.send(B, "1")
      e.send(B, "2")
      time.sleep_ms(200)
      e.send(B, "3")
    `,
    b: python`
      assert e.recv(1000)
      e.add_peer(A)
      calls = []
      e.irq(calls.append)
      e.config(timeout_ms=7)
      time.sleep_ms(100)
      assert e.any() and len(calls) == 1
      e.active(False)
      e.active(True)
      assert not e.any() and e.peer_count() == (0, 0)
      assert e.stats()[3] == 2 and e.config("timeout_ms") == 7 and A in e.peers_table
      time.sleep_ms(200)
      assert e.any() and len(calls) == 1
    `,
  },
  "stats counts what was sent, answered, failed, received": {
    a: python`
      e.add_peer(B)
      e.add_peer(ABSENT)
      e.send(B, "1")
      e.send(ABSENT, "2")
      assert e.stats() == (2, 2, 1, 0, 0)
      e.send("3")
      assert e.stats() == (4, 4, 2, 0, 0)
    `,
    b: python`
      e.recv(1000), e.recv(1000)
      assert e.stats() == (0, 0, 0, 2, 0)
    `,
  },
  "peersTable is updated when a message is read": {
    a: python`
      e.add_peer(B)
      e.send(B, "1")
      time.sleep_ms(200)
      e.send(B, "2")
    `,
    b: python`
      time.sleep_ms(100)
      assert e.any() and e.peers_table == {}
      mac, _ = e.recv(0)
      rssi, heard = e.peers_table[A]
      assert -100 < rssi < 0 and heard < time.ticks_ms() - 50
      assert list(e.peers_table)[0] is mac
      assert e.recv(1000)[0] is mac and e.peers_table[A][1] > heard and len(e.peers_table) == 1
    `,
  },
  "peers can be listed, read, changed and removed": {
    a: "",
    b: python`
      e.add_peer(A)
      e.add_peer(ALL)
      e.add_peer(ABSENT, LMK, channel=6)
      assert e.get_peers() == ((A, bytes(16), 0, 0, False), (ABSENT, LMK, 6, 0, True))
      assert e.get_peer(ABSENT) == (ABSENT, LMK, 6, 0, True)
      assert e.peer_count() == (3, 1)
      e.mod_peer(ABSENT, encrypt=False)
      assert e.get_peer(ABSENT) == (ABSENT, LMK, 6, 0, False)
      e.del_peer(ABSENT)
      assert error(e.get_peer, ABSENT) == (-12393, "ESP_ERR_ESPNOW_NOT_FOUND")
    `,
  },
  "sending with the interface down is refused, and so is setting a rate": {
    a: "",
    b: python`
      e.add_peer(A)
      sta.active(False)
      assert error(e.send, A, "x") == (-12396, "ESP_ERR_ESPNOW_IF")
      assert error(e.config, rate=espnow.RATE_6M) == (2,)
    `,
  },
};

describe("two programs", () => {
  test.each(Object.entries(BEHAVIOURS))("%s", async (_, { a, b }) => {
    expect(await twoBoards({ a: `time.sleep_ms(10)\n${a}`, b })).toEqual({ a: "", b: "" });
  });
});

test("no behaviour of the suite is missing", () => {
  const titles = [...readFileSync(SUITE, "utf8").matchAll(/\btest\("([^"]+)"/g)].map(([, title]) => title);
  expect(Object.keys(BEHAVIOURS)).toEqual(titles);
});
