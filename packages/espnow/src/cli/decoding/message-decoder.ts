// cli/decoding: What messages mean, with the decoders of the gateway. Secrets come from files, prompts or the
// environment. It knows no radio.

import type { MacAddress } from "aioespnow";
import type { Command } from "commander";
import type { DecodeResult, Decoder, DecoderConfig, Value } from "espnow-gateway/decoders";
import { UsageError } from "../process/explain.ts";
import { withDecoderSecrets } from "./decoder-secrets.ts";

/** How a message is decoded. All left out: by the format that it looks like. */
export interface DecoderOptions {
  readonly format?: string;
  /** A passphrase or key, as the format has it. */
  readonly key?: string;
  /** The group of EspNowBus. */
  readonly group?: string;
  /** Of a record: the format string of Python's `struct`. */
  readonly layout?: string;
  /** A file with a decoder of the user's. */
  readonly script?: string;
  /** The names of the values of a record, or of a list of numbers. */
  readonly fields?: readonly string[];
}

/** What a message says. */
export interface Reading {
  readonly format: string;
  /** Whether the format is only one of several that it may be. */
  readonly isGuess: boolean;
  readonly result: DecodeResult;
  /** The units of values, by their keys. */
  readonly units: ReadonlyMap<string, string>;
}

/** Reads one message. undefined: it looks like no format. */
export type MessageDecoder = (bytes: Uint8Array, source: MacAddress) => Reading | undefined;

/** Adds the options of `DecoderOptions` that say how the format reads a message, its secrets as `DecoderSecretOptions`. */
export function withDecoderOptions(command: Command): Command {
  return withDecoderSecrets(command)
    .option("--layout <format>", 'a record as Python\'s struct writes it, such as "<hHB"')
    .option("--script <file>", "a decoder of your own, in JavaScript or TypeScript")
    .option("--fields <names>", "the names of its values, such as temperature,voltage,mode", (word) => word.split(","));
}

/** Loads the decoders, and makes one of the options. @throws UsageError for options that do not fit. */
export async function messageDecoder(options: DecoderOptions, onLog: (line: string) => void): Promise<MessageDecoder> {
  if (options.script !== undefined) return scriptDecoder(options.script, options, onLog);
  const { createDecoder, detect, formatOf } = await import("espnow-gateway/decoders");
  const { format = formatOfOptions(options) } = options;
  if (format !== undefined) {
    const decoder = explained(() => {
      formatOf(format);
      return createDecoder(configOf(format, options));
    });
    return (bytes, source) => read(decoder, false, bytes, source);
  }
  if (options.key !== undefined) throw new UsageError("--key needs the format that it is for, such as bthome");
  if (options.fields !== undefined) throw new UsageError("--fields needs --layout, or the format text");
  return (bytes, source) => {
    const candidates = detect(bytes);
    const isGuess = candidates[0]?.likeness === "possible";
    const readings = candidates.map((one) => read(one.format.create({}), isGuess, bytes, source));
    return readings.find(({ result }) => !("reason" in result)) ?? readings[0];
  };
}

async function scriptDecoder(
  file: string,
  { format, key, group, layout, fields }: DecoderOptions,
  onLog: (line: string) => void,
): Promise<MessageDecoder> {
  if ([format, key, group, layout, fields].some((option) => option !== undefined))
    throw new UsageError("--script knows its format: leave the other options out");
  const { openScript } = await import("espnow-gateway/service");
  const decoder = await openScript(file, onLog);
  return (bytes, source) => read(decoder, false, bytes, source);
}

/** Options that only one format has name it. */
function formatOfOptions({ layout, group }: DecoderOptions): string | undefined {
  if (layout !== undefined) return "struct";
  return group === undefined ? undefined : "espnow-bus";
}

function configOf(format: string, { key, group, layout, fields }: DecoderOptions): DecoderConfig {
  const config = {
    format,
    ...(key === undefined ? {} : { key }),
    ...(group === undefined ? {} : { group }),
    ...(format === "text" && fields !== undefined ? { keys: fields } : {}),
  };
  if (format !== "struct") return config as DecoderConfig;
  if (layout === undefined || fields === undefined) throw new UsageError("struct needs --layout and --fields");
  return { format, layout, fields: fields.map((name) => ({ key: name })) };
}

function explained(make: () => Decoder): Decoder {
  try {
    return make();
  } catch (error) {
    throw error instanceof RangeError || error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

function read(decoder: Decoder, isGuess: boolean, bytes: Uint8Array, source: MacAddress): Reading {
  const result = decoder.decode(bytes, { source });
  return { format: decoder.format, isGuess, result, units: unitsOf(decoder, result) };
}

function unitsOf(decoder: Decoder, result: DecodeResult): ReadonlyMap<string, string> {
  if ("reason" in result) return new Map();
  const entities = decoder.describe({ values: result.values, events: {} });
  return new Map(entities.flatMap((one) => ("unit" in one && one.unit !== undefined ? [[one.key, one.unit]] : [])));
}

/** `bthome: temperature 25.06 °C, humidity 50.55 %`, for a terminal. A guess has a question mark. */
export function readingLine({ format, isGuess, result, units }: Reading): string {
  const name = `${format}${isGuess ? "?" : ""}`;
  if ("reason" in result) return `${name}: not readable: ${printable(result.reason)}`;
  const values = Object.entries(result.values).map(([key, value]) => {
    const unit = units.get(key);
    return `${printable(key)} ${valueText(value)}${unit === undefined ? "" : ` ${unit}`}`;
  });
  const events = result.events.map(({ key, type }) => `${printable(key)}: ${printable(type)}`);
  const origin = result.origin === undefined ? "" : ` (from ${result.origin})`;
  return `${name}: ${[...values, ...events].join(", ") || "no values"}${origin}`;
}

/** The same for programs. */
export function readingRecord({ format, isGuess, result }: Reading): object {
  if ("reason" in result) return { format, guess: isGuess, reason: result.reason };
  const { values, events, origin, messageId, isVerified } = result;
  return { format, guess: isGuess, values, events, origin, messageId, verified: isVerified };
}

function valueText(value: Value): string {
  if (value === null) return "unknown";
  return printable(typeof value === "string" ? value : JSON.stringify(value));
}

/** Nothing that a node says drives the terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}
