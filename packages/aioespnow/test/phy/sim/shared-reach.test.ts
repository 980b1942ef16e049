import { expect, test } from "vitest";
import { BROADCAST, type MacAddress } from "#lib/codec/mac-address.ts";
import { Air } from "#lib/phy/sim/air.ts";
import { EXACT_MODEL } from "#lib/phy/sim/air-model.ts";
import type { SimPhy } from "#lib/phy/sim/sim-phy.ts";
import { AT_1M, actionFrame, markOf } from "#lib/testing/action-frame.ts";
import { SeededRandom } from "#lib/util/rng.ts";

const STATIONS = 12;
const STEPS = 400;

function address(number: number): MacAddress {
  return `02:00:00:00:00:${number.toString(16).padStart(2, "0")}` as MacAddress;
}

/**
 * What a crowd without positions sends and hears while stations join, leave, turn to other channels and change their power.
 * `apart`: each has a link that says nothing, so that the air looks at each pair by itself.
 */
function crowd(seed: number, apart: boolean): string[] {
  const air = new Air({ seed, model: EXACT_MODEL });
  const random = new SeededRandom(seed);
  const log: string[] = [];
  air.observe((event) => {
    if (event.kind !== "transmission") return;
    const { startUs, station, channel, isAck } = event.transmission;
    log.push(`${startUs} ${station} sends on ${channel}, ACK: ${isAck}`);
  });
  const phys: SimPhy[] = [];
  const join = (place: number): void => {
    const phy = air.phy({ mac: address(place) });
    phy.onFrame = ({ bytes, rssi, timeMs }) => void log.push(`${timeMs} ${place} hears ${markOf(bytes)} at ${rssi}`);
    if (apart) for (const other of phys) if (other !== undefined) separate(phy, other);
    phys[place] = phy;
  };
  const separate = (a: SimPhy, b: SimPhy): void => {
    a.setLink(b, {});
    b.setLink(a, {});
  };
  for (let place = 0; place < STATIONS; place++) join(place);
  const step = (place: number): void => {
    const phy = phys[place] as SimPhy;
    const what = random.below(20);
    if (what === 0) phy.setChannel(1 + 5 * random.below(2));
    else if (what === 1) phy.setTxPower(8 + 6 * random.below(3));
    else if (what === 2) {
      void phy[Symbol.asyncDispose]();
      join(place);
    } else {
      const to = random.below(2) === 0 ? BROADCAST : address(random.below(STATIONS));
      phy.transmit(actionFrame(to, place), AT_1M, ({ status }) => void log.push(`${place} ${status}`));
    }
  };
  for (let n = 0; n < STEPS; n++) {
    const place = random.below(STATIONS);
    air.clock.schedule(random.below(200), () => step(place));
  }
  air.clock.wait(1000);
  return log;
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "stations that all hear equally well are no different from those whose links are said one by one (seed %i)",
  (seed) => {
    const together = crowd(seed, false);
    expect(together.length).toBeGreaterThan(1000);
    expect(together).toEqual(crowd(seed, true));
  },
);
