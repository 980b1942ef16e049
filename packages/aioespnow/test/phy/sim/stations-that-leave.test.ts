import { expect, test } from "vitest";
import type { MacAddress } from "#lib/codec/mac-address.ts";
import { sleep } from "#lib/espnow/sleep.ts";
import type { TransmitResult } from "#lib/phy/phy.ts";
import { Air } from "#lib/phy/sim/air.ts";
import { A, AT_1M, actionFrame, B } from "#lib/testing/action-frame.ts";

/** Time passes on the air. */
const pass = (air: Air, ms = 1): Promise<void> => sleep(ms, { radio: { clock: air.clock } as never });

function address(number: number): MacAddress {
  return `02:01:${number
    .toString(16)
    .padStart(8, "0")
    .replaceAll(/..(?=.)/g, "$&:")}` as MacAddress;
}

test("10,240 stations that come and go take the place of one", async () => {
  const air = new Air();
  air.phy({ mac: A });
  for (let i = 0; i < 10_240; i++) {
    const phy = air.phy({ mac: address(i), promiscuous: i % 2 === 0 });
    expect(phy.station).toBeLessThanOrEqual(64);
    await phy[Symbol.asyncDispose]();
    if (i % 32 === 31) await pass(air, 0.1);
  }
  expect(air.stationCount).toBe(1);
});

test("those that leave while they send, wait for an ACK, acknowledge or sleep give their number back later", async () => {
  const air = new Air();
  const b = air.phy({ mac: B });
  const results: TransmitResult[] = [];
  let highest = 0;
  for (let i = 0; i < 400; i++) {
    const phy = air.phy({ mac: address(i), wake: { intervalMs: 20, windowMs: 10 } });
    highest = Math.max(highest, phy.station);
    phy.transmit(actionFrame(B, i & 0xff), AT_1M, (result) => void results.push(result));
    b.transmit(actionFrame(address(i), i & 0xff), AT_1M, () => undefined);
    await pass(air, (i % 40) / 8); // it leaves at another moment each time
    await phy[Symbol.asyncDispose]();
  }
  await pass(air, 100);
  expect(results).toHaveLength(400); // each frame has its result, once
  expect(highest).toBeLessThan(20);
  expect(air.phy().station).toBeLessThan(20);
});

test("a station in the place of another has nothing of it: not its links, nor its power, position or sleep", async () => {
  const air = new Air();
  const b = air.phy({ mac: B, position: { x: 0, y: 0 } });
  const former = air.phy({ mac: A, position: { x: 5, y: 0 }, txPower: 2, channel: 6 });
  former.setLink(b, { loss: Number.POSITIVE_INFINITY });
  b.setLink(former, { loss: Number.POSITIVE_INFINITY });
  await former[Symbol.asyncDispose]();
  await pass(air);
  const a = air.phy({ mac: A, position: { x: 10, y: 0 } });
  expect(a.station).toBe(former.station);
  const heard: (number | undefined)[] = [];
  b.onFrame = ({ rssi }) => void heard.push(rssi);
  const acked = await new Promise((resolve) => a.transmit(actionFrame(B, 1), AT_1M, resolve));
  expect(acked).toMatchObject({ status: "acked", attempts: 1 });
  const fresh = new Air();
  const expected: (number | undefined)[] = [];
  fresh.phy({ mac: B, position: { x: 0, y: 0 } }).onFrame = ({ rssi }) => void expected.push(rssi);
  const other = fresh.phy({ mac: A, position: { x: 10, y: 0 } });
  await new Promise((resolve) => other.transmit(actionFrame(B, 1), AT_1M, resolve));
  expect(heard).toEqual(expected);
});

test("what is done to a station that has left does nothing to the one in its place", async () => {
  const air = new Air();
  const b = air.phy({ mac: B });
  const former = air.phy({ mac: A });
  await former[Symbol.asyncDispose]();
  await pass(air);
  const a = air.phy({ mac: A });
  expect(a.station).toBe(former.station);
  former.setChannel(6);
  former.setTxPower(-100);
  former.setPosition({ x: 1e6, y: 0 });
  former.setAckAddresses([]);
  former.setLink(b, { delivery: 0 });
  b.setLink(former, { delivery: 0 });
  await former[Symbol.asyncDispose]();
  const acked = await new Promise((resolve) => a.transmit(actionFrame(B, 1), AT_1M, resolve)); // b to a: the ACK
  expect(acked).toMatchObject({ status: "acked", attempts: 1 });
});

test("of 10,240 shared addresses 1024 are warned of, all are counted", async () => {
  const air = new Air();
  const [a, b] = [air.phy(), air.phy()];
  let warnings = 0;
  air.onWarning = () => void warnings++;
  for (let i = 0; i < 10_240; i++) {
    a.setAckAddresses([address(i)]);
    b.setAckAddresses([address(i)]);
    a.setAckAddresses([]);
  }
  expect(warnings).toBe(1024);
  expect(air.counters.duplicateAddresses).toBe(10_240);
});
