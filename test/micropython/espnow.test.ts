import { Air, SystemClock, VirtualClock } from "aioespnow/sim";
import { type Program, runProgram } from "espnow";
import { describe, expect, test } from "vitest";

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
    print(e.send(peer, msg), e.any(), end=" ")
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
True False b'\\x02\\x00\\x00\\x00\\x00\\x01' 5 b'hello'
True False b'\\x02\\x00\\x00\\x00\\x00\\x01' 250 b'xxxxx'
True False b'\\x02\\x00\\x00\\x00\\x00\\x01' 1470 b'yyyyy'
True False b'\\x02\\x00\\x00\\x00\\x00\\x01' 3 b'end'
(None, None) (4, 4, 0, 4, 0)
1 True
`);
    expect(await ended(echo)).toBe("ready\n");
  });
});
