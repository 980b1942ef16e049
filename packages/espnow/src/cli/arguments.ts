import { BROADCAST, keyFromText, type MacAddress, toMac } from "aioespnow";
import { isGroup, rateInfo } from "aioespnow/codec";
import { InvalidArgumentError } from "commander";

const HIGHEST_RATE = 0x2a;

/** A way to read a word of the command line. @throws InvalidArgumentError that says what is accepted. */
type Parser<T> = (word: string) => T;

export function parseMac(word: string): MacAddress {
  if (word === "broadcast") return BROADCAST;
  try {
    return toMac(word);
  } catch {
    throw new InvalidArgumentError('It must look like aa:bb:cc:dd:ee:ff, or be "broadcast".');
  }
}

/** The address of one station, not of a group. */
export function parseStation(word: string): MacAddress {
  try {
    const mac = toMac(word);
    if (!isGroup(mac)) return mac;
  } catch {
    // said below
  }
  throw new InvalidArgumentError("It must be the address of one station, such as 02:00:00:00:00:0a.");
}

/** Several stations: the option may be repeated. */
export function collectStations(word: string, before: readonly MacAddress[] = []): readonly MacAddress[] {
  return [...before, parseStation(word)];
}

/** An option that may be repeated: all that was given, in order. */
export function collectWith<T>(parse: Parser<T>): (word: string, before?: readonly T[]) => readonly T[] {
  return (word, before = []) => [...before, parse(word)];
}

/** 16 characters, or 32 hexadecimal digits, as a text or as bytes. */
export function parseKey(word: string | Uint8Array): Uint8Array {
  try {
    return keyFromText(word);
  } catch {
    throw new InvalidArgumentError("A key has 16 characters, or 32 hexadecimal digits.");
  }
}

export function collectKeys(word: string, before: readonly Uint8Array[] = []): readonly Uint8Array[] {
  return [...before, parseKey(word)];
}

export function wholeNumber(min: number, max: number): Parser<number> {
  return (word) => {
    const number = Number(word);
    if (/^\d+$/.test(word) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** A number above 0, with a fraction if need be. */
export function parsePositive(word: string): number {
  const number = Number(word);
  if (/^(\d+(?:\.\d*)?|\.\d+)$/.test(word) && number > 0) return number;
  throw new InvalidArgumentError("It must be a number above 0.");
}

const UNITS = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `500ms`, `90s`, `1.5h`; a number alone is seconds. Returns milliseconds. */
export function parseDuration(word: string): number {
  const [, number, unit = "s"] = /^(\d+(?:\.\d*)?|\.\d+)(ms|s|min|h|d)?$/.exec(word) ?? [];
  const ms = Number(number) * UNITS[unit as keyof typeof UNITS];
  if (ms > 0) return ms;
  throw new InvalidArgumentError("It must be a time such as 500ms, 90s, 5min, 24h or 7d.");
}

/** One of some words. */
export function oneOf<const T extends string>(...words: readonly T[]): Parser<T> {
  return (word) => {
    const found = words.find((one) => one === word);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`It must be ${words.join(" or ")}.`);
  };
}

/** A number from 0 to 1. */
export function parseShare(word: string): number {
  const number = Number(word);
  if (/^(\d+(?:\.\d*)?|\.\d+)$/.test(word) && number <= 1) return number;
  throw new InvalidArgumentError("It must be a number from 0 to 1.");
}

export const parseChannel: Parser<number> = wholeNumber(1, 14);

/** `1-13`, `1,6,11`, `6`. */
export function parseChannels(word: string): readonly number[] {
  const channels = word.split(",").flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    return first === undefined ? [Number.NaN] : range(Number(first), Number(last));
  });
  if (channels.length > 0 && channels.every((channel) => channel >= 1 && channel <= 14)) return [...new Set(channels)];
  throw new InvalidArgumentError("Channels are written like 1-13 or 1,6,11.");
}

/** Where to listen. */
interface Endpoint {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Where to listen: a TCP port, or a Unix socket. */
export type Place = Endpoint | { readonly path: string };

/** `./board.sock`: what has a slash is a path. `127.0.0.1:9977`, `[::1]:9977`; a port alone is one of this computer's own. */
export function parsePlace(word: string): Place {
  if (word.includes("/")) return { path: word };
  const [, host = "127.0.0.1", port] = /^(?:\[?([^[\]]+?)\]?:)?(\d+)$/.exec(word) ?? [];
  if (port !== undefined && Number(port) > 0xffff) {
    throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  }
  if (port !== undefined) return { host, port: Number(port) };
  throw new InvalidArgumentError("It must look like ./board.sock or 127.0.0.1:9977.");
}

/** Hexadecimal digits as bytes. */
export function parseHex(word: string): Uint8Array {
  if (/^([0-9a-f]{2})+$/i.test(word)) return Uint8Array.from(Buffer.from(word, "hex"));
  throw new InvalidArgumentError("It must be an even number of hexadecimal digits.");
}

/** The rates by their names as one word: `1M`, `5.5M`, `MCS7-LGI`. */
const RATES: ReadonlyMap<string, number> = new Map(
  range(0, HIGHEST_RATE).flatMap((rate): [string, number][] => {
    const info = rateInfo(rate);
    return info === undefined ? [] : [[info.name.replaceAll(" ", "-"), rate]];
  }),
);

export function parseRate(word: string): number {
  const asked = word.toLowerCase().replaceAll(" ", "-");
  for (const [name, rate] of RATES) if (name.toLowerCase() === asked) return rate;
  const bySpeed = [...RATES].sort(([, a], [, b]) => speed(a) - speed(b)).map(([name]) => name);
  throw new InvalidArgumentError(`It must be one of ${bySpeed.join(", ")}.`);
}

function speed(rate: number): number {
  return rateInfo(rate)?.kbps ?? 0;
}

function range(first: number, last: number): number[] {
  return last >= first && last - first < 256 ? Array.from({ length: last - first + 1 }, (_, i) => first + i) : [];
}
