/**
 * MicroPython's `espnow` and `aioespnow` as programs see them, sentence by sentence of docs/protocol.md 4: each row is a
 * pair of programs that assert it. What `ESPNow` in TypeScript does otherwise is right here.
 */
import { describe, expect, test } from "vitest";
import { python } from "../../packages/micropython/test/on-a-board.ts";
import { type TwoPrograms, twoBoards } from "../../packages/micropython/test/two-boards.ts";

/** Programs for two boards, or for one that has nobody to talk to. `a` begins when `b` listens. */
type Row = readonly [sentence: string, programs: TwoPrograms | string];

const ESP32: readonly Row[] = [
  [
    "ESPNow: all calls give the same object, and a subclass has objects of its own on the same state",
    python`
      assert espnow.ESPNow() is espnow.ESPNow()
      class Mine(espnow.ESPNow):
          def __init__(self, name):
              self.name = name
      one, two = Mine("one"), Mine("two")
      assert (one.name, two.name) == ("one", "two") and one.active() and two.active()
    `,
  ],
  [
    "active: gives a bool, takes anything that is true or false",
    python`
      assert [e.active(), e.active(0), e.active(), e.active(1), e.active("yes")] == [True, False, False, True, True]
      assert error(e.active, 1, 2)
    `,
  ],
  [
    "active: True again changes nothing",
    python`
      e.add_peer(A)
      e.active(True)
      assert e.peer_count() == (1, 0)
    `,
  ],
  [
    "errors are OSError of minus the number, with the name",
    python`
      try:
          e.get_peer(A)
      except OSError as err:
          assert err.args == (-12393, "ESP_ERR_ESPNOW_NOT_FOUND") and err.errno == -12393
          assert repr(err) == "OSError(-12393, 'ESP_ERR_ESPNOW_NOT_FOUND')"
      e.add_peer(A)
      assert error(e.add_peer, A) == (-12395, "ESP_ERR_ESPNOW_EXIST")
      assert error(e.add_peer, ALL, LMK) == (-12390, "ESP_ERR_ESPNOW_ARG")
      assert error(e.add_peer, B, channel=15) == (-12390, "ESP_ERR_ESPNOW_ARG")
      assert error(e.add_peer, B, ifidx=2) == (-12390, "ESP_ERR_ESPNOW_ARG")
    `,
  ],
  [
    "add_peer: twenty peers, seven of them encrypted, are the most; full comes before exists",
    python`
      mac = lambda i: bytes((2, 0, 0, 0, 1, i))
      for i in range(7):
          e.add_peer(mac(i), LMK)
      assert error(e.add_peer, mac(7), LMK) == (-12392, "ESP_ERR_ESPNOW_FULL")
      for i in range(7, 20):
          e.add_peer(mac(i))
      assert error(e.add_peer, mac(0)) == (-12392, "ESP_ERR_ESPNOW_FULL")
      assert error(e.mod_peer, mac(7), LMK) == (-12392, "ESP_ERR_ESPNOW_FULL")
      assert e.peer_count() == (20, 7) and len(e.get_peers()) == 20
    `,
  ],
  [
    "add_peer: a key encrypts, an empty one does not, encrypt has the last word",
    python`
      def encrypts(*args, **kwargs):
          e.add_peer(A, *args, **kwargs)
          peer = e.get_peer(A)
          e.del_peer(A)
          return peer[4]
      assert encrypts(LMK) is True and encrypts() is False and encrypts(None) is False and encrypts(b"") is False
      assert encrypts(LMK, encrypt=False) is False and encrypts(LMK, None, None, False) is False
      assert encrypts(str(LMK, "utf8")) is True and encrypts(bytearray(LMK)) is True
      assert encrypts(None, 0, 0, True) is True
    `,
  ],
  [
    "add_peer: lengths and types are checked",
    python`
      assert error(e.add_peer, b"12345") == ("invalid buffer length",)
      assert error(e.add_peer, A, b"short") == ("invalid buffer length",)
      assert error(e.set_pmk, b"short") == ("invalid buffer length",)
      for wrong in (None, 5, 1.5, [1, 2, 3, 4, 5, 6]):
          try:
              e.add_peer(wrong)
          except TypeError as err:
              assert err.args == ("object with buffer protocol required",)
          else:
              assert False
      e.add_peer(bytearray(A))
      assert e.get_peers()[0][0] == A
    `,
  ],
  [
    "add_peer: takes lmk, channel, ifidx, encrypt by position and by name",
    python`
      e.add_peer(A, LMK, 6, network.WLAN.IF_AP, False)
      assert e.get_peer(A) == (A, LMK, 6, 1, False)
      e.add_peer(B, encrypt=True, ifidx=1, channel=11, lmk=LMK)
      assert e.get_peer(B) == (B, LMK, 11, 1, True)
    `,
  ],
  [
    "mod_peer: what is not given stays, and an unknown peer is not found",
    python`
      e.add_peer(A, LMK, 6, 1)
      e.mod_peer(A, channel=7)
      assert e.get_peer(A) == (A, LMK, 7, 1, True)
      e.mod_peer(A, b"")
      assert e.get_peer(A) == (A, LMK, 7, 1, False)
      assert error(e.mod_peer, B, channel=7) == (-12393, "ESP_ERR_ESPNOW_NOT_FOUND")
    `,
  ],
  [
    "get_peers: a tuple of unicast peers in the order of their adding; get_peer knows groups too, peer_count counts them",
    python`
      for mac in (B, ALL, A):
          e.add_peer(mac)
      assert e.get_peers() == ((B, bytes(16), 0, 0, False), (A, bytes(16), 0, 0, False))
      assert e.get_peer(ALL) == (ALL, bytes(16), 0, 0, False)
      assert e.peer_count() == (3, 0)
    `,
  ],
  [
    "send: an empty message is ARG, and INTERNAL to all; so is one that is too long",
    python`
      e.add_peer(ABSENT)
      long = bytes(espnow.MAX_DATA_LEN + 1)
      assert error(e.send, ABSENT, b"") == error(e.send, ABSENT, long) == (-12390, "ESP_ERR_ESPNOW_ARG")
      assert error(e.send, b"") == error(e.send, None, long) == (-12394, "ESP_ERR_ESPNOW_INTERNAL")
      assert error(e.send, ABSENT, bytes(9000)) == (-12390, "ESP_ERR_ESPNOW_ARG")
    `,
  ],
  [
    "send: to all needs a peer that is no group",
    python`
      assert error(e.send, "x") == (-12393, "ESP_ERR_ESPNOW_NOT_FOUND")
      e.add_peer(ALL)
      assert error(e.send, None, "x") == (-12393, "ESP_ERR_ESPNOW_NOT_FOUND")
      assert e.send(ALL, "x") is True
    `,
  ],
  [
    "send: an address that is empty, or no address, is refused; it is never a message to all",
    python`
      e.add_peer(ABSENT)
      for wrong in (b"", "", b"12345", b"1234567"):
          assert error(e.send, wrong, "x") == ("invalid buffer length",)
      assert e.stats()[0] == 0
    `,
  ],
  [
    "send: a peer on another channel is CHAN",
    python`
      e.add_peer(ABSENT, channel=5)
      assert error(e.send, ABSENT, "x") == (-12397, "ESP_ERR_ESPNOW_CHAN")
      sta.config(channel=5)
      assert e.send(ABSENT, "x") is False
    `,
  ],
  [
    "send: to all counts once for each unicast peer, and is True only if every one answered",
    {
      a: python`
        e.add_peer(B)
        e.add_peer(ALL)
        assert e.send("x") is True
        assert e.stats() == (1, 1, 0, 0, 0)
        e.add_peer(ABSENT)
        assert e.send("x") is False and e.send(None, "x", False) is True
        assert e.stats()[0] == 5
      `,
      b: "time.sleep_ms(500)",
    },
  ],
  [
    "send: takes bytes, bytearray, str, memoryview and array",
    {
      a: python`
        from array import array
        e.add_peer(B)
        for msg in (b"x\0y", bytearray(b"x\0y"), "x\0y", memoryview(b"x\0y"), array("B", (120, 0, 121))):
            assert e.send(B, msg) is True
        assert e.send(B, array("H", (1, 2))) is True
        assert e.send(B, "ü") is True
        for wrong in (5, None, [1]):
            assert error(e.send, B, wrong) == ("object with buffer protocol required",)
      `,
      b: python`
        for _ in range(5):
            assert e.recv(1000)[1] == b"x\0y"
        assert e.recv(1000)[1] == b"\1\0\2\0"
        assert e.recv(1000)[1] == b"\xc3\xbc"
      `,
    },
  ],
  [
    "recv: gives a list of two bytes objects; without one a tuple of two None",
    {
      a: python`
        e.add_peer(B)
        e.send(B, "x")
      `,
      b: python`
        received = e.recv(1000)
        assert type(received) is list and [type(part) for part in received] == [bytes, bytes]
        assert type(e.recv(0)) is tuple and e.recv(timeout_ms=0) == (None, None)
      `,
    },
  ],
  [
    "recv: a negative timeout waits forever, and None as long as it is configured, at first 300 s",
    {
      a: python`
        assert e.config("timeout_ms") == 300000
        assert e.recv(None) == (None, None) and time.ticks_ms() == 300010
        e.add_peer(B)
        e.send(B, "x")
      `,
      b: python`
        assert e.recv(-1) == [A, b"x"]
        e.config(timeout_ms=-1)
        assert e.config("timeout_ms") == -1
      `,
    },
  ],
  [
    "recvinto: gives the length; four elements get the signal strength and the time too",
    {
      a: python`
        e.add_peer(B)
        for _ in range(3):
            e.send(B, pattern(9))
      `,
      b: python`
        data = [None, bytearray(9), None, None, "mine"]
        assert e.recvinto(data, 1000) == 9
        assert data == [A, pattern(9)] + e.peers_table[A] + ["mine"]
        three = [None, bytearray(9), 7]
        assert e.recvinto(three, timeout_ms=1000) == 9 and three == [A, pattern(9), 7]
        assert e.recvinto([None, bytearray(9)]) == 9
      `,
    },
  ],
  [
    "recvinto: a bytearray that was longer has its former room",
    {
      a: python`
        e.add_peer(B)
        for length in (3, 20, 21):
            e.send(B, pattern(length))
      `,
      b: python`
        time.sleep_ms(100)
        data = [None, bytearray(20)]
        assert e.recvinto(data) == 3 and len(data[1]) == 3
        assert e.recvinto(data) == 20 and data[1] == pattern(20)
        assert error(e.recvinto, data) == ("ESPNow.recv(): buffer error",)
      `,
    },
  ],
  [
    "recvinto: needs a list with a bytearray",
    python`
      for wrong in (None, (None, bytearray(9)), [], [None]):
          assert error(e.recvinto, wrong, 0)
      assert error(e.recvinto, [None, b"123456789"], 0)
    `,
  ],
  [
    "peers_table: cannot be changed by the program",
    {
      a: python`
        e.add_peer(B)
        e.send(B, "x")
      `,
      b: python`
        mac, _ = e.recv(1000)
        table = e.peers_table
        assert type(table) is dict and table is e.peers_table
        for change in (
            lambda: table.clear(),
            lambda: table.pop(mac),
            lambda: table.popitem(),
            lambda: table.update({1: 2}),
            lambda: table.setdefault(1, 2),
        ):
            try:
                change()
            except TypeError:
                pass
            else:
                assert False
        try:
            table[b"x"] = 1
            assert False
        except TypeError:
            pass
        assert list(table) == [A] and [key is mac for key in table] == [True]
      `,
    },
  ],
  [
    "the ring: a packet is dropped if 14 and its length do not leave a byte; the default holds one of 1470 and one of 1468",
    {
      a: python`
        e.add_peer(B)
        for length in (1470, 1469, 1468, 1):
            assert e.send(B, pattern(length)) is True
      `,
      b: python`
        assert e.config("rxbuf") == 2968
        time.sleep_ms(200)
        assert e.stats()[3:] == (2, 2)
        assert [len(e.recv(0)[1]) for _ in range(2)] == [1470, 1468] and not e.any()
      `,
    },
  ],
  [
    "config: rxbuf counts from the next active(True)",
    {
      a: python`
        e.add_peer(B)
        for _ in range(4):
            e.send(B, pattern(1470))
        time.sleep_ms(200)
        for _ in range(4):
            e.send(B, pattern(1470))
      `,
      b: python`
        e.config(rxbuf=1484 * 4 + 2)
        time.sleep_ms(150)
        assert e.stats()[3:] == (1, 3)
        e.active(False)
        e.active(True)
        time.sleep_ms(200)
        assert e.stats()[3:] == (5, 3)
      `,
    },
  ],
  [
    "config: reads rxbuf and timeout_ms only; what it does not know is refused",
    python`
      e.config(rxbuf=600, timeout_ms=5)
      assert e.config("rxbuf") == 600 and e.config("timeout_ms") == 5 and e.config() is None
      for name in ("rate", "x", ""):
          assert error(e.config, name) == ("unknown config param",)
      try:
          e.config(x=1)
          assert False
      except TypeError:
          pass
    `,
  ],
  [
    "config: a rate needs an active interface, else ENOENT",
    python`
      import errno
      e.config(rate=espnow.RATE_24M)
      sta.active(False)
      assert error(e.config, rate=espnow.RATE_1M) == (errno.ENOENT,)
    `,
  ],
  [
    "irq: what cannot be called is refused; None ends it",
    python`
      for wrong in (5, "x", False):
          assert error(e.irq, wrong) == ("invalid handler",)
      e.irq(print)
      e.irq(None)
    `,
  ],
  [
    "irq: may be set before active(True); active(False) clears it",
    {
      a: python`
        e.add_peer(B)
        for _ in range(2):
            e.send(B, "x")
            time.sleep_ms(100)
      `,
      b: python`
        calls = []
        e.active(False)
        e.irq(calls.append)
        e.active(True)
        time.sleep_ms(50)
        assert calls == [e]
        e.active(False)
        e.active(True)
        time.sleep_ms(150)
        assert calls == [e] and e.any()
      `,
    },
  ],
  [
    "irq: the callback of a message that is dropped is not called, and one that fails does not end anything",
    {
      a: python`
        e.add_peer(B)
        for length in (1470, 1470, 1):
            e.send(B, pattern(length))
      `,
      b: python`
        calls = []
        def fail(_):
            calls.append(e.any())
            raise ValueError("on purpose")
        e.irq(fail)
        time.sleep_ms(200)
        e.irq(None)
        assert calls == [True, True] and e.stats()[3:] == (2, 1)
      `,
    },
  ],
  [
    "poll: readable while a message waits, writable while no report is missing",
    {
      a: python`
        import select
        poll = select.poll()
        poll.register(e)
        assert poll.poll(0) == [(e, select.POLLOUT)]
        e.add_peer(ABSENT)
        e.send(ABSENT, "x", False)
        assert poll.poll(0) == []
        assert poll.poll(1000) == [(e, select.POLLOUT)]
        e.add_peer(B)
        e.send(B, "x")
        poll.register(e, select.POLLIN)
        assert poll.poll(1000) == [(e, select.POLLIN)]
        assert time.ticks_ms() >= 100
      `,
      b: python`
        e.add_peer(A)
        e.recv(1000)
        time.sleep_ms(100)
        e.send(A, "x")
      `,
    },
  ],
  [
    "ioctl: nothing is ready while inactive; flags that are not so are turned over, also where they were not asked for",
    python`
      assert [e.ioctl(3, flags) for flags in (1, 4, 5)] == [0, 5, 4]
      assert e.ioctl(4, 0) < 0
      e.active(False)
      assert e.ioctl(3, 5) == 0
    `,
  ],
  [
    "iteration: next() is irecv()",
    {
      a: python`
        e.add_peer(B)
        e.send(B, "x")
      `,
      b: python`
        assert iter(e) is e
        message = next(e)
        assert message == [A, b"x"] and message is not e.irecv(0)
        e.config(timeout_ms=0)
        assert next(e) == (None, None)
      `,
    },
  ],
  [
    "asend: with the message alone goes to all; its keyword is sync",
    {
      a: python`
        e.add_peer(B)
        async def main():
            assert await e.asend("1") is True
            assert await e.asend(None, "2") is True
            assert await e.asend(B, "3", sync=False) is True
            assert await e.asend(B, "4", True) is True
        asyncio.run(main())
      `,
      b: python`
        async def main():
            for msg in (b"1", b"2", b"3", b"4"):
                assert await e.arecv() == [A, msg]
        asyncio.run(main())
      `,
    },
  ],
  [
    "the constants",
    python`
      assert [espnow.MAX_DATA_LEN, espnow.KEY_LEN, espnow.ADDR_LEN] == [1470, 16, 6]
      assert [espnow.MAX_TOTAL_PEER_NUM, espnow.MAX_ENCRYPT_PEER_NUM] == [20, 6]
      assert [espnow.RATE_1M, espnow.RATE_2M, espnow.RATE_5M, espnow.RATE_6M, espnow.RATE_11M] == [0, 1, 2, 11, 3]
      assert [espnow.RATE_12M, espnow.RATE_24M, espnow.RATE_54M] == [10, 9, 12]
      assert [espnow.RATE_LORA_250K, espnow.RATE_LORA_500K] == [41, 42]
    `,
  ],
];

const ESP8266: readonly Row[] = [
  [
    "has 250 bytes, and no more names than these",
    python`
      public = lambda thing: sorted(name for name in dir(thing) if name[0] != "_")
      assert public(espnow) == "ADDR_LEN ESPNow KEY_LEN MAX_DATA_LEN MAX_ENCRYPT_PEER_NUM MAX_TOTAL_PEER_NUM".split()
      methods = "active add_peer any config del_peer ioctl irecv recv recvinto send set_pmk"
      assert public(espnow.ESPNow()) == methods.split()
      assert espnow.MAX_DATA_LEN == 250
    `,
  ],
  [
    "errors are a number without a name; 869 while ESP-NOW is off",
    python`
      assert error(e.send, A, b"") == error(e.send, A, bytes(251)) == (-1,)
      e.active(False)
      for call in (lambda: e.recv(0), lambda: e.send(A, "x"), lambda: e.any(), lambda: e.add_peer(A)):
          assert error(call) == (869,)
    `,
  ],
  [
    "send needs an address, but no peer; it says whether the station acknowledged",
    {
      a: python`
        assert e.send(B, "x") is True and e.send(B, "x") is True and e.send(ABSENT, "x") is False
        assert e.send(B, "x", False) is True
        assert error(e.send, "x") and error(e.send, None, "x")
        e.add_peer(B)
        assert error(e.add_peer, B) == (-1,)
      `,
      b: python`
        assert [e.recv(1000) for _ in range(3)] == [[A, b"x"]] * 3
      `,
    },
  ],
  [
    "there are no keywords but those of config",
    python`
      assert error(lambda: e.add_peer(A, channel=1)) and error(lambda: e.send(A, "x", sync=False))
      e.config(timeout_ms=5)
      assert e.recv() == (None, None)
      assert error(e.config, "timeout_ms")  # its config() only writes
    `,
  ],
  [
    "recvinto needs 6 bytes for the address, and exactly 250 for the message",
    {
      a: "e.send(B, pattern(9))",
      b: python`
        data = [bytearray(6), bytearray(250)]
        address = data[0]
        assert e.recvinto(data, 1000) == 9 and data == [A, pattern(9)] and data[0] is address
        for wrong in ([None, bytearray(250)], [bytearray(6), bytearray(251)], [bytearray(5), bytearray(250)], None):
            assert error(e.recvinto, wrong, 0)
      `,
    },
  ],
  [
    "the ring has 516 bytes, 8 for each message beside its own; what is dropped is not counted",
    {
      a: python`
        for length in (250, 249, 248, 1):
            e.send(B, pattern(length))
      `,
      b: python`
        time.sleep_ms(100)
        assert [len(e.recv(0)[1]) for _ in range(2)] == [250, 248] and not e.any()
      `,
    },
  ],
  ["poll: is always writable", "assert [e.ioctl(3, flags) for flags in (1, 4, 5)] == [0, 5, 4]"],
];

async function assertRow(programs: TwoPrograms | string, board: "esp32" | "esp8266"): Promise<void> {
  const { a, b } = typeof programs === "string" ? { a: programs, b: "" } : programs;
  const printed = await twoBoards({ a: `time.sleep_ms(10)\n${a}`, b }, { board });
  expect(printed.a).toBe("");
}

describe("4.1 on an ESP32", () => {
  test.each(ESP32)("%s", (_, programs) => assertRow(programs, "esp32"));
});

describe("4.2 on an ESP8266", () => {
  test.each(ESP8266)("%s", (_, programs) => assertRow(programs, "esp8266"));
});
