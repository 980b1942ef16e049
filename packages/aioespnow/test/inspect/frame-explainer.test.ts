import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeAck } from "#lib/codec/dot11.ts";
import type { MacAddress } from "#lib/codec/mac-address.ts";
import { DEFAULT_PMK, deriveTemporalKey } from "#lib/crypto/ccmp.ts";
import { FrameExplainer } from "#lib/inspect.ts";
import { Air } from "#lib/sim.ts";
import { actionFrame } from "#lib/testing/action-frame.ts";
import { PLAIN, pattern, send } from "#lib/testing/radio-suite.ts";

const A = "02:00:00:00:00:0a" as MacAddress;
const B = "02:00:00:00:00:0b" as MacAddress;
const LMK = pattern(16);

/** The frames of one message from A to B. */
async function framesOf(options: { encrypt: boolean }): Promise<{ bytes: Uint8Array; timeMs: number }[]> {
  const air = new Air({ seed: 1 });
  const [a, b] = [air.radio({ mac: A }), air.radio({ mac: B })];
  const frames: { bytes: Uint8Array; timeMs: number }[] = [];
  air.observe((event) => {
    if (event.kind !== "transmission") return;
    frames.push({ bytes: event.transmission.frame.slice(), timeMs: event.transmission.endUs / 1000 });
  });
  for (const radio of [a, b]) {
    radio.setInterfaceActive(0, true);
    radio.start();
  }
  a.peers.add(B, options.encrypt ? { ...PLAIN, encrypt: true, lmk: LMK } : PLAIN);
  await send(a, B, pattern(5));
  await air[Symbol.asyncDispose]();
  return frames;
}

const HEADER = { source: A, destination: B, sequence: 0, retry: false };

describe("what explains a frame", () => {
  test("names a message and the ACK that belongs to it", async () => {
    const explainer = new FrameExplainer();
    const [message, ack] = await framesOf({ encrypt: false });
    expect(explainer.explain(message as never)).toMatchObject({
      kind: "esp-now",
      header: HEADER,
      version: 2,
      elements: 1,
      data: pattern(5),
      decrypted: false,
    });
    expect(explainer.explain(ack as never)).toEqual({
      kind: "ack",
      receiver: A,
      sequence: 0,
      text: `ACK > ${A}  of seq 0`,
    });
  });

  test("does not know of which frame an ACK is that comes alone, or late", async () => {
    const explainer = new FrameExplainer();
    const [message, ack] = await framesOf({ encrypt: false });
    expect(explainer.explain(ack as never)).toMatchObject({ kind: "ack", sequence: undefined });
    explainer.explain(message as never);
    const late = { bytes: new Uint8Array(10), timeMs: 100 };
    encodeAck(late.bytes, 0, A);
    expect(explainer.explain(late)).toMatchObject({ kind: "ack", sequence: undefined });
  });

  test("decrypts with the key that fits; without one it tells the packet number", async () => {
    const [frame] = await framesOf({ encrypt: true });
    expect(new FrameExplainer().explain(frame as never)).toMatchObject({ kind: "encrypted", packetNumber: 1 });
    const keys = [deriveTemporalKey(DEFAULT_PMK, pattern(16).reverse()), deriveTemporalKey(DEFAULT_PMK, LMK)];
    expect(new FrameExplainer(keys).explain(frame as never)).toMatchObject({
      kind: "esp-now",
      decrypted: true,
      data: pattern(5),
    });
  });

  test("tells what devices drop from what is something else", () => {
    const explainer = new FrameExplainer();
    const cut = actionFrame(B, 0, 60).subarray(0, -1);
    expect(explainer.explain({ bytes: Uint8Array.of(0x80, 0), timeMs: 0 }).kind).toBe("other");
    expect(explainer.explain({ bytes: cut, timeMs: 0 })).toMatchObject({ header: { destination: B } });
  });

  test("never throws, whatever the bytes are", () => {
    const explainer = new FrameExplainer([LMK]);
    const bytes = fc.uint8Array({ maxLength: 100 });
    fc.assert(fc.property(bytes, (frame) => explainer.explain({ bytes: frame, timeMs: 0 }).text.length > 0));
  });
});
