import { toMac } from "aioespnow/codec";
import { createDecoder, type DecodeResult, type DecoderConfig, type Refusal } from "espnow-gateway/decoders";
import { fromHex } from "#gateway/decoders/bytes.ts";

export const SOURCE = toMac("02:00:00:00:00:01");

/** Decodes hexadecimal digits, which may have spaces between them. */
export function decodeHex(config: DecoderConfig, hex: string, source: string = SOURCE): DecodeResult {
  return createDecoder(config).decode(fromHex(hex.replaceAll(" ", "")), { source: toMac(source) });
}

export function reasonOf(result: DecodeResult): Refusal["reason"] | undefined {
  return "reason" in result ? result.reason : undefined;
}
