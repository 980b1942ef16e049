import { expect, test } from "vitest";
import { connectBoard } from "#lib/board.ts";
import type { MacAddress } from "#lib/codec/mac-address.ts";
import { RequestType } from "#lib/radio/board/board-protocol.ts";
import { PLAIN } from "#lib/testing/radio-suite.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";
import { TestLine } from "#test/doubles/board-line.ts";
import { Firmware } from "#test/doubles/firmware.ts";

test("a board that is back is told everything again, in an order in which its firmware takes it", async () => {
  const clock = new VirtualClock();
  const line = new TestLine(new Firmware(), clock);
  const radio = await connectBoard(line, { clock });
  radio.setInterfaceActive(0, true);
  radio.start();
  radio.channel = 6;
  radio.peers.add("02:00:00:00:00:05" as MacAddress, PLAIN);
  await radio.stats();
  line.unplug();
  clock.wait(clock.now() + 100);
  line.requests.length = 0;
  line.plugged = true;
  clock.wait(clock.now() + 5000);
  const told = line.requests.map(({ type }) => type).filter((type) => type !== RequestType.ping);
  const { active, interface: wlan, channel, rate, addPeer } = RequestType;
  expect(told).toEqual([active, wlan, wlan, active, channel, rate, addPeer]);
  await radio[Symbol.asyncDispose]();
});
