/**
 * The program in the document of MicroPython's `aioespnow`, as it stands there: it is read when the test runs. Its peer
 * is a group address, so that its heartbeat always says `ping`.
 */
import { readFileSync } from "node:fs";
import { systemClock } from "aioespnow/sim";
import { type Program, Scenario } from "espnow";
import { describe, expect, test } from "vitest";
import { SHARED_VARIABLE, sharedFile } from "../shared.ts";
import { python } from "./on-a-board.ts";

const DOCUMENT = sharedFile("seed-aioespnow.md");

/** Hears the heartbeat, and sends something back to be echoed. */
const RECEIVER = python`
  import espnow, network, time
  network.WLAN(network.WLAN.IF_STA).active(True)
  e = espnow.ESPNow()
  e.active(True)
  print("listening")
  while True:
      mac, msg = e.recv(30000)
      if mac is None:
          break
      print(msg, "from", mac)
      if not e.get_peers():
          e.add_peer(mac)
          print("answered:", e.send(mac, "hello"))
`;

const PING = "Heartbeat: ping b'\\xbb\\xbb\\xbb\\xbb\\xbb\\xbb'\n";
const HEARD = "b'ping' from b'\\x02\\x00\\x00\\x00\\x00\\x0c'\n";
const ECHO = "b'hello' from b'\\x02\\x00\\x00\\x00\\x00\\x0c'\n";

/** The first block of Python under the heading of the example, without its indentation. */
function documentedProgram(): string {
  const document = readFileSync(DOCUMENT as string, "utf8");
  const [, block = ""] = /## Example Usage.*?```python\n(.*?)```/s.exec(document) ?? [];
  const indent = / */.exec(block)?.[0].length ?? 0;
  return block
    .split("\n")
    .map((line) => line.slice(indent))
    .join("\n");
}

async function start(scenario: Scenario): Promise<{ seed: Program; receiver: Program }> {
  const receiver = scenario.board({ source: RECEIVER }, { name: "receiver" });
  await scenario.until(receiver, /listening/);
  const seed = scenario.board({ source: documentedProgram() }, { name: "seed", mac: "02:00:00:00:00:0c" });
  return { seed, receiver };
}

describe.skipIf(DOCUMENT === undefined)(`the program of the document (${SHARED_VARIABLE})`, () => {
  test("in virtual time runs its two minutes: twelve heartbeats, and an echo", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { seed, receiver } = await start(scenario);
    await scenario.settled(Promise.all([seed.exited, receiver.exited]), { within: 200_000 });
    expect(seed.output).toBe(`${PING}Echo: bytearray(b'hello')\n${PING.repeat(11)}`);
    expect(receiver.output).toBe(`listening\n${HEARD}answered: True\n${ECHO}${HEARD.repeat(11)}`);
    expect(seed.exit).toEqual({ code: 0 });
  });

  // Its period is ten seconds: it is switched off after the first of them.
  test("in real time begins in the same way", async () => {
    await using scenario = new Scenario({ seed: 1, clock: systemClock });
    const { seed, receiver } = await start(scenario);
    await scenario.until(receiver, /b'hello' from/);
    await seed.stop();
    expect(seed.output).toBe(`${PING}Echo: bytearray(b'hello')\n`);
    expect(receiver.output).toContain(`listening\n${HEARD}answered: True\nb'hello' from`);
  });
});
