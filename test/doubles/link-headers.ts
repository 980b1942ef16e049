import { concat, Numbers } from "./capture-bytes.ts";

const little = new Numbers(true);

/** What a header before a captured frame says. */
export interface HeaderFacts {
  readonly channel: number;
  readonly dBm: number;
  /** In units of 500 kbit/s. */
  readonly rate: number;
}

/** A PPI header with an "802.11 common" field behind one of another type, for a frame of `linkType`. */
export function ppiHeader({ channel, dBm, rate }: HeaderFacts, flags = 0, linkType = 105): Uint8Array {
  const common = concat(
    little.u32(1000, 0),
    little.u16(flags, rate, 2407 + 5 * channel, 0x00a0),
    Uint8Array.of(0, 0, dBm & 0xff, -95 & 0xff),
  );
  const other = concat(little.u16(8, 4), little.u32(0));
  const fields = concat(other, little.u16(2, common.length), common);
  return concat(Uint8Array.of(0, 0), little.u16(8 + fields.length), little.u32(linkType), fields);
}

/** A Prism header of 144 bytes, its numbers in either byte order. `idBits`: 16 (linux-wlan-ng) or 12 (the other version). */
export function prismHeader({ channel, dBm, rate }: HeaderFacts, numbers: Numbers = little, idBits = 16): Uint8Array {
  const values = [1000, 1000, channel, 0, 0, dBm >>> 0, -95 >>> 0, rate, 0, 60];
  const items = values.map((value, i) => {
    const id = idBits === 16 ? ((i + 1) << 16) | 0x44 : ((i + 1) << 12) | 0x41;
    const isSupplied = value !== 0;
    return concat(numbers.u32(id), numbers.u16(isSupplied ? 0 : 1, 4), numbers.u32(value));
  });
  const name = new Uint8Array(16);
  name.set(new TextEncoder().encode("wlan0"));
  return concat(numbers.u32(0x44, 144), name, ...items);
}
