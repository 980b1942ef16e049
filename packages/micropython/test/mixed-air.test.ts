/** Programs in Python, nodes in TypeScript and frames of a capture on one air. */
import { AIOESPNow, sleep, WLAN } from "aioespnow";
import { FCS_LENGTH, Rate } from "aioespnow/codec";
import { Scenario } from "espnow-micropython";
import { expect, test } from "vitest";
import { readBroadcasts } from "#test/real-frames.ts";
import { SHARED_VARIABLE } from "#test/shared.ts";

const CAPTURE = readBroadcasts();
const START = `
import network, espnow
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
`;

/** The frame of a record: behind the radiotap header, before the FCS. */
function frameOf(record: Uint8Array): Uint8Array {
  return record.subarray((record[2] as number) | ((record[3] as number) << 8), -FCS_LENGTH);
}

test.skipIf(CAPTURE === undefined)(
  `a program hears a node in TypeScript and the frames of a real ESP32 (${SHARED_VARIABLE})`,
  async () => {
    await using scenario = new Scenario({ seed: 1 });
    const source = `${START}
e.config(rxbuf=8192)
heard = {}
while len(heard) < 2 or heard[b"\\xb8\\xd6\\x1a\\xab\\x4d\\x8c"] < 10:
    mac, msg = e.recv(-1)
    heard[mac] = heard.get(mac, 0) + 1
    if msg == b"from TypeScript":
        e.add_peer(mac)
        print(mac.hex(), e.send(mac, b"from Python"))
print(sorted((mac.hex(), count > 9) for mac, count in heard.items()))
`;
    const board = scenario.board({ source }, { mac: "02:00:00:00:00:01" });
    const radio = scenario.air.radio({ mac: "02:00:00:00:00:02" });
    new WLAN(WLAN.IF_STA, radio).active(true);
    const node = new AIOESPNow(radio);
    node.active(true);
    node.addPeer("02:00:00:00:00:01");
    const replayed = scenario.air.phy({ profile: "host" });
    void (async () => {
      for (const record of CAPTURE?.slice(0, 20) ?? []) {
        await sleep(10, { radio });
        replayed.transmit(frameOf(record), { rate: Rate.RATE_1M, noAck: true }, () => undefined);
      }
    })();
    const answered = node.arecv();
    expect(await scenario.settled(node.asend("02:00:00:00:00:01", "from TypeScript"))).toBe(true);
    const [mac, msg] = await scenario.settled(answered);
    expect([mac, Buffer.from(msg).toString()]).toEqual(["02:00:00:00:00:01", "from Python"]);
    await scenario.settled(board.exited);
    expect(board.output).toBe("020000000002 True\n[('020000000002', False), ('b8d61aab4d8c', True)]\n");
  },
);

test("sixty-four programs on one air hear each other", async () => {
  const BOARDS = 64;
  const source = `${START}
import sys, time
number = int(sys.argv[1])
e.config(rxbuf=8192)
e.add_peer(b"\\xff" * 6)
time.sleep_ms(10 * number)
e.send(b"\\xff" * 6, sys.argv[1])
time.sleep_ms(10 * (${BOARDS} - number) + 100)
heard = []
while e.any():
    heard.append(int(e.recv(0)[1]))
print(number, heard == [n for n in range(${BOARDS}) if n != number])
`;
  await using scenario = new Scenario({ seed: 1 });
  const boards = Array.from({ length: BOARDS }, (_, i) => scenario.board({ source }, { argv: [String(i)] }));
  await scenario.settled(Promise.all(boards.map(({ exited }) => exited)));
  expect(boards.map(({ output }) => output)).toEqual(boards.map((_, i) => `${i} True\n`));
}, 180_000);
