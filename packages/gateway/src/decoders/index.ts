/**
 * What ESP-NOW nodes say: decoders for the payload formats in the field. Pure functions that run in browsers too.
 *
 *     const [best] = detect(bytes);
 *     const result = best?.format.create({}).decode(bytes, { source });
 *
 * @packageDocumentation
 *
 * @module espnow-gateway/decoders
 */
export type { BthomeOptions } from "./bthome.ts";
export type { CborOptions } from "./cbor.ts";
export type {
  CommandExample,
  DecodeContext,
  Decoded,
  DecodedEvent,
  DecodeResult,
  Decoder,
  EncodeContext,
  Example,
  Format,
  Likeness,
  Refusal,
  Seen,
  SequenceNumber,
  Value,
  Values,
} from "./decoder.ts";
export type {
  BinarySensorEntity,
  ButtonEntity,
  Entity,
  EntityBase,
  EventEntity,
  LightEntity,
  NumberEntity,
  SelectEntity,
  SensorEntity,
  SwitchEntity,
  TextEntity,
} from "./entity.ts";
export type { EspNowComponentOptions } from "./esp-now-component.ts";
export type { EsphomeOptions } from "./esphome.ts";
export type { EspNowBusOptions } from "./espnow-bus.ts";
export { type HinchRequest, readHinch } from "./hinch.ts";
export type { JsonOptions } from "./json.ts";
export {
  type Candidate,
  createDecoder,
  type DecoderConfig,
  detect,
  type EnvelopeOptions,
  FORMATS,
  type FormatName,
  formatOf,
} from "./registry.ts";
export type { StructField, StructOptions } from "./struct.ts";
export type { TextOptions } from "./text.ts";
export {
  encodeTransfer,
  readTransfer,
  type TransferAbort,
  type TransferData,
  type TransferMessage,
  type TransferStart,
} from "./transfer.ts";
export type { ZhNetworkOptions } from "./zh-network.ts";
