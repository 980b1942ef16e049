import { expect, test } from "vitest";
import { BROADCAST, type MacAddress, toMac } from "#lib/codec/mac-address.ts";
import type { CoreState } from "#lib/espnow/core-state.ts";
import { EspNowCore } from "#lib/espnow/espnow-core.ts";
import { Air, type SimAirState, type SimRadio, type SimRadioState } from "#lib/open/sim-air.ts";
import { emptyHeader } from "#lib/radio/message-info.ts";
import { NEW_PEER } from "#lib/radio/peer-table.ts";
import type { SendDone } from "#lib/radio/radio.ts";
import { SeededRandom } from "#lib/util/rng.ts";

const RADIOS = 6;
const END_MS = 1000;
const KEY = new Uint8Array(16).fill(7);

interface Order {
  readonly atMs: number;
  readonly radio: number;
  readonly to: number;
  readonly what: "send" | "read" | "restart";
}

const orders: readonly Order[] = (() => {
  const random = new SeededRandom(9);
  return Array.from({ length: 400 }, (_, n) => ({
    atMs: random.float() * END_MS,
    radio: random.below(RADIOS),
    to: random.below(RADIOS + 1),
    what: n % 40 === 7 ? ("restart" as const) : n % 4 === 0 ? ("read" as const) : ("send" as const),
  })).sort((a, b) => a.atMs - b.atMs);
})();

interface Saved {
  readonly air: SimAirState;
  readonly radios: readonly SimRadioState[];
  readonly cores: readonly CoreState[];
}

function address(n: number): MacAddress {
  return n < RADIOS ? toMac(Uint8Array.of(2, 0, 0, 0, 0, n)) : BROADCAST;
}

/** Radios that send encrypted and plain messages, read them late or never, and are switched off and on. */
class House {
  readonly notes: string[] = [];
  readonly #air = new Air({ seed: 4 });
  readonly #radios: readonly SimRadio[];
  readonly #cores: readonly EspNowCore[];

  constructor() {
    this.#radios = Array.from({ length: RADIOS }, (_, n) => this.#air.radio({ mac: address(n), plaintext: "accept" }));
    this.#cores = this.#radios.map((radio) => EspNowCore.of(radio));
    for (const n of this.#cores.keys()) this.#switchOn(n);
  }

  run(untilMs: number): this {
    const { clock } = this.#air;
    for (const order of orders) {
      if (order.atMs >= clock.now() && order.atMs <= untilMs) clock.schedule(order.atMs, () => this.#follow(order));
    }
    while (clock.now() < untilMs) clock.wait(untilMs);
    return this;
  }

  save(): Saved {
    return structuredClone({
      air: this.#air.save(),
      radios: this.#radios.map((radio) => radio.save()),
      cores: this.#cores.map((core) => core.save()),
    });
  }

  load(saved: Saved): this {
    const { air, radios, cores } = structuredClone(saved);
    this.#air.load(air);
    for (const [n, core] of this.#cores.entries()) {
      const reports = core.load(cores[n] as CoreState, this.#report(n));
      (this.#radios[n] as SimRadio).load(radios[n] as SimRadioState, reports);
      core.setIrq(() => this.#note(n, "irq"));
    }
    return this;
  }

  #follow({ radio: n, to, what }: Order): void {
    const core = this.#cores[n] as EspNowCore;
    if (what === "send") core.send(address(to), new Uint8Array(200).fill(n), this.#report(n));
    else if (what === "read") this.#read(n, core);
    else {
      core.setActive(false);
      this.#switchOn(n);
    }
    this.#note(n, JSON.stringify([core.stats, core.radio.counters]));
  }

  #read(n: number, core: EspNowCore): void {
    const header = emptyHeader();
    const data = new Uint8Array(300);
    for (; core.available > 0; this.#note(n, JSON.stringify([header, data[0]]))) core.take(header, data);
  }

  #switchOn(n: number): void {
    const core = this.#cores[n] as EspNowCore;
    core.radio.setInterfaceActive(0, true);
    core.rxbuf = 1200;
    core.setActive(true);
    core.setIrq(() => this.#note(n, "irq"));
    for (let to = 0; to <= RADIOS; to++) {
      const encrypt = to < RADIOS && (to + n) % 2 === 0;
      core.radio.peers.add(address(to), { ...NEW_PEER, encrypt, lmk: KEY, replay: to % 3 === 0 ? "window" : "device" });
    }
  }

  #report(n: number): SendDone {
    return ({ status }, to) => this.#note(n, `${status} ${to}`);
  }

  #note(n: number, what: string): void {
    this.notes.push(`${this.#air.clock.now()} ${n} ${what}`);
  }
}

test("radios that are saved and loaded with their air go on as they would have", () => {
  const whole = new House().run(END_MS).notes;
  const random = new SeededRandom(12);
  let [onTheirWay, buffered] = [0, 0];
  for (let moment = 0; moment < 12; moment++) {
    const atMs = random.float() * END_MS;
    const house = new House().run(atMs);
    const before = [...house.notes];
    const saved = house.save();
    onTheirWay += saved.cores.reduce((sum, { sends }) => sum + sends.inFlight, 0);
    buffered += saved.cores.reduce((sum, { buffer }) => sum + (buffer?.messages.length ?? 0), 0);
    expect([...before, ...new House().load(saved).run(END_MS).notes]).toEqual(whole);
    house.run(Math.min(atMs + 20, END_MS)).notes.length = 0;
    expect([...before, ...house.load(saved).run(END_MS).notes]).toEqual(whole);
  }
  expect(onTheirWay).toBeGreaterThan(5);
  expect(buffered).toBeGreaterThan(20);
});
