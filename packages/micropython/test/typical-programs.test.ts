import { Scenario } from "espnow-micropython";
import { expect, test } from "vitest";
import { python } from "./on-a-board.ts";

/** What most programs begin with. */
const files = {
  "radio.py": python`
    import espnow, network

    sta = network.WLAN(network.STA_IF)
    sta.active(True)
    sta.disconnect()
    e = espnow.ESPNow()
    e.active(True)
  `,
};

const A = "02:00:00:00:00:0a";
const B = "02:00:00:00:00:0b";

test("throughput: one board sends as fast as it can, the other counts until nothing comes any more", async () => {
  const sender = python`
    import time
    from radio import e

    peer = b"\x02\0\0\0\0\x0b"
    e.add_peer(peer)
    start = time.ticks_ms()
    heard = 0
    for n in range(200):
        heard += e.send(peer, n.to_bytes(2, "little") + bytes(248))
    e.send(peer, b"done")
    print(heard, time.ticks_diff(time.ticks_ms(), start) < 2000, e.stats())
  `;
  const receiver = python`
    from radio import e

    e.active(False)
    e.config(rxbuf=20000, timeout_ms=3000)
    e.active(True)
    count = 0
    missed = 0
    expected = 0
    for mac, msg in e:
        if mac is None or msg == b"done":
            break
        n = int.from_bytes(msg[:2], "little")
        missed += n - expected
        expected = n + 1
        count += 1
    print(count, missed, e.stats(), len(e.peers_table), e.config("rxbuf"), e.config("timeout_ms"))
  `;
  await using scenario = new Scenario({ seed: 3 });
  const b = scenario.board({ source: receiver }, { mac: B, files });
  const a = scenario.board({ source: sender }, { mac: A, files });
  await scenario.run(5000);
  expect(a.output).toBe("200 True (201, 201, 0, 0, 0)\n");
  expect(b.output).toBe("200 0 (0, 0, 0, 201, 0) 1 20000 3000\n");
});

test("an irq handler empties the buffer while the program is busy with something else", async () => {
  const receiver = python`
    import time
    from radio import e

    got = []

    def receive(e):
        while True:
            mac, msg = e.irecv(0)
            if mac is None:
                return
            got.append(bytes(msg))

    e.irq(receive)
    while len(got) < 5:
        time.sleep_ms(10)
    print(got, e.any())
    e.irq(None)
    time.sleep(1)
    print(len(got), e.any(), e.recv(0)[1])
  `;
  const sender = python`
    import time
    from radio import e

    peer = b"\x02\0\0\0\0\x0b"
    e.add_peer(peer)
    for n in range(5):
        e.send(peer, "message %d" % n, False)
        time.sleep_ms(20)
    time.sleep_ms(500)
    e.send(peer, b"late")
  `;
  await using scenario = new Scenario({ seed: 3 });
  const b = scenario.board({ source: receiver }, { mac: B, files });
  scenario.board({ source: sender }, { mac: A, files });
  await scenario.until(b, /late/);
  expect(b.output).toBe(
    "[b'message 0', b'message 1', b'message 2', b'message 3', b'message 4'] False\n5 True b'late'\n",
  );
});

test("an encrypted pair understands each other; a board with another key hears nothing", async () => {
  const receiver = python`
    from radio import e

    e.set_pmk(b"0123456789abcdef")
    e.add_peer(b"\x02\0\0\0\0\x0a", KEY)
    print(e.get_peers()[0][1], e.get_peers()[0][4], e.peer_count())
    print(e.recv(2000)[1])
  `;
  const sender = python`
    from radio import e

    e.set_pmk(b"0123456789abcdef")
    for mac in (b"\x02\0\0\0\0\x0b", b"\x02\0\0\0\0\x0c"):
        e.add_peer(mac, lmk=b"fedcba9876543210")
        e.send(mac, b"secret")
    try:
        e.add_peer(b"\x02\0\0\0\0\x0d", b"too short")
    except ValueError as error:
        print(error)
  `;
  await using scenario = new Scenario({ seed: 3 });
  const key = (text: string) => receiver.replace("KEY", `b"${text}"`);
  const b = scenario.board({ source: key("fedcba9876543210") }, { mac: B, files });
  const c = scenario.board({ source: key("another key 1234") }, { mac: "02:00:00:00:00:0c", files });
  const a = scenario.board({ source: sender }, { mac: A, files });
  await scenario.run(3000);
  expect(b.output).toBe("b'fedcba9876543210' True (1, 1)\nb'secret'\n");
  expect(c.output).toBe("b'another key 1234' True (1, 1)\nNone\n");
  expect(a.output).toBe("invalid buffer length\n");
});

test("boards find each other by broadcasts, and become peers", async () => {
  const node = python`
    import time
    from radio import e, sta

    BROADCAST = b"\xff" * 6
    e.add_peer(BROADCAST)
    names = {}
    end = time.ticks_add(time.ticks_ms(), 5000)
    next_call = time.ticks_ms()
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        if time.ticks_diff(next_call, time.ticks_ms()) <= 0:
            e.send(BROADCAST, b"who?" + sta.config("mac")[-1:])
            next_call = time.ticks_add(next_call, 1000 + 100 * sta.config("mac")[-1])
        mac, msg = e.recv(100)
        if mac is None:
            continue
        if mac not in names:
            names[mac] = None
            e.add_peer(mac)
        if msg.startswith(b"who?"):
            e.send(mac, "I am %02x" % sta.config("mac")[-1])
        else:
            names[mac] = msg
    print(sorted(names.values()), e.peer_count(), sorted(peer[0][-1] for peer in e.get_peers()))
  `;
  await using scenario = new Scenario({ seed: 3 });
  const boards = ["0a", "0b", "0c"].map((end) =>
    scenario.board({ source: node }, { mac: `02:00:00:00:00:${end}`, name: end, files }),
  );
  await scenario.run(6000);
  expect(boards.map(({ output }) => output)).toEqual([
    "[b'I am 0b', b'I am 0c'] (3, 0) [11, 12]\n",
    "[b'I am 0a', b'I am 0c'] (3, 0) [10, 12]\n",
    "[b'I am 0a', b'I am 0b'] (3, 0) [10, 11]\n",
  ]);
});

test("a gateway polls the radio beside its tasks; sensors report to it and sleep between", async () => {
  const gateway = python`
    import asyncio, json, select
    from radio import e

    readings = {}

    async def collect():
        poller = select.poll()
        poller.register(e, select.POLLIN)
        while True:
            for obj, event in poller.ipoll(0):
                mac, msg = obj.recv(0)
                reading = json.loads(msg)
                readings.setdefault(reading["name"], []).append(reading["t"])
            await asyncio.sleep_ms(50)

    async def report():
        for _ in range(3):
            await asyncio.sleep(60)
            print(", ".join("%s: %d, last %.1f" % (n, len(t), t[-1]) for n, t in sorted(readings.items())))

    async def main():
        collecting = asyncio.create_task(collect())
        await report()
        collecting.cancel()

    asyncio.run(main())
  `;
  const sensor = python`
    import json, sys, time
    from radio import e

    peer = b"\x02\0\0\0\0\x0a"
    e.add_peer(peer)
    name, period = sys.argv[1], int(sys.argv[2])
    for n in range(1000):
        e.send(peer, json.dumps({"name": name, "t": 20 + n / 2}))
        time.sleep(period)
  `;
  await using scenario = new Scenario({ seed: 3 });
  const a = scenario.board({ source: gateway }, { mac: A, files });
  scenario.board({ source: sensor }, { name: "attic", argv: ["attic", "10"], files });
  scenario.board({ source: sensor }, { name: "cellar", argv: ["cellar", "25"], files });
  await scenario.run(181_000);
  expect(a.output).toBe(
    "attic: 6, last 22.5, cellar: 3, last 21.0\nattic: 12, last 25.5, cellar: 5, last 22.0\nattic: 18, last 28.5, cellar: 8, last 23.5\n",
  );
  expect(a.exit).toEqual({ code: 0 });
});

test("recvinto fills a list with sender, message, signal strength and time; too small a buffer loses all", async () => {
  const receiver = python`
    import time
    from radio import e

    data = [None, bytearray(20), 0, 0]
    print(e.recvinto(data), bytes(data[1]), -100 < data[2] < 0, data[3] <= time.ticks_ms())
    print(e.recvinto(data, 10), bytes(data[1]))
    print(e.recvinto(data), bytes(data[1]))
    time.sleep_ms(300)
    small = [None, bytearray(4)]
    try:
        e.recvinto(small, 0)
    except ValueError as error:
        print(error)
    print(e.any(), e.recv(0))
  `;
  const sender = python`
    import time
    from radio import e

    peer = b"\x02\0\0\0\0\x0b"
    e.add_peer(peer)
    for msg in (b"first message", b"second", b"long again", b"and one more"):
        e.send(peer, msg)
        time.sleep_ms(100)
  `;
  await using scenario = new Scenario({ seed: 3 });
  const b = scenario.board({ source: receiver }, { mac: B, files });
  scenario.board({ source: sender }, { mac: A, files });
  await scenario.run(2000);
  expect(b.output).toBe(
    "13 b'first message' True True\n0 b'first message'\n6 b'second'\nESPNow.recv(): buffer error\nFalse (None, None)\n",
  );
});

test("a program that does not read fast enough loses what its buffer has no room for, and sees it in the statistics", async () => {
  const receiver = python`
    import time
    from radio import e

    time.sleep(1)
    count = 0
    while e.any():
        e.recv()
        count += 1
    print(count, e.stats())
  `;
  const sender = python`
    from radio import e

    peer = b"\x02\0\0\0\0\x0b"
    e.add_peer(peer)
    print([e.send(peer, bytes(250)) for _ in range(15)].count(True))
    e.del_peer(peer)
    try:
        e.send(peer, b"x")
    except OSError as error:
        print(error.args, error.errno)
    e.active(False)
    try:
        e.send(peer, b"x")
    except OSError as error:
        print(error)
  `;
  await using scenario = new Scenario({ seed: 3 });
  const b = scenario.board({ source: receiver }, { mac: B, files });
  const a = scenario.board({ source: sender }, { mac: A, files });
  await scenario.run(2000);
  // 2968 bytes: each message takes 8 + 6 + 250, and one byte always stays free.
  expect(b.output).toBe("11 (0, 0, 0, 11, 4)\n");
  expect(a.output).toBe("15\n(-12393, 'ESP_ERR_ESPNOW_NOT_FOUND') -12393\n(-12389, 'ESP_ERR_ESPNOW_NOT_INIT')\n");
});
