import type { EventEntity, SensorEntity } from "./entity.ts";

/** What an object id of BTHome v2 means (bthome.io/format). */
export type BthomeObject =
  | {
      readonly kind: "number";
      readonly key: string;
      /** Of the value, in bytes. */
      readonly size: number;
      readonly isSigned: boolean;
      /** The number on the air times `factor`, divided by `divisor`, is the value: exact for decimal fractions. */
      readonly factor: number;
      readonly divisor: number;
      readonly sensor: Pick<SensorEntity, "unit" | "deviceClass" | "stateClass" | "category">;
    }
  | { readonly kind: "binary"; readonly key: string; readonly deviceClass: string | undefined }
  | { readonly kind: "event"; readonly key: "button" | "dimmer"; readonly size: number }
  /** A length byte, then that many bytes. */
  | { readonly kind: "text"; readonly key: string }
  | { readonly kind: "raw"; readonly key: string }
  /** Not the device's state: the packet id, its type and firmware. */
  | { readonly kind: "about"; readonly key: string; readonly size: number };

/** `id size divisor key unit class`: a negative size is a signed number; `35/100` is a factor and a divisor; `-` means there is none. */
const NUMBERS = `
01 1 1 battery % battery
02 -2 100 temperature °C temperature
03 2 100 humidity % humidity
04 3 100 pressure hPa atmospheric_pressure
05 3 100 illuminance lx illuminance
06 2 100 mass_kg kg weight
07 2 100 mass_lb lb weight
08 -2 100 dew_point °C temperature
09 1 1 count - -
0A 3 1000 energy kWh energy
0B 3 100 power W power
0C 2 1000 voltage V voltage
0D 2 1 pm25 µg/m³ pm25
0E 2 1 pm10 µg/m³ pm10
12 2 1 co2 ppm carbon_dioxide
13 2 1 tvoc µg/m³ volatile_organic_compounds
14 2 100 moisture % moisture
2E 1 1 humidity % humidity
2F 1 1 moisture % moisture
3D 2 1 count - -
3E 4 1 count - -
3F -2 10 rotation ° -
40 2 1 distance_mm mm distance
41 2 10 distance_m m distance
42 3 1000 duration s duration
43 2 1000 current A current
44 2 100 speed m/s speed
45 -2 10 temperature °C temperature
46 1 10 uv_index - -
47 2 10 volume L volume
48 2 1 volume_ml mL volume
49 2 1000 volume_flow_rate m³/h volume_flow_rate
4A 2 10 voltage V voltage
4B 3 1000 gas m³ gas
4C 4 1000 gas m³ gas
4D 4 1000 energy kWh energy
4E 4 1000 volume L volume
4F 4 1000 water L water
50 4 1 timestamp - -
51 2 1000 acceleration m/s² -
52 2 1000 gyroscope °/s -
55 4 1000 volume_storage L volume_storage
56 2 1 conductivity µS/cm conductivity
57 -1 1 temperature °C temperature
58 -1 35/100 temperature °C temperature
59 -1 1 count - -
5A -2 1 count - -
5B -4 1 count - -
5C -4 100 power W power
5D -2 1000 current A current
5E 2 100 direction ° -
5F 2 10 precipitation mm precipitation
60 1 1 channel - -
61 2 1 rotational_speed rpm -
62 -4 1000000 speed m/s speed
63 -4 1000000 acceleration m/s² -
64 1 1 light_level - -`;

/** `id key class`: one byte, 0 or 1. */
const BINARIES = `
0F generic -
10 power power
11 opening opening
15 battery_low battery
16 charging battery_charging
17 carbon_monoxide carbon_monoxide
18 cold cold
19 connectivity connectivity
1A door door
1B garage_door garage_door
1C gas_detected gas
1D heat heat
1E light light
1F lock lock
20 moisture_detected moisture
21 motion motion
22 moving moving
23 occupancy occupancy
24 plug plug
25 presence presence
26 problem problem
27 running running
28 safety safety
29 smoke smoke
2A sound sound
2B tamper tamper
2C vibration vibration
2D window window`;

const OTHERS: readonly [number, BthomeObject][] = [
  [0x00, { kind: "about", key: "packet_id", size: 1 }],
  [0x3a, { kind: "event", key: "button", size: 1 }],
  [0x3c, { kind: "event", key: "dimmer", size: 2 }],
  [0x53, { kind: "text", key: "text" }],
  [0x54, { kind: "raw", key: "raw" }],
  [0xf0, { kind: "about", key: "device_type", size: 2 }],
  [0xf1, { kind: "about", key: "firmware", size: 4 }],
  [0xf2, { kind: "about", key: "firmware", size: 3 }],
];

/** Sums that only grow: statistics may treat a smaller one as a new start. */
const GROWING = new Set(["energy", "gas", "volume", "water"]);
/** Numbers that are no measurement. */
const NO_STATISTICS = new Set(["channel", "timestamp"]);

export const OBJECTS: ReadonlyMap<number, BthomeObject> = new Map([
  ...rows(NUMBERS).map(
    ([id = "", size = "", divisor = "", key = "", unit = "", deviceClass = ""]): [number, BthomeObject] => {
      const sensor = {
        ...(unit === "-" ? {} : { unit }),
        ...(deviceClass === "-" ? {} : { deviceClass }),
        ...stateClassOf(key, deviceClass),
        ...(key === "battery" ? { category: "diagnostic" as const } : {}),
      };
      const [factor, by] = divisor.includes("/") ? divisor.split("/").map(Number) : [1, Number(divisor)];
      const scale = { factor: factor as number, divisor: by as number };
      const number = { key, size: Math.abs(Number(size)), isSigned: Number(size) < 0, ...scale, sensor };
      return [Number.parseInt(id, 16), { kind: "number", ...number }];
    },
  ),
  ...rows(BINARIES).map(([id = "", key = "", deviceClass = ""]): [number, BthomeObject] => {
    return [
      Number.parseInt(id, 16),
      { kind: "binary", key, deviceClass: deviceClass === "-" ? undefined : deviceClass },
    ];
  }),
  ...OTHERS,
]);

/** By the key, for `describe`. Of objects with one key, the first. */
export const OBJECT_OF_KEY: ReadonlyMap<string, BthomeObject> = new Map(
  [...OBJECTS.values()].reverse().map((object) => [object.key, object]),
);

export const BUTTON_EVENTS: ReadonlyMap<number, string> = new Map([
  [1, "press"],
  [2, "double_press"],
  [3, "triple_press"],
  [4, "long_press"],
  [5, "long_double_press"],
  [6, "long_triple_press"],
  [0x80, "hold_press"],
]);

export const DIMMER_EVENTS: ReadonlyMap<number, string> = new Map([
  [1, "rotate_left"],
  [2, "rotate_right"],
]);

export const EVENT_TYPES: Readonly<Record<"button" | "dimmer", EventEntity["eventTypes"]>> = {
  button: [...BUTTON_EVENTS.values()],
  dimmer: [...DIMMER_EVENTS.values()],
};

function stateClassOf(key: string, deviceClass: string): Pick<SensorEntity, "stateClass"> {
  if (NO_STATISTICS.has(key)) return {};
  return { stateClass: GROWING.has(deviceClass) ? "total_increasing" : "measurement" };
}

function rows(table: string): string[][] {
  return table
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
}
