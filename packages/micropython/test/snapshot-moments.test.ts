import { SeededRandom } from "aioespnow/sim";
import { Scenario, Snapshot } from "espnow-micropython";
import { expect, test } from "vitest";

const BOARDS = 64;
const END_MS = 700;
/** Of the hundred moments CI looks at a few. `SNAPSHOT_MOMENTS=100` looks at all. */
const MOMENTS = Number(process.env["SNAPSHOT_MOMENTS"] ?? 4);

const GATEWAY = `
import espnow, network, time
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(b"\\xff" * 6)
seen = {}
while True:
    host, message = e.recv(500)
    if host is None:
        print("quiet", time.ticks_ms())
        continue
    name, _, rest = message.partition(b" ")
    seen.setdefault(name, []).append(rest)
    print(time.ticks_ms(), message, len(seen[name]), e.peers_table[host][0])
    if len(seen[name]) % 3 == 0:
        with open("log.txt", "a") as f:
            f.write("%s %d\\n" % (name.decode(), len(seen[name])))
        e.send(b"\\xff" * 6, b"ack " + name)
`;

/** Waits, timers, irqs, generators, files: told by its number. */
const SENSOR = `
import espnow, network, time, random, os
from machine import Pin, Timer
name = sys.argv[1].encode() if False else NAME
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(GATEWAY)
ticks = []
Timer(0).init(period=70, callback=lambda t: ticks.append(time.ticks_ms()))
heard = []
def on_message(e):
    while e.any():
        heard.append(e.irecv(0)[1][:])
e.irq(on_message)
def values():
    n = 0
    while True:
        n += 1
        yield sorted([random.getrandbits(8) for _ in range(n % 20)], key=lambda v: -v)
for value in values():
    ok = e.send(GATEWAY, b"%s %s" % (name, bytes(value[:8]).hex().encode()))
    f = open("last", "w")
    f.write(str(value))
    time.sleep_ms(50 + random.getrandbits(7) + os.urandom(1)[0])
    f.close()
    print(time.ticks_ms(), ok, len(ticks), len(heard), os.stat("last")[6])
`;

const SLEEPER = `
import espnow, network, time, machine
rtc = machine.RTC()
count = int(rtc.memory() or b"0") + 1
rtc.memory(str(count))
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
e = espnow.ESPNow()
e.active(True)
e.set_pmk(b"pmk4567890123456")
e.add_peer(GATEWAY)
print(count, e.send(GATEWAY, b"%s up" % NAME))
machine.lightsleep(40)
print(time.ticks_ms())
machine.deepsleep(90 + count)
`;

const ASYNC = `
import asyncio, network, aioespnow
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
e = aioespnow.AIOESPNow()
e.active(True)
e.add_peer(GATEWAY)
async def send(event):
    n = 0
    while True:
        await e.asend(GATEWAY, b"%s %d" % (NAME, n))
        n += 1
        await asyncio.sleep_ms(130)
        event.set()
async def wait(event):
    while True:
        await event.wait()
        event.clear()
        print("event", 7 ** 50)
async def hear():
    async for mac, message in e:
        print(mac, message)
async def main():
    event = asyncio.Event()
    await asyncio.gather(send(event), wait(event), hear())
asyncio.run(main())
`;

const KINDS = [SENSOR, SENSOR, SLEEPER, ASYNC];

function house(): Scenario {
  const scenario = new Scenario({ seed: 5 });
  const gateway = "24:0a:c4:00:00:01";
  scenario.board({ source: GATEWAY }, { name: "gateway", mac: gateway, position: { x: 0, y: 0 } });
  for (let n = 1; n < BOARDS; n++) {
    const kind = KINDS[n % KINDS.length] as string;
    const head = `import sys\nNAME = b"n${n}"\nGATEWAY = b"\\x24\\x0a\\xc4\\x00\\x00\\x01"\n`;
    scenario.board({ source: head + kind }, { name: `n${n}`, position: { x: (n * 7) % 60, y: (n * 13) % 45 } });
  }
  return scenario;
}

/** All that a scenario has done. */
function done({ lines, air }: Scenario): string {
  return [...lines.map((line) => JSON.stringify(line)), JSON.stringify(air.counters)].join("\n");
}

test("a scenario of 64 boards that goes on from a snapshot does the same, byte for byte", async () => {
  await using whole = house();
  const random = new SeededRandom(17);
  const moments = Array.from({ length: 100 }, () => random.float() * END_MS).slice(0, MOMENTS);
  const saved: Snapshot[] = [];
  for (const atMs of [...moments].sort((a, b) => a - b)) {
    await whole.run(atMs - whole.clock.now());
    saved.push(await whole.snapshot());
  }
  await whole.run(END_MS - whole.clock.now());
  await using untouched = house();
  await untouched.run(END_MS);
  expect(done(whole)).toBe(done(untouched));
  expect(whole.lines.length).toBeGreaterThan(150);
  for (const [index, snapshot] of saved.entries()) {
    if (index % 2 === 0) {
      await whole.restore(snapshot);
      await whole.run(END_MS - whole.clock.now());
      expect(done(whole)).toBe(done(untouched));
    } else {
      await using other = Scenario.from(await Snapshot.fromBytes(await snapshot.toBytes()));
      expect(other.clock.now()).toBe(snapshot.timeMs);
      await other.run(END_MS - other.clock.now());
      expect(done(other)).toBe(done(untouched));
    }
  }
}, 3_600_000);
