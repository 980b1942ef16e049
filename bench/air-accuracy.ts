import { errorOf, MEASUREMENTS, type Measurement } from "./air-measured.ts";
import {
  airtimeLimit,
  bianchi,
  FRAME_KINDS,
  type FrameKind,
  hiddenPair,
  mpduLength,
  QUICK_ESPNOW,
  SATURATED,
  saturate,
  sendTime,
  WINDOW_MS,
} from "./air-scenarios.ts";
import type { Bench, Figure } from "./report.ts";

/** How near the simulated air is to the formulas of 802.11 and to what was measured on hardware. */
export const airAccuracy: Bench = async function* (smoke) {
  for (const kind of FRAME_KINDS) {
    for (const isUnicast of [false, true]) {
      const name = `air: one sender, ${kind.name} ${isUnicast ? "unicast" : "broadcast"}`;
      const measured = saturate({ senders: 1, kind, isUnicast, frames: 10_000 });
      yield deviation(name, measured, airtimeLimit(kind, isUnicast), "<= 1 %");
    }
  }
  for (const senders of [5, 10, 20]) {
    const kind = FRAME_KINDS[0] as FrameKind;
    const measured = saturate({ senders, kind, isUnicast: true, frames: smoke ? 2000 : 20_000 });
    const expected = bianchi(senders, kind, SATURATED.retryLimit);
    yield deviation(`air: ${senders} saturated senders against Bianchi's model`, measured, expected, "<= 5 %");
  }
  for (const row of MEASUREMENTS) yield measurement(row);
  for (const { payload, broadcast, unicast } of QUICK_ESPNOW) {
    for (const isUnicast of [false, true]) {
      const kind = { rate: 0, length: mpduLength(payload) };
      const measured = saturate({ senders: 1, kind, isUnicast, frames: 1000, profile: "quickespnow" });
      const name = `air: QuickESPNow ${payload} B ${isUnicast ? "unicast" : "broadcast"}`;
      yield deviation(name, measured, isUnicast ? unicast : broadcast, "<= 3 %");
    }
  }
  yield deviation("air: 250 B until acknowledged", sendTime("quickespnow", 250, true, 200), 3.6, "<= 15 %", "ms");
  yield deviation("air: 250 B to an absent peer", sendTime("quickespnow", 250, false, 200), 21, "<= 15 %", "ms");
  yield deviation(
    "air: 50 B from an ESP8266 to an absent peer",
    sendTime("esp8266", 50, false, 200),
    20,
    "<= 15 %",
    "ms",
  );
  const absent = sendTime("esp32", 1470, false, 200);
  yield { name: "air: 1470 B to an absent peer", value: absent, unit: "ms", target: "< 100 ms" };
  const expected = (1 - 2.536 / WINDOW_MS) ** 2;
  const [hidden] = hiddenPair({ isHidden: true, advantage: 0, frames: 4000 });
  yield deviation("air: delivery from hidden stations", hidden, expected, "<= 1 %", "");
};

/** The table of docs/air.md: what the model gives, what was measured, and who measured it. */
function measurement(row: Measurement): Figure {
  const { name, source, measured, unit, limit, model } = row;
  return {
    name: `air: ${name}`,
    value: errorOf(row),
    unit: "%",
    target: `-${limit} to ${limit} %`,
    note: `${model().toFixed(0)} ${unit}; measured ${measured} (${source})`,
  };
}

function deviation(name: string, value: number, expected: number, target: string, unit = "frames/s"): Figure {
  const percent = 100 * Math.abs(value / expected - 1);
  return {
    name,
    value: percent,
    unit: "%",
    target,
    note: `${value.toPrecision(4)} ${unit}; expected ${expected.toPrecision(4)}`,
  };
}
