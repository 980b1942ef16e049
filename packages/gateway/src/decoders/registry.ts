import { type BthomeOptions, bthome } from "./bthome.ts";
import { cayenneLpp } from "./cayenne-lpp.ts";
import { type CborOptions, cbor } from "./cbor.ts";
import type { Decoder, Format, Likeness } from "./decoder.ts";
import { type EspNowComponentOptions, espNowComponent } from "./esp-now-component.ts";
import { type EsphomeOptions, esphome } from "./esphome.ts";
import { type EspNowBusOptions, espNowBus } from "./espnow-bus.ts";
import { hinch } from "./hinch.ts";
import { type JsonOptions, json } from "./json.ts";
import { type StructOptions, struct } from "./struct.ts";
import { tasmesh } from "./tasmesh.ts";
import { type TextOptions, text } from "./text.ts";
import { wiz } from "./wiz.ts";
import { wledSync } from "./wled-sync.ts";
import { type ZhNetworkOptions, zhNetwork } from "./zh-network.ts";

/** The options of an envelope, whose `payload` is described in the same way. */
export type EnvelopeOptions<Options> = Omit<Options, "payload"> & {
  /** The decoder of what is in the envelope. */
  readonly payload?: DecoderConfig;
};

/** Says which format an object of options is for. */
export interface FormatName<Name extends string> {
  /** The name of a format, as docs/decoders.md has it. */
  readonly format: Name;
}

/** A decoder as a configuration describes it: the name of its format, and the options of that. */
export type DecoderConfig =
  | (FormatName<"json"> & JsonOptions)
  | (FormatName<"cbor"> & CborOptions)
  | (FormatName<"text"> & TextOptions)
  | (FormatName<"struct"> & StructOptions)
  | (FormatName<"bthome"> & BthomeOptions)
  | FormatName<"cayenne-lpp">
  | FormatName<"wiz">
  | (FormatName<"esphome"> & EsphomeOptions)
  | (FormatName<"esp-now"> & EnvelopeOptions<EspNowComponentOptions>)
  | (FormatName<"espnow-bus"> & EnvelopeOptions<EspNowBusOptions>)
  | (FormatName<"zh-network"> & EnvelopeOptions<ZhNetworkOptions>)
  | FormatName<"tasmesh">
  | FormatName<"wled">
  | FormatName<"hinch">;

/** All formats. Where a message looks like several, those with a stronger mark come first. */
export const FORMATS: readonly Format[] = [
  json,
  hinch,
  wiz,
  esphome,
  espNowBus,
  zhNetwork,
  bthome,
  cbor,
  espNowComponent,
  tasmesh,
  wledSync,
  cayenneLpp,
  struct,
  text,
] as readonly Format[];

/** One of what a message may be. */
export interface Candidate {
  /** What it may be. */
  readonly format: Format;
  /** How sure that is. */
  readonly likeness: Exclude<Likeness, "none">;
}

/**
 * What the bytes may be, the likeliest first; empty where they look like nothing. Linear in the number of bytes.
 * @example
 * import { detect } from "espnow-gateway/decoders";
 *
 * const [best] = detect(new TextEncoder().encode('{"temperature": 21.5}'));
 * console.log(best?.format.name, best?.likeness); // json likely
 */
export function detect(bytes: Uint8Array): readonly Candidate[] {
  const candidates = FORMATS.flatMap((format): Candidate[] => {
    const likeness = format.recognize(bytes);
    return likeness === "none" ? [] : [{ format, likeness }];
  });
  return [...candidates].sort((a, b) => Number(a.likeness === "possible") - Number(b.likeness === "possible"));
}

/** @throws RangeError for a name that no format has. */
export function formatOf(name: string): Format {
  const format = FORMATS.find((one) => one.name === name);
  if (format !== undefined) return format;
  throw new RangeError(
    `no format is called ${JSON.stringify(name)}; there are ${FORMATS.map((one) => one.name).join(", ")}`,
  );
}

/**
 * The decoder that a configuration describes.
 * @throws RangeError or TypeError for a format that is not there, and for wrong options.
 * @example
 * import { toMac } from "aioespnow";
 * import { createDecoder } from "espnow-gateway/decoders";
 *
 * const decoder = createDecoder({ format: "json" });
 * const message = new TextEncoder().encode('{"temperature": 21.5}');
 * const result = decoder.decode(message, { source: toMac("24:0a:c4:1d:58:68") });
 * if ("reason" in result) console.log(result.reason);
 * else console.log(result.values); // { temperature: 21.5 }
 */
export function createDecoder(config: DecoderConfig): Decoder {
  const { format, ...options } = config;
  if (!("payload" in options) || options.payload === undefined) return formatOf(format).create(options);
  return formatOf(format).create({ ...options, payload: createDecoder(options.payload) });
}
