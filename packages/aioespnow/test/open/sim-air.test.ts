import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BROADCAST, type MacAddress } from "#lib/codec/mac-address.ts";
import { AIOESPNow } from "#lib/espnow/aioespnow.ts";
import { sleep } from "#lib/espnow/sleep.ts";
import { WLAN } from "#lib/espnow/wlan.ts";
import { Air, EXACT_MODEL, PROFILES, type SimRadio, type SimRadioOptions, SystemClock } from "#lib/sim.ts";
import { pattern } from "#lib/testing/radio-suite.ts";

const ABSENT = "02:00:00:00:0a:0b" as MacAddress;

let air: Air;

beforeEach(() => {
  air = new Air({ seed: 1, model: EXACT_MODEL });
});

afterEach(() => air[Symbol.asyncDispose]());

function node(options: SimRadioOptions = {}): { radio: SimRadio; e: AIOESPNow; mac: MacAddress } {
  const radio = air.radio(options);
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  return { radio, e, mac: radio.address(0) };
}

describe("addresses", () => {
  const addresses = (seed: number): MacAddress[] => {
    const air = new Air({ seed });
    return Array.from({ length: 100 }, () => air.radio().address(0));
  };

  test("are random, distinct, local unicast ones, the same for the same seed", () => {
    const first = addresses(7);
    expect(new Set(first).size).toBe(100);
    for (const mac of first) expect(Number.parseInt(mac.slice(0, 2), 16) & 0b11).toBe(0b10);
    expect(addresses(7)).toEqual(first);
    expect(addresses(8)).not.toEqual(first);
  });

  test("may be given", () => {
    expect(air.radio({ mac: ABSENT }).address(0)).toBe(ABSENT);
  });
});

describe("profiles", () => {
  const UNLIMITED = { maxPeers: Number.POSITIVE_INFINITY, maxEncryptedPeers: Number.POSITIVE_INFINITY };

  test.each([
    [undefined, { maxDataLength: 1470, maxPeers: 20, maxEncryptedPeers: 7 }],
    ["esp32", { maxDataLength: 1470, maxPeers: 20, maxEncryptedPeers: 7 }],
    ["esp8266", { maxDataLength: 250, maxPeers: 20, maxEncryptedPeers: 7 }],
    ["host", { maxDataLength: 1470, ...UNLIMITED }],
  ] as const)("%s has its limits", (profile, capabilities) => {
    const options = profile === undefined ? {} : { profile };
    expect(air.radio(options).capabilities).toMatchObject({ ...capabilities, interfaces: [0, 1], attempts: true });
  });

  test.each([
    ["esp32", 32],
    ["host", 256],
  ] as const)("an %s has %i transmit buffers", (profile, buffers) => {
    const { e, radio } = node({ profile });
    e.addPeer(ABSENT);
    const flood = (): void => {
      for (let i = 0; i < 1000; i++) radio.send(ABSENT, pattern(1), () => undefined);
    };
    expect(flood).toThrow(`${buffers} of ${buffers} are in use, 1 more is needed`);
  });

  test("an esp8266 sends version 1, in its family's addressing, and hears no broadcasts", async () => {
    const [old, other] = [node({ profile: "esp8266", mac: "5c:cf:7f:00:00:01" as MacAddress }), node()];
    expect(old.radio.address(1)).toBe("5e:cf:7f:00:00:01");
    const frames: Uint8Array[] = [];
    air.observe((event) => event.kind === "transmission" && frames.push(event.transmission.frame.slice()));
    old.e.addPeer(other.mac);
    expect(await old.e.asend(other.mac, "x")).toBe(true);
    expect(frames[0]?.[38]).toBe(0x01); // version, in the vendor element
    expect(frames[0]?.slice(16, 22)).toEqual(frames[0]?.slice(4, 10)); // address 3 is the destination
    other.e.addPeer(BROADCAST);
    other.e.addPeer(old.mac);
    await other.e.asend(BROADCAST, "to all");
    await other.e.asend(old.mac, "to you");
    expect(old.e.stats().rxPackets).toBe(1);
  });

  test("one of one's own is an ESP32 but for what was changed", async () => {
    const { e, radio } = node({ profile: { ...PROFILES.esp32, retryLimit: 32, queueLimit: 2 } });
    e.addPeer(ABSENT);
    expect(await e.asendReport(ABSENT, "x")).toEqual({ status: "no-ack", attempts: 32 });
    expect(radio.capabilities).toMatchObject({ maxDataLength: 1470, maxPeers: 20 });
  });

  test("its limits can be overridden one by one", () => {
    const { capabilities } = air.radio({ profile: "host", version: 1, maxPeers: 2 });
    expect(capabilities).toMatchObject({
      maxDataLength: 250,
      maxPeers: 2,
      maxEncryptedPeers: Number.POSITIVE_INFINITY,
    });
  });
});

describe("options of the medium", () => {
  test("position and power decide how well a station is heard, and whether", async () => {
    const receiver = node({ position: { x: 0, y: 0 } });
    const near = node({ position: { x: 10, y: 0 } });
    const weak = node({ position: { x: 10, y: 0 }, txPower: 5 });
    const far = node({ position: { x: 5000, y: 0 } });
    const acknowledged: boolean[] = [];
    for (const { e } of [near, weak, far]) {
      e.addPeer(receiver.mac);
      acknowledged.push(await e.asend(receiver.mac, "x"));
    }
    expect(acknowledged).toEqual([true, true, false]);
    expect(weak.radio.txPower).toBe(5);
    while (receiver.e.any()) receiver.e.recv(0);
    expect([near, weak].map(({ mac }) => receiver.e.peersTable.get(mac)?.[0])).toEqual([-50, -65]);
  });

  test("a station can be moved while it runs", async () => {
    const [receiver, walker] = [node({ position: { x: 0, y: 0 } }), node({ position: { x: 1, y: 0 } })];
    walker.e.addPeer(receiver.mac);
    expect(await walker.e.asend(receiver.mac, "x")).toBe(true);
    walker.radio.phy.setPosition({ x: 10_000, y: 0 });
    expect(await walker.e.asend(receiver.mac, "x")).toBe(false);
  });

  test("radios begin on the channel that is given, and hear only each other", async () => {
    const [a, b, c] = [node({ channel: 6 }), node({ channel: 6 }), node()];
    expect([a, b, c].map(({ radio }) => radio.channel)).toEqual([6, 6, 1]);
    for (const { mac } of [b, c]) a.e.addPeer(mac);
    expect([await a.e.asend(b.mac, "x"), await a.e.asend(c.mac, "x")]).toEqual([true, false]);
  });

  test("a station that sleeps hears in its windows only", async () => {
    const [sleeper, caller] = [node({ wake: { intervalMs: 1000, windowMs: 100 } }), node()];
    caller.e.addPeer(sleeper.mac);
    const heard: boolean[] = [];
    for (const ms of [50, 500, 1050]) {
      await sleep(ms - caller.radio.clock.now(), { radio: caller.radio });
      heard.push(await caller.e.asend(sleeper.mac, "awake?"));
    }
    expect(heard).toEqual([true, false, true]);
  });

  test.each<[SimRadioOptions, string]>([
    [{ channel: 15 }, "channel must be"],
    [{ txPower: 99 }, "txpower must be from 2 to 21 dBm"],
    [{ position: { x: Number.NaN, y: 0 } }, "position must be { x, y, z? } in meters"],
    [{ wake: { intervalMs: 100, windowMs: 200 } }, "wake must have a window shorter than its interval"],
  ])("%o is refused", (options, message) => {
    expect(() => air.radio(options)).toThrow(RangeError);
    expect(() => air.radio(options)).toThrow(message);
  });
});

describe("time", () => {
  test("is virtual unless another clock is given", () => {
    expect(air.clock.kind).toBe("virtual");
    const clock = new SystemClock();
    expect(new Air({ clock }).radio().clock).toBe(clock);
  });

  test("stands still while it is held, and a blocking call says who holds it", async () => {
    const { radio, e } = node();
    const hold = air.hold("a database");
    expect(() => e.recv(10)).toThrow('blocking on a virtual clock that "a database" holds');
    const sleeping = sleep(1000, { radio });
    await new Promise((resolve) => setImmediate(resolve)); // real input and output
    expect(air.clock.now()).toBe(0);
    hold.release();
    await sleeping;
    expect(air.clock.now()).toBe(1000);
  });

  test("goes the same way with the same seed, and another with another", async () => {
    const times = async (seed: number): Promise<number[]> => {
      air = new Air({ seed });
      const [a, b] = [node({ profile: "host" }), node({ profile: "host" })];
      a.e.addPeer(b.mac);
      await Promise.all(Array.from({ length: 20 }, (_, i) => a.e.asend(b.mac, pattern(i + 1))));
      const heard: number[] = [];
      const slot = { mac: null, msg: new Uint8Array(250), rssi: 0, timeMs: 0 };
      while (b.e.recvInto(slot, 0) > 0) heard.push(slot.timeMs);
      return heard;
    };
    const first = await times(5);
    expect(first).toHaveLength(20);
    expect(await times(5)).toEqual(first);
    expect(await times(6)).not.toEqual(first);
  });
});

describe("disposing of the air", () => {
  test("closes its radios: iterations end, sends on their way fail, new ones are refused", async () => {
    const [a, b] = [node(), node()];
    a.e.addPeer(b.mac);
    const iteration = b.e[Symbol.asyncIterator]().next();
    const report = a.e.asendReport(b.mac, "x");
    const sent = a.e.asend(b.mac, "x");
    await air[Symbol.asyncDispose]();
    await air[Symbol.asyncDispose]();
    expect(await iteration).toEqual({ done: true, value: undefined });
    expect(await report).toMatchObject({ status: "failed", error: { code: "ERR_RADIO_CLOSED" } });
    expect(await sent).toBe(false);
    await expect(a.e.asend(b.mac, "x")).rejects.toMatchObject({ code: "ERR_RADIO_CLOSED" });
  });
});

test("packet numbers are the air's: two radios with one address and one key never repeat one", async () => {
  const keyed = { lmk: "0123456789abcdef" };
  const mac = "02:00:00:00:00:aa" as MacAddress;
  const numbers: number[] = [];
  air.observe((event) => {
    if (event.kind === "transmission") numbers.push(event.transmission.frame[24] as number); // PN0 of the CCMP header
  });
  for (const { e, radio } of [node({ mac }), node({ mac })]) {
    e.addPeer(ABSENT, keyed);
    await e.asend(ABSENT, "x");
    radio.setInterfaceActive(0, false);
  }
  expect([...new Set(numbers)]).toEqual([1, 2]);
});

test("observers are told of every transmission, and of stations that come and go", async () => {
  const told: unknown[] = [];
  const stop = air.observe((event) => {
    if (event.kind === "station") told.push([event.station.station, event.station.addresses.length]);
    else told.push(event.transmission.isAck ? "ack" : "frame");
  });
  const [a, b] = [node(), node()];
  a.e.addPeer(b.mac);
  await a.e.asend(b.mac, "x");
  b.radio.setInterfaceActive(0, false);
  await a.radio[Symbol.asyncDispose]();
  expect(told).toEqual([[0, 1], [1, 1], "frame", "ack", [1, 0], [0, 0]]);
  stop();
  a.e.active(true);
  expect(told).toHaveLength(6);
  expect(() => air.observe(undefined as never)).toThrow(TypeError);
});
