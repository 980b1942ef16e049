import { toMac } from "aioespnow";
import { Air } from "aioespnow/sim";
import { answerRequest, Gateway, MemoryStore } from "espnow-gateway";
import { createDecoder, type Decoder, type DecoderConfig, detect, FORMATS } from "espnow-gateway/decoders";
import { fromHex } from "#lib/util/bytes.ts";
import { Mutator } from "./mutation.ts";
import { stream } from "./stream.ts";
import type { Target } from "./target.ts";

const NODE = toMac("24:0a:c4:1d:58:68");
/** Messages in one step. */
const BATCH = 64;

/** Formats with options that lead elsewhere than those of their examples. */
const MORE = [
  { format: "esphome", key: "correct horse" },
  { format: "espnow-bus", group: "house" },
  { format: "zh-network", payload: { format: "bthome" } },
  { format: "esp-now", payload: { format: "esp-now", payload: { format: "cayenne-lpp" } } },
] as const satisfies readonly DecoderConfig[];

/** What nodes say, into every decoder. */
export function payloads(seed: number): Target {
  const examples = FORMATS.flatMap((format) =>
    format.examples.map(({ options, message }) => ({ format, options, message })),
  );
  const decoders: readonly Decoder[] = [
    ...examples.map(({ format, options }) => format.create(options)),
    ...MORE.map((config) => createDecoder(config)),
  ];
  const mutator = new Mutator(
    seed,
    examples.map(({ message }) => fromHex(message)),
    2233,
  );
  return {
    name: "messages into the gateway's decoders",
    unit: "messages",
    aim: 500_000,
    step(record) {
      for (let i = 0; i < BATCH; i++) {
        const bytes = mutator.next();
        record(bytes);
        for (const decoder of decoders) decode(decoder, bytes);
        detect(bytes);
      }
      return BATCH;
    },
  };
}

/** @throws Error for an answer that a decoder must not give. */
function decode(decoder: Decoder, bytes: Uint8Array): void {
  const result = decoder.decode(bytes, { source: NODE });
  if ("reason" in result) {
    if (result.reason === "") throw new Error(`${decoder.format} refuses without a reason`);
    return;
  }
  const { values, events } = result;
  JSON.stringify([values, events]);
  decoder.describe({ values, events: Object.fromEntries(events.map(({ key, type }) => [key, [type]])) });
}

/** What anybody on the broker can ask of a gateway. */
export function requests(seed: number): Target {
  const gateway = new Gateway({ radios: [new Air().radio()], store: new MemoryStore() });
  gateway.addNode(NODE, { name: "kitchen" });
  const texts: readonly (readonly [what: string, data: object])[] = [
    ["rename", { node: "kitchen", name: "kitchen" }],
    ["accept", { node: NODE }],
    [
      "decoder",
      { node: "kitchen", decoder: { format: "struct", layout: "<hH", fields: [{ key: "t" }, { key: "u" }] } },
    ],
    ["sleepy", { node: "kitchen", sleepy: true, transaction: { __proto__: [] } }],
    ["permit", { minutes: 5 }],
    ["send", { node: "kitchen", text: "hello" }],
    ["send", { node: "kitchen", hex: "00ff" }],
    ["mailbox/list", { node: "kitchen" }],
    ["mailbox/flush", { node: "kitchen" }],
    ["nodes", {}],
  ];
  const mutator = new Mutator(
    seed,
    texts.map(([what, data]) => new TextEncoder().encode(`${what} ${JSON.stringify(data)}`)),
    1024,
  );
  const decoder = new TextDecoder();
  return stream("requests to a gateway", mutator, (bytes) => {
    const text = decoder.decode(bytes);
    const end = text.indexOf(" ");
    const answer = answerRequest(gateway, text.slice(0, Math.max(0, end)), text.slice(end + 1));
    if (answer.status === "error" && answer.error === "") throw new Error("refused without a reason");
    JSON.stringify(answer);
  });
}
