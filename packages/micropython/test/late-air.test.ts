import type { MacAddress } from "aioespnow";
import { hostAir } from "aioespnow/air";
import { Air } from "aioespnow/sim";
import { Program } from "espnow-micropython";
import { expect, test } from "vitest";
import { AirOpening } from "#lib/open/air-radio.ts";
import { joinAir } from "#lib/phy/shared-air/joined-air.ts";
import type { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { SystemClock } from "#lib/util/system-clock.ts";
import { ownAirs, WORKER } from "#test/system/shared-air.ts";

ownAirs();

const STATIONS = ["02:00:00:00:00:0a", "02:00:00:00:00:0b"] as [MacAddress, MacAddress];
const SENDING = `
import network, espnow
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(b"\\x02\\0\\0\\0\\0\\x0b")
for i in range(3):
    print(e.send(b"\\x02\\0\\0\\0\\0\\x0b", b"hello"))
`;

/** Nothing else happens in this thread meanwhile. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("where the air had no turn for longer than a board waits, a program gets its report all the same", async () => {
  await using air = await hostAir("late");
  const joined = joinAir("late", WORKER);
  const [a, b] = await Promise.all(STATIONS.map((mac) => new AirOpening(joined, { mac }).ready()));
  await using sender = a as SoftMacRadio;
  await using receiver = b as SoftMacRadio;
  receiver.setInterfaceActive(0, true);
  air.observe((event) => {
    if (event.kind === "transmission") block(200);
  });
  const program = new Program(sender, { source: SENDING });
  await program.exited;
  expect(program.output).toBe("True\nTrue\nTrue\n");
});

/** Looks at the time that a program takes between a send and its wait for the report: where the computer does other work. */
const LOOKS = [1, 2, 3, 4];

test.each(LOOKS)("where the program itself had no turn for longer, at look %i at the time", async (late) => {
  let looks = Number.NaN;
  class StarvedClock extends SystemClock {
    override now(): number {
      if (++looks === late) block(200);
      return super.now();
    }
  }
  await using air = new Air({ clock: new StarvedClock() });
  const [sender, receiver] = [air.radio({ mac: STATIONS[0] }), air.radio({ mac: STATIONS[1] })];
  receiver.setInterfaceActive(0, true);
  const send = sender.send.bind(sender);
  sender.send = (...args) => {
    const number = send(...args);
    looks = 0;
    return number;
  };
  const program = new Program(sender, { source: SENDING });
  await program.exited;
  expect(program.output).toBe("True\nTrue\nTrue\n");
});
