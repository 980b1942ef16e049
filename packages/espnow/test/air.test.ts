import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AirCounters, AirStation, HostedAirEvent, StationCounts } from "aioespnow/air";
import { VirtualClock } from "aioespnow/sim";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AirDisplay } from "#cli/output/air-display.ts";
import { readPositions } from "#cli/radio/positions-file.ts";
import { toMac } from "#lib/codec/mac-address.ts";
import { newCounters } from "#lib/phy/sim/counters.ts";
import { transcript } from "./transcript.ts";

const A = toMac("02:00:00:00:00:0a");
const B = toMac("02:00:00:00:00:0b");

/** An air on which happens what the test says. */
class StagedAir {
  readonly clock = new VirtualClock();
  readonly counters: AirCounters = newCounters();
  readonly #listeners: ((event: HostedAirEvent) => void)[] = [];

  observe(listener: (event: HostedAirEvent) => void): () => void {
    this.#listeners.push(listener);
    return () => undefined;
  }

  tell(station: AirStation): void {
    for (const listener of this.#listeners) listener({ kind: "station", station });
  }

  station(mac: typeof A, profile: AirStation["profile"] = "esp32"): StagedStation {
    return new StagedStation(this, mac, profile);
  }

  pass(seconds: number): void {
    this.clock.wait(this.clock.now() + 1000 * seconds);
  }
}

class StagedStation implements AirStation {
  readonly profile: AirStation["profile"];
  readonly promiscuous = false;
  readonly sinceMs: number;
  readonly counts: StationCounts = { messages: 0, frames: 0, acked: 0, noAck: 0 };
  addresses: AirStation["addresses"];
  readonly #air: StagedAir;

  constructor(air: StagedAir, mac: typeof A, profile: AirStation["profile"]) {
    this.#air = air;
    this.profile = profile;
    this.addresses = [mac];
    this.sinceMs = air.clock.now();
    air.tell(this);
  }

  send(attempts: number, isAcked: boolean): void {
    this.counts.messages++;
    this.counts.frames += attempts;
    this.counts[isAcked ? "acked" : "noAck"]++;
    this.#air.counters.frames += attempts;
    this.#air.counters.delivered += isAcked ? 1 : 0;
    this.#air.counters.lost += isAcked ? attempts - 1 : attempts;
  }

  leave(): void {
    this.addresses = [];
    this.#air.tell(this);
  }
}

describe("what espnow air shows", () => {
  test("nodes that come and go, and what each sent in a period, in rates", () => {
    const [air, out] = [new StagedAir(), transcript()];
    air.pass(100); // before it was watched
    const display = new AirDisplay(air, out.output);
    air.pass(0.5);
    const a = air.station(A);
    const b = air.station(B, "host");
    for (let i = 0; i < 9; i++) a.send(1, true);
    a.send(6, false);
    air.pass(1.5);
    display.showTraffic();
    a.send(2, true);
    a.leave();
    air.pass(2);
    display.showTraffic();
    air.pass(2);
    display.showTraffic();
    b.leave();
    expect(out.stdout.lines).toEqual([
      "   0.500000  + 02:00:00:00:00:0a  esp32",
      "   0.500000  + 02:00:00:00:00:0b  host",
      "   2.000000  2 nodes: 5.0 messages/s, 7.5 frames/s; 4.5 received/s, 3.0 lost/s, 0.0 collided/s",
      "               02:00:00:00:00:0a  esp32 since 0.5 s: 5.0 messages/s, 7.5 frames/s, 1 of 10 not acknowledged",
      "   2.000000  - 02:00:00:00:00:0a  after 1.5 s: 11 messages, 17 frames, 1 not acknowledged",
      "   4.000000  1 node: 0.5 messages/s, 1.0 frames/s; 0.5 received/s, 0.5 lost/s, 0.0 collided/s",
      "               02:00:00:00:00:0a  esp32 since 0.5 s: 0.5 messages/s, 1.0 frames/s, 0 of 1 not acknowledged",
      "   6.000000  - 02:00:00:00:00:0b  after 5.5 s: 0 messages, 0 frames, 0 not acknowledged",
    ]);
  });

  test("an address that both interfaces of a station have is listed once", () => {
    for (const json of [false, true]) {
      const [air, out] = [new StagedAir(), transcript({ json })];
      new AirDisplay(air, out.output);
      const station = air.station(A);
      station.addresses = [B, A, B];
      air.tell(station);
      if (json) expect(out.stdout.records.at(-1)).toMatchObject({ event: "on", addresses: [B, A] });
      else expect(out.stdout.lines.at(-1)).toBe(`   0.000000  + ${B}, ${A}  esp32`);
    }
  });

  test("programs are given a line for every event and every period, with counts", () => {
    const [air, out] = [new StagedAir(), transcript({ json: true })];
    const display = new AirDisplay(air, out.output);
    const a = air.station(A);
    a.send(3, true);
    air.pass(1);
    display.showTraffic();
    a.leave();
    air.pass(1);
    display.showTraffic();
    const counts = { messages: 1, frames: 3, acked: 1, noAck: 0 };
    const none = { messages: 0, frames: 0, received: 0, lost: 0, collided: 0 };
    const node = { mac: A, profile: "esp32", since: 0 };
    expect(out.stdout.records).toEqual([
      { event: "on", time: 0, mac: A, addresses: [A], profile: "esp32", promiscuous: false },
      {
        event: "traffic",
        time: 1,
        seconds: 1,
        messages: 1,
        frames: 3,
        received: 1,
        lost: 2,
        collided: 0,
        nodes: [{ ...node, ...counts }],
      },
      { event: "off", time: 1, mac: A, since: 0, ...counts },
      {
        event: "traffic",
        time: 2,
        seconds: 1,
        ...none,
        nodes: [{ ...node, messages: 0, frames: 0, acked: 0, noAck: 0 }],
      },
    ]);
  });
});

describe("the file of positions", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "positions-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function read(text: string): ReturnType<typeof readPositions> {
    const file = join(folder, "room.json");
    writeFileSync(file, text);
    return readPositions(file);
  }

  test("has places in meters by address, in any of its forms", () => {
    const places = read(`{ "${A}": { "x": 0, "y": -1.5 }, "02-00-00-00-00-0B": { "x": 1, "y": 2, "z": 3 } }`);
    expect([...places]).toEqual([
      [A, { x: 0, y: -1.5 }],
      [B, { x: 1, y: 2, z: 3 }],
    ]);
    expect([...read("{}")]).toEqual([]);
  });

  test.each([
    ["no JSON", "x: 1", /room\.json: .*JSON/],
    ["a list", "[]", /room\.json: it must be an object such as/],
    ["no address", '{ "kitchen": { "x": 0, "y": 0 } }', /room\.json: an address must look like .*"kitchen"/],
    ["an address twice", `{ "${A}": { "x": 0, "y": 0 }, "02000000000A": { "x": 1, "y": 0 } }`, /0a is there twice$/],
    ["half a place", `{ "${A}": { "x": 0 } }`, /the position of 02:00:00:00:00:0a must be/],
    ["a place in words", `{ "${A}": { "x": "0", "y": 0 } }`, /the position of 02:00:00:00:00:0a must be/],
    ["no place", `{ "${A}": null }`, /the position of 02:00:00:00:00:0a must be/],
    ["a misspelt name", `{ "${A}": { "x": 0, "y": 0, "Z": 3 } }`, /the position of 02:00:00:00:00:0a must be/],
  ])("with %s in it is refused, and says what is accepted", (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
