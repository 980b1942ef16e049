import { toMac } from "aioespnow/codec";
import {
  createDecoder,
  type DecodeResult,
  type DecoderConfig,
  type EncodeContext,
  type Refusal,
} from "espnow-gateway/decoders";
import { fromHex } from "#gateway/decoders/bytes.ts";

export const SOURCE = toMac("02:00:00:00:00:01");

/** Decodes hexadecimal digits, which may have spaces between them. */
export function decodeHex(config: DecoderConfig, hex: string, source: string = SOURCE): DecodeResult {
  return createDecoder(config).decode(fromHex(hex.replaceAll(" ", "")), { source: toMac(source) });
}

export function reasonOf(result: DecodeResult): Refusal["reason"] | undefined {
  return "reason" in result ? result.reason : undefined;
}

/** Of the examples of commands. */
export const ENCODE_CONTEXT: EncodeContext = {
  source: toMac("02:00:00:00:00:fe"),
  target: toMac("02:00:00:00:00:a1"),
  id: 7,
  time: 1_700_000_000_000,
};
