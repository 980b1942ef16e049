import type { Seen, Value } from "./decoder.ts";
import type { Entity, SensorEntity } from "./entity.ts";

type SensorKind = Pick<SensorEntity, "deviceClass" | "unit" | "stateClass" | "category">;

const measured = (unit: string, deviceClass: string): SensorKind => ({ unit, deviceClass, stateClass: "measurement" });

/** What numbers are called in the field, and what they are then. */
const KINDS: ReadonlyMap<string, SensorKind> = new Map(
  [
    { names: ["temperature", "temp"], kind: measured("°C", "temperature") },
    { names: ["humidity", "hum", "rh"], kind: measured("%", "humidity") },
    { names: ["pressure", "press", "hpa"], kind: measured("hPa", "atmospheric_pressure") },
    { names: ["illuminance", "lux", "lx"], kind: measured("lx", "illuminance") },
    {
      names: ["battery", "bat", "batt", "soc"],
      kind: { ...measured("%", "battery"), category: "diagnostic" as const },
    },
    { names: ["voltage", "volt", "volts", "vbat", "vcc"], kind: measured("V", "voltage") },
    { names: ["current", "amps"], kind: measured("A", "current") },
    { names: ["power", "watt", "watts"], kind: measured("W", "power") },
    { names: ["energy", "kwh"], kind: { unit: "kWh", deviceClass: "energy", stateClass: "total_increasing" as const } },
    { names: ["co2"], kind: measured("ppm", "carbon_dioxide") },
    { names: ["pm25", "pm2_5"], kind: measured("µg/m³", "pm25") },
    { names: ["pm10"], kind: measured("µg/m³", "pm10") },
    { names: ["moisture", "soil"], kind: measured("%", "moisture") },
    {
      names: ["rssi"],
      kind: { ...measured("dBm", "signal_strength"), category: "diagnostic" as const },
    },
  ].flatMap(({ names, kind }) => names.map((name): [string, SensorKind] => [name, kind])),
);

/** What true and false mean where they are called so. */
const BINARY_CLASSES: ReadonlySet<string> = new Set([
  "door",
  "gas",
  "heat",
  "lock",
  "moisture",
  "motion",
  "occupancy",
  "opening",
  "presence",
  "problem",
  "smoke",
  "sound",
  "tamper",
  "vibration",
  "window",
]);

/** In millivolt, although the name says volt: no node runs from a hundred volts. */
const HIGHEST_VOLTAGE = 100;
const HIGHEST_SHARE = 100;

/**
 * The entities of values that only their names explain, as in JSON. Numbers, texts, true and false become entities;
 * lists and objects do not.
 */
export function describeByName({ values, events }: Seen): Entity[] {
  const entities: Entity[] = [];
  for (const [key, value] of Object.entries(values)) {
    const entity = describeValue(key, value);
    if (entity !== undefined) entities.push(entity);
  }
  return [...entities, ...describeEvents(events)];
}

/** The entities of events, with the types that were seen. */
function describeEvents(events: Seen["events"]): Entity[] {
  return Object.entries(events).map(([key, eventTypes]) => ({ platform: "event", key, eventTypes }));
}

function describeValue(key: string, value: Value): Entity | undefined {
  const name = lastWord(key);
  switch (typeof value) {
    case "boolean":
      return { platform: "binary_sensor", key, ...(BINARY_CLASSES.has(name) ? { deviceClass: name } : {}) };
    case "number":
      return { platform: "sensor", key, ...kindOf(name, value) };
    case "string":
      return { platform: "sensor", key };
    default:
      return undefined;
  }
}

function kindOf(name: string, value: number): SensorKind {
  const kind = KINDS.get(name) ?? { stateClass: "measurement" };
  if (kind.deviceClass === "voltage" && value > HIGHEST_VOLTAGE) return { ...kind, unit: "mV" };
  if (kind.unit === "%" && value > HIGHEST_SHARE) return { stateClass: "measurement" };
  return kind;
}

/** `temperature` of `bme280_temperature`, of `temperature_2`, and of `Temperature`. */
function lastWord(key: string): string {
  const whole = key.toLowerCase();
  if (KINDS.has(whole)) return whole;
  const words = whole.split(/[^a-z0-9]+/).filter((word) => !/^\d*$/.test(word));
  return words.at(-1) ?? whole;
}
