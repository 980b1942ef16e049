import { beforeEach, describe, expect, test } from "vitest";
import type { MacAddress } from "#lib/codec/mac-address.ts";
import { WLAN } from "#lib/espnow/wlan.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { Wire } from "#test/doubles/wire.ts";

const MAC = "02:00:00:00:00:0a" as MacAddress;
let radio: SoftMacRadio;
let station: WLAN;

beforeEach(() => {
  radio = new SoftMacRadio(new Wire().phy(), { mac: MAC });
  station = new WLAN(WLAN.IF_STA, radio);
});

test("an interface is down at first; active brings it up and down", () => {
  expect(station.active()).toBe(false);
  expect(station.active(true)).toBe(true);
  expect(new WLAN(WLAN.IF_STA, radio).active()).toBe(true);
  expect(new WLAN(WLAN.IF_AP, radio).active()).toBe(false);
  expect(station.active(false)).toBe(false);
});

test("each interface has its address", () => {
  expect(station.config("mac")).toBe(MAC);
  expect(new WLAN(WLAN.IF_AP, radio).config("mac")).toBe("02:00:00:00:00:0b");
});

test("settings can be read back, also through another object; channel, power and protocol are the radio's", () => {
  station.config({ channel: 6, pm: WLAN.PM_NONE, txpower: 10, protocol: 8 });
  const same = new WLAN(WLAN.IF_STA, radio);
  expect([same.config("channel"), same.config("pm"), same.config("txpower"), same.config("protocol")]).toEqual([
    6, 0, 10, 8,
  ]);
  expect([radio.channel, radio.txPower, radio.protocol]).toEqual([6, 10, 8]);
});

describe("what is refused changes nothing", () => {
  test.each<[object, typeof TypeError | typeof RangeError]>([
    [{ channel: 6, pm: 3 }, RangeError],
    [{ channel: 6, txpower: 100 }, RangeError],
    [{ channel: 0 }, RangeError],
    [{ channel: 6, protocol: 32 }, RangeError],
    [{ channel: 6, ssid: "x" }, TypeError],
  ])("%o", (values, type) => {
    expect(() => station.config(values)).toThrow(type);
    expect([radio.channel, radio.txPower, station.config("pm"), station.config("protocol")]).toEqual([1, 20, 1, 7]);
  });

  test("reading what is not there", () => {
    expect(() => station.config("ssid" as never)).toThrow('unknown config param "ssid"');
  });

  test("an interface that there is not", () => {
    expect(() => new WLAN(2 as never, radio)).toThrow(RangeError);
    const single = new SoftMacRadio(new Wire().phy({ maxAckAddresses: 1 }));
    expect(() => new WLAN(WLAN.IF_AP, single)).toThrow(expect.objectContaining({ code: "ENOTSUP" }));
  });
});

test("there is no access point: not connected, idle, and disconnect does nothing", () => {
  station.disconnect();
  expect([station.isConnected(), station.status()]).toEqual([false, 1000]);
});
