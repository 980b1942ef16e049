import { expect, test } from "vitest";
import type { MacAddress } from "#lib/codec/mac-address.ts";
import { HeardPeers } from "#lib/espnow/heard-peers.ts";

function station(number: number): MacAddress {
  return `02:01:${number
    .toString(16)
    .padStart(8, "0")
    .replaceAll(/..(?=.)/g, "$&:")}` as MacAddress;
}

test("of 10,240 stations 1024 are in the table: those that were heard last, in the order in which they were first heard", () => {
  const heard = new HeardPeers();
  for (let i = 0; i < 10_240; i++) {
    heard.update(station(i), -i, i);
    heard.update(station(0), -i, i); // heard again and again, so that it stays
    expect(heard.table.size).toBeLessThanOrEqual(1024);
  }
  expect([...heard.table.keys()].slice(0, 2)).toEqual([station(0), station(10_240 - 1023)]);
  expect(heard.table.get(station(0))).toEqual([-10_239, 10_239]);
  expect(heard.forgotten).toBe(10_240 - 1024);
});

test("a hundred thousand strangers take no search each", () => {
  const heard = new HeardPeers();
  const start = performance.now();
  for (let i = 0; i < 100_000; i++) heard.update(station(i), 0, i);
  expect(performance.now() - start).toBeLessThan(2000); // with one it takes 6 s on an idle machine
});
