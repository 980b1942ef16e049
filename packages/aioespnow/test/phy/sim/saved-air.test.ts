import { describe, expect, test } from "vitest";
import { BROADCAST } from "#lib/codec/mac-address.ts";
import type { TransmitResult } from "#lib/phy/phy.ts";
import { Air, type AirState } from "#lib/phy/sim/air.ts";
import { DEFAULT_MODEL, EXACT_MODEL } from "#lib/phy/sim/air-model.ts";
import { PROFILES, type ProfileName } from "#lib/phy/sim/profile.ts";
import type { SimPhy } from "#lib/phy/sim/sim-phy.ts";
import type { StationMacState } from "#lib/phy/sim/station-mac-state.ts";
import { toHex } from "#lib/util/bytes.ts";
import { SeededRandom } from "#lib/util/rng.ts";
import { systemClock } from "#lib/util/system-clock.ts";
import { AT_1M, frameTo, mac } from "./air-fixture.ts";

const STATIONS = 24;
const END_MS = 400;
const NAMES = Object.keys(PROFILES) as ProfileName[];

/** What stations are to do, and when. */
interface Order {
  readonly atMs: number;
  readonly station: number;
  readonly to: number;
  readonly mark: number;
}

function ordersOf(seed: number): Order[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: 600 }, (_, mark) => ({
    atMs: random.float() * END_MS,
    station: random.below(STATIONS),
    to: random.below(STATIONS + 2),
    mark: mark % 256,
  })).sort((a, b) => a.atMs - b.atMs);
}

/** A saved air, its stations, and how many frames each of them waits for. */
interface Saved {
  readonly air: AirState;
  readonly stations: readonly StationMacState[];
}

/** A crowded air with losses, fading, sleep, movement and a hidden terminal, that follows orders and notes what happens. */
class Crowd {
  readonly notes: string[] = [];
  readonly #air: Air;
  readonly #orders: readonly Order[];
  readonly #phys: readonly SimPhy[];

  constructor(seed: number) {
    const model = { ...DEFAULT_MODEL, frameLoss: 0.05, fading: { goodMs: 20, badMs: 5, loss: 15 } };
    this.#air = new Air({ seed, model });
    this.#air.observe((event) => {
      if (event.kind !== "transmission") return;
      const { station, startUs, endUs, rate, frame } = event.transmission;
      this.notes.push(`${startUs}-${endUs} ${station} ${rate} ${toHex(frame)}`);
    });
    this.#orders = ordersOf(seed);
    this.#phys = Array.from({ length: STATIONS }, (_, n) => {
      const place = n % 4 === 3 ? {} : { position: { x: 17 * n, y: (31 * n) % 90 } };
      const profile = NAMES[n % NAMES.length] as ProfileName;
      const phy = this.#air.phy({ mac: mac(n), profile, channel: n % 3 === 0 ? 6 : 1, ...place });
      phy.onFrame = ({ rssi, timeMs }) => this.notes.push(`${timeMs} ${n} hears ${rssi}`);
      if (n % 6 === 5) phy.setWake({ intervalMs: 50, windowMs: 15 });
      return phy;
    });
    this.#phys[0]?.setLink(this.#phys[3] as SimPhy, { loss: Number.POSITIVE_INFINITY });
    this.#phys[1]?.setLink(this.#phys[2] as SimPhy, { delivery: 0.5 });
  }

  get nowMs(): number {
    return this.#air.clock.now();
  }

  run(untilMs: number): this {
    const { clock } = this.#air;
    for (const order of this.#orders) {
      if (order.atMs < clock.now() || order.atMs > untilMs) continue;
      clock.schedule(order.atMs, () => this.#follow(order));
    }
    clock.schedule(untilMs, () => clock.delivered());
    while (clock.now() < untilMs) clock.wait(untilMs);
    return this;
  }

  reseed(seed: number): this {
    this.#air.reseed(seed);
    return this;
  }

  save(): Saved {
    return structuredClone({ air: this.#air.save(), stations: this.#phys.map((phy) => phy.save()) });
  }

  load(saved: Saved): this {
    const { air, stations } = structuredClone(saved);
    this.#air.load(air);
    for (const [n, phy] of this.#phys.entries()) phy.load(stations[n] as StationMacState, () => this.#done(n));
    return this;
  }

  #follow({ station, to, mark }: Order): void {
    const phy = this.#phys[station] as SimPhy;
    if (mark % 50 === 0) phy.setPosition({ x: mark, y: station });
    if (mark % 70 === 0) phy.setTxPower(5);
    phy.transmit(
      frameTo(to < STATIONS ? mac(to) : BROADCAST, station, mark),
      { rate: 0, noAck: mark % 9 === 0 },
      this.#done(station),
    );
  }

  #done(station: number): (result: TransmitResult) => void {
    return (result) => this.notes.push(`${this.nowMs} ${station} ${result.status}`);
  }
}

describe("the saved state of an air", () => {
  test("an air that is saved and loaded, into itself or another, goes on as it would have, byte for byte", () => {
    const seed = 3;
    const whole = new Crowd(seed).run(END_MS).notes;
    const random = new SeededRandom(11);
    let [onTheAir, waiting] = [0, 0];
    for (let moment = 0; moment < 10; moment++) {
      const atMs = random.float() * END_MS;
      const crowd = new Crowd(seed).run(atMs);
      const before = [...crowd.notes];
      const saved = crowd.save();
      onTheAir += saved.air.engine.medium.flights.flights.filter((flight) => flight !== undefined).length;
      waiting += saved.stations.reduce((sum, { frames }) => sum + frames.length, 0);
      expect([...before, ...new Crowd(seed).load(saved).run(END_MS).notes]).toEqual(whole);
      crowd.run(Math.min(atMs + 30, END_MS)).notes.length = 0;
      expect([...before, ...crowd.load(saved).run(END_MS).notes]).toEqual(whole);
    }
    expect(onTheAir).toBeGreaterThan(3);
    expect(waiting).toBeGreaterThan(30);
  });

  test("a frame that is being received when the air is saved is spoiled by what begins afterwards", () => {
    // Four stations that all hear each other, but for the first: only the second hears it, 4 dB above the others. It bears
    // one of them at a time, not both.
    const made = (): { air: Air; phys: SimPhy[]; heard: number[] } => {
      const air = new Air({ model: EXACT_MODEL });
      const phys = Array.from({ length: 4 }, (_, n) => air.phy({ mac: mac(n), profile: "host" }));
      const [first, second, third, fourth] = phys as [SimPhy, SimPhy, SimPhy, SimPhy];
      first.setLink(second, { loss: 36 });
      for (const other of [third, fourth]) first.setLink(other, { loss: Number.POSITIVE_INFINITY });
      const heard: number[] = [];
      second.onFrame = ({ bytes }) => heard.push(bytes.at(-1) as number);
      return { air, phys, heard };
    };
    const send = ({ phys }: { phys: SimPhy[] }, from: number): void =>
      phys[from]?.transmit(frameTo(BROADCAST, from, from), AT_1M, () => undefined);
    const whatIsHeard = (senders: readonly number[]): number[] => {
      const before = made();
      send(before, 0);
      before.air.clock.wait(0.1);
      const after = made();
      const saved = structuredClone({ air: before.air.save(), stations: before.phys.map((phy) => phy.save()) });
      after.air.load(saved.air);
      for (const [n, phy] of after.phys.entries())
        phy.load(saved.stations[n] as StationMacState, () => () => undefined);
      for (const sender of senders) send(after, sender);
      after.air.clock.wait(10);
      return after.heard;
    };
    expect(whatIsHeard([2])).toEqual([0]);
    expect(whatIsHeard([2, 3])).toEqual([]);
  });

  test("a branch of an air has other chances from then on, and the same ones for the same seed", () => {
    const saved = new Crowd(5).run(100).save();
    const branch = (seed: number): string[] => new Crowd(5).load(saved).reseed(seed).run(END_MS).notes;
    expect(branch(1)).not.toEqual(branch(2));
    expect(branch(1)).toEqual(branch(1));
  });

  test("an air in real time, and one with other stations, refuse", () => {
    const real = new Air({ clock: systemClock });
    expect(() => real.save()).toThrow("this air is in real time");
    const air = new Air();
    air.phy();
    const state = air.save();
    air.phy();
    expect(() => air.load(state)).toThrow("the air has stations 0,1, and those of the saved state are 0");
  });

  test("a station that is about to leave, and code that waits, hold up a snapshot", async () => {
    const air = new Air();
    const phy = air.phy({ mac: mac(1) });
    void phy[Symbol.asyncDispose]();
    expect(() => air.save()).toThrow("a station is about to leave the air");
    air.clock.wait(1);
    air.save();
    air.clock.asyncWaits++;
    expect(() => air.save()).toThrow("async code of this thread waits");
  });
});
