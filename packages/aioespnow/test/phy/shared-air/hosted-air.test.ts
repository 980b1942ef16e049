import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BROADCAST } from "#lib/codec/mac-address.ts";
import { type HostAirOptions, type HostedAir, hostAir } from "#lib/phy/shared-air/hosted-air.ts";
import { meetingPlace } from "#lib/phy/shared-air/meeting-place.ts";
import type { SharedAirPhy } from "#lib/phy/shared-air/shared-air-phy.ts";
import { A, actionFrame, B, markOf } from "#lib/testing/action-frame.ts";
import { SystemClock } from "#lib/util/system-clock.ts";
import { ownAirs } from "#test/system/shared-air.ts";
import { joined, type Program, startProgram, transmit } from "./air-program.ts";

ownAirs();

let programs: Program[];
let airs: HostedAir[];

beforeEach(() => {
  programs = [];
  airs = [];
});

afterEach(async () => {
  for (const { member } of programs) member.close();
  for (const air of airs) await air[Symbol.asyncDispose]();
});

async function host(options?: HostAirOptions): Promise<HostedAir> {
  const air = await hostAir("lab", options);
  airs.push(air);
  return air;
}

async function start(): Promise<Program> {
  const program = startProgram(meetingPlace("lab"), new SystemClock());
  programs.push(program);
  await joined(program);
  return program;
}

/** Two stations of two programs, with addresses A and B. */
async function pair(): Promise<[SharedAirPhy, SharedAirPhy]> {
  const [a, b] = [(await start()).link.phy("esp32"), (await start()).link.phy("host")];
  a.setAckAddresses([A]);
  b.setAckAddresses([B]);
  await transmit(b, actionFrame(BROADCAST, 0)); // it is on the air from here on
  return [a, b];
}

/** The next change of a station, as its addresses. */
function nextChange(air: HostedAir): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const stop = air.observe((event) => {
      if (event.kind !== "station") return;
      stop();
      resolve([...event.station.addresses]);
    });
  });
}

describe("an air that a program hosts", () => {
  test("carries the frames of the others, and knows its stations and what they have sent", async () => {
    const air = await host({ seed: 7 });
    const [a, b] = await pair();
    const heard: unknown[] = [];
    b.onFrame = ({ bytes }) => void heard.push(markOf(bytes));
    expect(await transmit(a, actionFrame(B, 1))).toEqual({ status: "acked", attempts: 1 });
    expect(await transmit(a, actionFrame("02:00:00:00:00:99" as typeof A, 2))).toEqual({
      status: "no-ack",
      attempts: 6,
    });
    expect(heard).toEqual([1]);
    expect(air).toMatchObject({ name: "lab", seed: 7, isTakenOver: false });
    const [second, first] = air.stations.toSorted((x, y) => x.counts.messages - y.counts.messages);
    expect(first).toMatchObject({ addresses: [A], profile: "esp32", promiscuous: false });
    expect(first?.counts).toEqual({ messages: 2, frames: 7, acked: 1, noAck: 1 });
    expect(second).toMatchObject({ addresses: [B], profile: "host" });
    expect(second?.counts).toEqual({ messages: 1, frames: 1, acked: 0, noAck: 0 });
    expect(air.counters).toMatchObject({ frames: 8, acks: 1 });
    for (const { sinceMs } of air.stations) expect(sinceMs).toBeLessThanOrEqual(air.clock.now());
  });

  test("tells of each station that comes and goes, and of one whose address changes nothing", async () => {
    const air = await host();
    const on = nextChange(air);
    const [a] = await pair();
    expect([[A], [B]]).toContainEqual(await on);
    expect(air.stations).toHaveLength(2);
    const off = nextChange(air);
    a.setAckAddresses(["02:00:00:00:00:1a" as typeof A]);
    a.setAckAddresses([]);
    expect(await off).toEqual([]);
    const left = nextChange(air);
    programs[1]?.member.close();
    expect(await left).toEqual([]);
    expect(air.stations).toEqual([]);
  });

  test("loses frames by its model", async () => {
    const air = await host({ model: { frameLoss: 1 } });
    const [a] = await pair();
    expect((await transmit(a, actionFrame(B, 1))).status).toBe("no-ack");
    expect(air.counters.delivered).toBe(0);
    expect(air.counters.lost).toBeGreaterThan(0);
  });

  test("puts stations in their places, also those that come later, by each of their addresses", async () => {
    await host({
      positions: new Map([
        [A.toUpperCase(), { x: 0, y: 0 }],
        [B, { x: 9000, y: 0 }],
      ]),
    });
    const [a, b] = await pair();
    expect((await transmit(a, actionFrame(B, 1))).status).toBe("no-ack");
    // Another address, for which there is no place: 1 m from everybody.
    const elsewhere = "02:00:00:00:00:1b" as typeof B;
    b.setAckAddresses([elsewhere]);
    await transmit(b, actionFrame(BROADCAST, 0));
    expect((await transmit(a, actionFrame(elsewhere, 2))).status).toBe("acked");
    b.setAckAddresses([elsewhere, B]);
    await transmit(b, actionFrame(BROADCAST, 0));
    expect((await transmit(a, actionFrame(elsewhere, 3))).status).toBe("no-ack");
  });

  test("a station that is used again has left its place", async () => {
    await host({ positions: [[B, { x: 9000, y: 0 }]] });
    const [a, b] = await pair();
    await b[Symbol.asyncDispose]();
    const again = programs[0]?.link.phy("host") as SharedAirPhy;
    again.setAckAddresses(["02:00:00:00:00:1b" as typeof B]);
    await transmit(again, actionFrame(BROADCAST, 0));
    expect((await transmit(a, actionFrame("02:00:00:00:00:1b" as typeof B, 1))).status).toBe("acked");
  });
});

describe("who hosts", () => {
  test("it takes over from a program, which goes on as a guest, and hosts again when it is left", async () => {
    const [a] = await pair();
    const [first] = programs as [Program];
    expect(first.member.isHost).toBe(true);
    const air = await host();
    expect(air.isTakenOver).toBe(true);
    while (air.stations.length < 2) await transmit(a, actionFrame(B, 1));
    expect(first.member.isHost).toBe(false);
    expect(air.stations.map(({ addresses }) => addresses[0]).toSorted()).toEqual([A, B]);

    await air[Symbol.asyncDispose]();
    expect(await air.ended).toBeUndefined();
    while ((await transmit(a, actionFrame(B, 2))).status !== "acked");
    expect(programs.filter(({ member }) => member.isHost)).toHaveLength(1);
  });

  test("the newest of several hosts stays, and the others are told", async () => {
    const first = await host();
    const second = await host();
    expect(await first.ended).toMatchObject({
      code: "ERR_RADIO_DOWN",
      message: expect.stringContaining('the air "lab" is hosted here no more: another program hosts it now'),
    });
    await start();
    expect(second.isTakenOver).toBe(true);
    expect(programs[0]?.member.isHost).toBe(false);
  });

  test("where a host was killed, nobody is taken over from", async () => {
    const directory = join(process.env["XDG_RUNTIME_DIR"] as string, "aioespnow");
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, "lab.3.sock"), ""); // what is left of a socket is refused
    expect((await host()).isTakenOver).toBe(false);
    expect(readdirSync(directory)).toEqual(["lab.4.sock"]);
  });
});

test.each<[string, HostAirOptions, string]>([
  ["a seed", { seed: -1 }, "seed must be"],
  ["a loss", { model: { frameLoss: 1.5 } }, "frameLoss must be 0..1, not number 1.5"],
  ["an address", { positions: [["kitchen", { x: 0, y: 0 }]] }, "positions must"],
  ["a place", { positions: [[A, { x: 0, y: Number.NaN }]] }, "position must be { x, y, z? } in meters"],
])("%s that is none is refused", async (_, options, message) => {
  await expect(host(options)).rejects.toThrow(message);
});

test("a name that cannot be one is refused", async () => {
  await expect(hostAir("a/b")).rejects.toThrow(RangeError);
});
