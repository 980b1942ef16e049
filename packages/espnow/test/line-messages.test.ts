import { Readable } from "node:stream";
import { BROADCAST, toMac } from "aioespnow";
import { Air } from "aioespnow/sim";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sendLines } from "#cli/commands/send.ts";
import { type LineMessage, lineMessages } from "#cli/radio/line-messages.ts";
import { type Station, startStation } from "#cli/radio/station.ts";
import { transcript } from "./transcript.ts";

const A = toMac("02:00:00:00:00:0a");
const B = toMac("02:00:00:00:00:0b");
const bytes = (text: string) => new TextEncoder().encode(text);

async function messages(chunks: readonly string[], peer?: typeof A): Promise<LineMessage[]> {
  const found: LineMessage[] = [];
  for await (const message of lineMessages(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), peer)) {
    found.push(message);
  }
  return found;
}

describe("the lines of an input", () => {
  test("are messages to a peer, in whatever pieces they come; empty ones are left out", async () => {
    const expected = [
      { line: 1, peer: A, data: bytes("one") },
      { line: 3, peer: A, data: bytes("{two}") },
    ];
    for (const chunks of [["one\n\n{two}"], ["o", "ne\r", "\n\n{tw", "o}\n"]]) {
      expect(await messages(chunks, A)).toEqual(expected);
    }
  });

  test("are JSON with addresses where there is no peer", async () => {
    expect(await messages([`{"peer":"${A}","text":"hé"}\n{"peer":"${B}","hex":"00ff","text":null}\n`])).toEqual([
      { line: 1, peer: A, data: bytes("hé") },
      { line: 2, peer: B, data: Uint8Array.of(0, 255) },
    ]);
  });

  test.each([
    ["hello", /^it must be a JSON object such as /],
    ["[1]", /^it must have "text"/],
    ["null", /^it must be a JSON object/],
    ['{"text":"hello"}', /"peer"/],
    ['{"peer":"kitchen","text":"x"}', /"peer" must/],
    [`{"peer":"${A}","hex":"0"}`, /^it must have "text", or an even number of digits in "hex"/],
    ["x".repeat(20_000), /^it has more than 16384 bytes/],
  ])("that are no message say why: %.20s", async (line, fault) => {
    const [first, second] = await messages([line, `\n{"peer":"${A}","text":"next"}`]);
    expect(first).toEqual({ line: 1, fault: expect.stringMatching(fault) });
    expect(second).toMatchObject({ line: 2, data: bytes("next") });
  });
});

describe("espnow send --lines", () => {
  let air: Air;
  let a: Station;
  let b: Station;

  beforeEach(() => {
    air = new Air({ seed: 1 });
    a = startStation(air.radio({ mac: A }));
    b = startStation(air.radio({ mac: B }));
  });

  afterEach(() => air[Symbol.asyncDispose]());

  test("sends each line, tells what became of it, and goes on after a bad one", async () => {
    const out = transcript({ json: true });
    const input = Readable.from([
      `{"peer":"${B}","text":"1"}\nnonsense\n{"peer":"${BROADCAST}","text":"2"}\n{"peer":"${BROADCAST}","text":"3"}`,
    ]);
    expect(await sendLines(a, undefined, input, {}, out)).toBe(1);
    expect(out.stdout.records).toEqual([
      { line: 1, peer: B, status: "acked", attempts: 1, ms: expect.any(Number) },
      { line: 2, status: "refused", error: expect.stringContaining("JSON object") },
      { line: 3, peer: BROADCAST, status: "broadcast", ms: expect.any(Number) },
      { line: 4, peer: BROADCAST, status: "broadcast", ms: expect.any(Number) },
    ]);
    expect([(await b.espnow.arecv())[1], (await b.espnow.arecv())[1]]).toEqual([bytes("1"), bytes("2")]);
  });

  test("reaches more stations than there is room for in the list of peers", async () => {
    const macs = Array.from({ length: 25 }, (_, i) => `02:00:00:00:01:${String(i).padStart(2, "0")}`);
    const input = Readable.from(macs.map((mac) => `{"peer":"${mac}","text":"x"}\n`));
    const out = transcript();
    expect(await sendLines(a, undefined, input, {}, out)).toBe(1);
    expect(out.stdout.lines).toHaveLength(25);
  });

  test("ends when it is stopped, though the input goes on", async () => {
    const out = transcript();
    const input = new Readable({ read: () => undefined });
    const sending = sendLines(a, B, input, {}, out);
    input.push("one\n");
    await b.espnow.arecv();
    out.stop.abort();
    expect(await sending).toBe(0);
  });
});
