/** What a BMP280 or BME280 measures: 20, 20 and 16 bits. */
export interface RawClimate {
  readonly temperature: number;
  readonly pressure: number;
  readonly humidity: number;
}

/** Trimming parameters: those of the example in the datasheet of the BMP280 (3.12), and usual ones for humidity. */
const T = { 1: 27_504, 2: 26_435, 3: -1000 } as const;
const P = { 1: 36_477, 2: -10_685, 3: 3024, 4: 2855, 5: 140, 6: -7, 7: 15_500, 8: -14_600, 9: 6000 } as const;
const H = { 1: 75, 2: 370, 3: 0, 4: 313, 5: 50, 6: 30 } as const;

/** Registers 0x88 to 0xa1 (datasheet of the BME280, table 16). */
export function lowTrimming(): Uint8Array {
  const bytes = new Uint8Array(26);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of [...Object.values(T), ...Object.values(P)].entries()) {
    view.setInt16(2 * index, value, true);
  }
  bytes[25] = H[1];
  return bytes;
}

/** Registers 0xe1 to 0xe7: H4 and H5 share a byte. */
export function highTrimming(): Uint8Array {
  return Uint8Array.of(H[2] & 0xff, H[2] >> 8, H[3], H[4] >> 4, (H[4] & 0xf) | ((H[5] & 0xf) << 4), H[5] >> 4, H[6]);
}

/** Degrees, hPa and per cent to what the sensor's converters give: the programs' formulas (4.2.3, 8.1) backwards. */
export function rawClimate(celsius: number, hPa: number, percent: number): RawClimate {
  const temperature = lowestWith(1 << 20, (raw) => fineOf(raw) / 5120 >= celsius);
  const fine = fineOf(temperature);
  return {
    temperature,
    pressure: lowestWith(1 << 20, (raw) => pascalOf(raw, fine) <= hPa * 100),
    humidity: lowestWith(1 << 16, (raw) => humidityOf(raw, fine) >= percent),
  };
}

function fineOf(raw: number): number {
  const low = raw / 16_384 - T[1] / 1024;
  const square = (raw / 131_072 - T[1] / 8192) ** 2;
  return low * T[2] + square * T[3];
}

function pascalOf(raw: number, fine: number): number {
  const t = fine / 2 - 64_000;
  const offset = ((t * t * P[6]) / 32_768 + t * P[5] * 2) / 4 + P[4] * 65_536;
  const scale = (1 + ((P[3] * t * t) / 524_288 + P[2] * t) / 524_288 / 32_768) * P[1];
  const p = ((1_048_576 - raw - offset / 4096) * 6250) / scale;
  return p + ((P[9] * p * p) / 2_147_483_648 + (p * P[8]) / 32_768 + P[7]) / 16;
}

function humidityOf(raw: number, fine: number): number {
  const t = fine - 76_800;
  const scale = (H[2] / 65_536) * (1 + (H[6] / 67_108_864) * t * (1 + (H[3] / 67_108_864) * t));
  const h = (raw - (H[4] * 64 + (H[5] / 16_384) * t)) * scale;
  return h * (1 - (H[1] * h) / 524_288);
}

/** The lowest number below `end` from which on `holds`. */
function lowestWith(end: number, holds: (value: number) => boolean): number {
  let [low, high] = [0, end - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
