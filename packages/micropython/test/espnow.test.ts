import { AIOESPNow, BROADCAST, WLAN } from "aioespnow";
import { Air, SystemClock, VirtualClock } from "aioespnow/sim";
import { type Program, runProgram, Scenario } from "espnow-micropython";
import { describe, expect, test } from "vitest";
import { python } from "./on-a-board.ts";
import { oneBoard, twoBoards } from "./two-boards.ts";

const START = `
import network, espnow
network.WLAN(network.STA_IF).active(True)
e = espnow.ESPNow()
e.active(True)
`;
const ECHO = `${START}
print("ready")
while True:
    mac, msg = e.recv()
    if mac not in e.peers_table: print("?")
    try: e.add_peer(mac)
    except OSError: pass
    e.send(mac, msg)
    if msg == b"end": break
`;
const CLIENT = `${START}
peer = b"\\x02\\0\\0\\0\\0\\x01"
e.add_peer(peer)
for msg in (b"hello", b"x" * 250, b"y" * 1470, "end"):
    print(e.send(peer, msg), end=" ")
    mac, got = e.recv(5000)
    print(mac, len(got), got[:5])
print(e.recv(20), e.stats())
print(len(e.peers_table), e.peers_table[peer][0] < 0)
`;

/** Resolves as soon as the program has printed something: it has come so far. */
function printed(program: Program): Promise<void> {
  return new Promise((resolve) => {
    program.onOutput = () => resolve();
  });
}

async function ended(program: Program): Promise<string> {
  await program.exited;
  return program.output;
}

describe.each([
  ["virtual", VirtualClock],
  ["real", SystemClock],
] as const)("in %s time", (_, ClockClass) => {
  test("two programs send each other messages of all lengths", async () => {
    await using air = new Air({ seed: 1, clock: new ClockClass() });
    await using echo = await runProgram({ source: ECHO, name: "echo", radio: air.radio({ mac: "02:00:00:00:00:01" }) });
    await printed(echo);
    await using client = await runProgram({ source: CLIENT, radio: air.radio({ mac: "02:00:00:00:00:02" }) });
    expect(await ended(client)).toBe(`\
True b'\\x02\\x00\\x00\\x00\\x00\\x01' 5 b'hello'
True b'\\x02\\x00\\x00\\x00\\x00\\x01' 250 b'xxxxx'
True b'\\x02\\x00\\x00\\x00\\x00\\x01' 1470 b'yyyyy'
True b'\\x02\\x00\\x00\\x00\\x00\\x01' 3 b'end'
(None, None) (4, 4, 0, 4, 0)
1 True
`);
    expect(await ended(echo)).toBe("ready\n");
  });

  test("a program and a node in TypeScript talk", async () => {
    await using air = new Air({ seed: 1, clock: new ClockClass() });
    await using echo = await runProgram({ source: ECHO, radio: air.radio({ mac: "02:00:00:00:00:01" }) });
    await printed(echo);
    const radio = air.radio();
    new WLAN(WLAN.IF_STA, radio).active(true);
    const node = new AIOESPNow(radio);
    node.active(true);
    node.addPeer("02:00:00:00:00:01");
    for (const text of ["hello", "end"]) {
      const answer = node.arecv();
      expect(await node.asend("02:00:00:00:00:01", text)).toBe(true);
      expect(await answer).toEqual(["02:00:00:00:00:01", new TextEncoder().encode(text)]);
    }
    expect((await echo.exited).code).toBe(0);
    node.active(false);
  });
});

describe("two programs", () => {
  test("who speak version 1 send 250 bytes at most, and have a smaller buffer", async () => {
    const programs = {
      a: python`
        time.sleep_ms(10)
        assert espnow.MAX_DATA_LEN == 250 and e.config("rxbuf") == 528
        e.add_peer(B)
        assert e.send(B, pattern(250))
        assert error(e.send, B, pattern(251)) == (-12390, "ESP_ERR_ESPNOW_ARG")
      `,
      b: "assert e.recv(1000) == [A, pattern(250)]",
    };
    expect(await twoBoards(programs, { espnow: "v1" })).toEqual({ a: "", b: "" });
  });

  test("with one key understand each other, with two they do not", async () => {
    const printedBy = await twoBoards({
      a: python`
        time.sleep_ms(10)
        e.set_pmk(b"a" * 16)
        e.add_peer(B, LMK)
        print(e.send(B, "secret"))
        e.mod_peer(B, b"x" * 16)
        print(e.send(B, "nonsense"))
        e.mod_peer(B, b"")
        print(e.send(B, "plain"))
      `,
      b: python`
        e.set_pmk(b"a" * 16)
        e.add_peer(A, LMK)
        print(e.recv(1000), e.recv(1000), e.stats())
      `,
    });
    expect(printedBy.a).toBe("True\nTrue\nTrue\n");
    expect(printedBy.b).toBe("[b'\\x02\\x00\\x00\\x00\\x00\\n', b'secret'] (None, None) (0, 0, 0, 1, 0)\n");
  });

  test("hear broadcasts, to which nobody answers", async () => {
    const printedBy = await twoBoards({
      a: "time.sleep_ms(10)\ne.add_peer(ALL)\nprint(e.send(ALL, 'all'), e.stats())",
      b: "print(e.recv(1000)[1])",
    });
    expect(printedBy).toEqual({ a: "True (1, 1, 0, 0, 0)\n", b: "b'all'\n" });
  });

  test("do not hear each other on two channels", async () => {
    const printedBy = await twoBoards({
      a: python`
        sta.config(channel=6)
        time.sleep_ms(10)
        e.add_peer(B)
        print(e.send(B, "one"))
        sta.config(channel=1)
        print(e.send(B, "two"))
      `,
      b: "print(e.recv(1000)[1], e.stats())",
    });
    expect(printedBy).toEqual({ a: "False\nTrue\n", b: "b'two' (0, 0, 0, 1, 0)\n" });
  });

  test("may change their addresses", async () => {
    const printedBy = await twoBoards({
      a: python`
        time.sleep_ms(10)
        new = b"\x02\x00\x00\x00\x00\x77"
        sta.config(mac=new)
        assert sta.config("mac") == new
        e.add_peer(B)
        e.send(B, "x")
        print(e.recv(1000)[1])
      `,
      b: python`
        mac, _ = e.recv(1000)
        print(mac)
        e.add_peer(A), e.add_peer(mac)
        print(e.send(A, "old"), e.send(mac, "new"))
      `,
    });
    expect(printedBy.b).toBe("b'\\x02\\x00\\x00\\x00\\x00w'\nFalse True\n");
    expect(printedBy.a).toBe("b'new'\n");
  });

  test("receive in an irq handler while the program computes", async () => {
    const printedBy = await twoBoards({
      a: python`
        time.sleep_ms(10)
        e.add_peer(B)
        for i in range(20):
            e.send(B, bytes([i]))
      `,
      b: python`
        heard = []
        def handler(e):
            while e.any():
                heard.append(e.irecv(0)[1][0])
        e.irq(handler)
        turns = 0
        while len(heard) < 20:
            turns += 1
            e.any()
        print(heard == list(range(20)), turns > 0, e.stats())
      `,
    });
    expect(printedBy.b).toBe("True True (0, 0, 0, 20, 0)\n");
  });

  test("lose nothing if the program and its irq handler read at the same time", async () => {
    const printedBy = await twoBoards({
      a: python`
        time.sleep_ms(10)
        e.add_peer(B)
        for i in range(200):
            assert e.send(B, bytes([i]) * (1 + i))
      `,
      b: python`
        heard = []
        def note(mac, msg):
            if mac:
                assert mac == A and msg == bytes([msg[0]]) * len(msg) and len(msg) == 1 + msg[0]
                heard.append(msg[0])
        e.irq(lambda e: note(*e.recv(0)))
        while True:
            mac, msg = e.recv(1000)
            if mac is None:
                break
            note(mac, msg)
        print(len(heard), len(set(heard)))
      `,
    });
    expect(printedBy.b).toBe("200 200\n");
  });

  test("wait for a transmit buffer to send, and no more than 100 ms for reports that are missing", async () => {
    const output = await oneBoard(python`
      import errno
      e.add_peer(ABSENT)
      for _ in range(100):
          e.send(ABSENT, pattern(250), False)
      before = time.ticks_ms()
      print(before > 500, error(e.send, ABSENT, pattern(250)) == (errno.ETIMEDOUT,))
      print(time.ticks_diff(time.ticks_ms(), before))
    `);
    expect(output).toBe("True True\n100\n");
  });
});

test("an aioespnow of somebody else beside the program wins over ours", async () => {
  const theirs = python`
    import asyncio
    import espnow

    class AIOESPNow(espnow.ESPNow):
        theirs = True

        async def arecv(self):
            yield asyncio.core._io_queue.queue_read(self)
            return self.recv(0)

        async def asend(self, mac, msg):
            yield asyncio.core._io_queue.queue_write(self)
            return self.send(mac, msg)
  `;
  const printedBy = await twoBoards(
    {
      a: python`
        time.sleep_ms(10)
        e.add_peer(B)
        print(e.theirs, asyncio.run(e.asend(B, "hello")))
      `,
      b: "print(asyncio.run(e.arecv()))",
    },
    { files: { "aioespnow.py": theirs } },
  );
  expect(printedBy).toEqual({ a: "True True\n", b: "[b'\\x02\\x00\\x00\\x00\\x00\\n', b'hello']\n" });
});

test("a radio that is closed sends no more, and the program is told by the error", async () => {
  await using scenario = new Scenario();
  const source = `${START}
e.add_peer(b"\\xff" * 6)
print("ready", e.recv(1000))
try:
    e.send(b"\\xff" * 6, "x")
except OSError as err:
    print(err.errno)
`;
  const board = scenario.board({ source });
  await scenario.run(500);
  await board.radio[Symbol.asyncDispose]();
  await scenario.settled(board.exited);
  expect(board.output).toBe("ready (None, None)\n5\n");
});

test("after a reset the counters are zero, the peers gone, ESP-NOW and the interface off", async () => {
  await using scenario = new Scenario();
  const source = python`
    import machine, network, espnow
    sta, e = network.WLAN(network.WLAN.IF_STA), espnow.ESPNow()
    print(sta.active(), e.active(), e.stats(), sta.config("channel"))
    if machine.reset_cause() == machine.PWRON_RESET:
        sta.active(True)
        sta.config(channel=6)
        e.active(True)
        e.add_peer(b"\xff" * 6)
        e.send(b"\xff" * 6, "x")
        print(e.stats())
        machine.reset()
  `;
  const board = scenario.board({ source });
  await scenario.settled(board.exited);
  const off = "False False (0, 0, 0, 0, 0) 1\n";
  expect(board.output).toBe(`${off}(1, 1, 0, 0, 0)\n${off}`);
});

test("a station is forgotten for a newer one when a thousand were heard", async () => {
  await using scenario = new Scenario();
  const source = `${START}
print("ready")
while True:
    mac, msg = e.recv(1000)
    if mac is None:
        break
    assert mac in e.peers_table
print(len(e.peers_table), e.stats()[3])
`;
  const board = scenario.board({ source });
  await scenario.until(board, /ready/);
  const radio = scenario.air.radio();
  new WLAN(WLAN.IF_STA, radio).active(true);
  const node = new AIOESPNow(radio);
  node.active(true);
  node.addPeer(BROADCAST);
  for (let i = 0; i < 1030; i++) {
    radio.setAddress(0, `02:00:00:00:${hex(i >> 8)}:${hex(i & 0xff)}` as ReturnType<typeof radio.address>);
    await scenario.settled(node.asend(BROADCAST, "x"));
  }
  await scenario.settled(board.exited);
  expect(board.output).toBe("ready\n1024 1030\n");
});

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
