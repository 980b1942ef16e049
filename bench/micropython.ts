import { SystemClock, VirtualClock } from "aioespnow/sim";
import { Scenario } from "espnow-micropython";
import type { Bench } from "./report.ts";

const START = `
import network, espnow, time, gc
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
A, B = b"\\x02\\x00\\x00\\x00\\x00\\x0a", b"\\x02\\x00\\x00\\x00\\x00\\x0b"
`;

/** Prints the median of the round trips, in microseconds. */
const PING = (count: number): string => `${START}
e.add_peer(B)
def round_trip():
    start = time.ticks_us()
    e.send(B, b"ping")
    e.irecv(1000)
    return time.ticks_diff(time.ticks_us(), start)
times = sorted(round_trip() for _ in range(${count}))
print("median", times[${count >> 1}])
`;
const ECHO = `${START}
e.add_peer(A)
print("ready")
while True:
    _, msg = e.irecv(-1)
    e.send(A, msg)
`;

const SENDER = (count: number): string => `${START}
e.add_peer(B)
for _ in range(${count}):
    e.send(B, b"x" * 20)
`;
/** Prints by how many bytes its heap has grown since the first hundred messages. */
const RECEIVER = (count: number): string => `${START}
print("ready")
for i in range(${count}):
    e.recv(10000)
    if i == 100:
        gc.collect()
        before = gc.mem_alloc()
gc.collect()
print("growth", gc.mem_alloc() - before)
`;

/** MicroPython programs that use ESP-NOW. */
export const micropython: Bench = async function* (smoke) {
  const count = smoke ? 20 : 1000;
  const real = await figure(new SystemClock(), { a: PING(count), b: ECHO }, "a", /median (\d+)/);
  const air = await figure(new VirtualClock(), { a: PING(count), b: ECHO }, "a", /median (\d+)/);
  yield {
    name: "send and recv, there and back, in real time: above the air",
    value: (real - air) / 1000,
    unit: "ms",
    target: "<= 1 ms",
    note: `median of ${count}; ${(air / 1000).toFixed(2)} ms on the air, in virtual time`,
  };
  const messages = smoke ? 1000 : 100_000;
  yield {
    name: `growth of a blocking program's heap in ${messages} messages`,
    value:
      (await figure(new VirtualClock(), { a: SENDER(messages), b: RECEIVER(messages) }, "b", /growth (-?\d+)/)) / 1024,
    unit: "KiB",
    target: "< 100 KiB",
  };
};

/** A number that one of two programs prints. */
async function figure(
  clock: SystemClock | VirtualClock,
  programs: Readonly<Record<"a" | "b", string>>,
  who: "a" | "b",
  pattern: RegExp,
): Promise<number> {
  await using scenario = new Scenario({ clock });
  const b = scenario.board({ source: programs.b }, { name: "b", mac: "02:00:00:00:00:0b" });
  await scenario.until(b, /ready/);
  const a = scenario.board({ source: programs.a }, { name: "a", mac: "02:00:00:00:00:0a" });
  const [, value] = await scenario.until(who === "a" ? a : b, pattern, { within: 10_000_000 });
  return Number(value);
}
