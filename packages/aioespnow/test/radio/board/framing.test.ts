import { describe, expect, test } from "vitest";
import {
  decodeRequestFrame,
  encodeNoticeFrame,
  encodeRequestFrame,
  type LineFrame,
  LineReader,
  MAX_PAYLOAD,
} from "#lib/radio/board/framing.ts";
import { SeededRandom } from "#lib/util/rng.ts";

function reader(): { read: (bytes: Uint8Array) => void; frames: LineFrame[]; texts: string[]; line: LineReader } {
  const frames: LineFrame[] = [];
  const texts: string[] = [];
  const line = new LineReader(
    (frame) => void frames.push({ ...frame, payload: frame.payload.slice() }),
    (text) => void texts.push(text),
  );
  return { read: (bytes) => line.push(bytes), frames, texts, line };
}

function payload(length: number, fill: (index: number) => number): Uint8Array {
  return new Uint8Array(length).map((_, index) => fill(index));
}

function frameOf(body: Uint8Array): LineFrame {
  return { type: 0x42, sequence: 7, events: 0, payload: body };
}

const GOOD = frameOf(payload(250, (i) => i));
const text = (line: string): Uint8Array => new TextEncoder().encode(line);

describe("frames to a board", () => {
  test("are base64 between zeros: a REPL finds no control character in them, and no end of a line", () => {
    const bytes = encodeRequestFrame({ type: 3, sequence: 3, events: 4, payload: payload(256, (i) => i) });
    expect(String.fromCharCode(...bytes)).toMatch(/^\0[A-Za-z0-9+/=]+\0$/);
  });

  test.each([0, 1, 2, 3, 168, 208, MAX_PAYLOAD])("a payload of %i bytes comes out as it went in", (length) => {
    const frame = frameOf(payload(length, (i) => i * 7));
    expect(decodeRequestFrame(encodeRequestFrame(frame).subarray(1, -1))).toEqual(frame);
  });

  test("what is no frame is undefined: spoilt, cut short, too long, or not base64", () => {
    const good = encodeRequestFrame(GOOD).subarray(1, -1);
    for (const at of good.keys()) {
      expect(decodeRequestFrame(good.with(at, (good[at] as number) ^ 1))).toBeUndefined();
      expect(decodeRequestFrame(good.subarray(0, at))).toBeUndefined();
    }
    expect(decodeRequestFrame(payload(1_000_000, () => 65))).toBeUndefined();
    const random = new SeededRandom(9);
    for (let i = 0; i < 2000; i++) {
      expect(decodeRequestFrame(payload(i % 300, () => random.uint32() & 0x7f))).toBeUndefined();
    }
    expect(decodeRequestFrame(payload(40, (i) => i))).toBeUndefined();
  });
});

describe("frames of a board", () => {
  test("a frame is zero, stuffed bytes, zero", () => {
    const bytes = encodeNoticeFrame({ type: 0x0b, sequence: 1, events: 2, payload: Uint8Array.of(0xaa, 0, 0xbb) });
    expect([...bytes.subarray(0, 7)]).toEqual([
      0x00, // the end of whatever was before
      0x01, // the frame's first byte is zero
      0x05, // four bytes without a zero:
      ...[0x0b, 0x01, 0x02, 0xaa], // type, sequence, events, payload
    ]);
    expect(bytes.at(-1)).toBe(0);
    expect(bytes.subarray(1, -1)).not.toContain(0);
  });

  test.each([
    0,
    1,
    2,
    245,
    246,
    247,
    248,
    249,
    250,
    251,
    252,
    253,
    254,
    255,
    256,
    500,
    507,
    508,
    509,
    1490,
    MAX_PAYLOAD,
  ])("a payload of %i bytes comes out as it went in, whatever its bytes are", (length) => {
    const { read, frames, line } = reader();
    const bodies = [() => 0, () => 1, () => 0xff, (i: number) => i, (i: number) => (i % 254 === 253 ? 0 : 9)].map(
      (fill) => payload(length, fill),
    );
    for (const body of bodies) read(encodeNoticeFrame(frameOf(body)));
    expect(frames).toEqual(bodies.map(frameOf));
    expect(line.counters).toEqual({ malformed: 0, tooLong: 0 });
  });

  test("a stream may come in single bytes", () => {
    const { read, frames } = reader();
    for (const byte of encodeNoticeFrame(GOOD)) read(Uint8Array.of(byte));
    expect(frames).toEqual([GOOD]);
  });

  test("a payload that is too long is refused", () => {
    expect(() => encodeNoticeFrame(frameOf(new Uint8Array(MAX_PAYLOAD + 1)))).toThrow(RangeError);
  });

  test("text between frames is handed on by lines", () => {
    const { read, frames, texts, line } = reader();
    read(text("ets Jun  8 2016\r\nrst:0x1 (POWERON"));
    read(encodeNoticeFrame(GOOD));
    read(text("Traceback:\n"));
    expect(frames).toEqual([GOOD]);
    expect(texts).toEqual(["ets Jun  8 2016\r\n", "rst:0x1 (POWERON", "Traceback:\n"]);
    expect(line.counters.malformed).toBe(0);
  });

  test("every frame with one bit flipped, one byte lost or one byte doubled is refused, and the next one is read", () => {
    const bytes = encodeNoticeFrame(frameOf(payload(40, (i) => i % 5)));
    const broken = [...bytes.keys()].flatMap((at) => [
      ...Array.from({ length: 8 }, (_, bit) => bytes.with(at, (bytes[at] as number) ^ (1 << bit))),
      Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]),
      Uint8Array.from([...bytes.subarray(0, at + 1), ...bytes.subarray(at)]),
    ]);
    const { read, frames } = reader();
    for (const one of broken) {
      frames.length = 0;
      read(one);
      read(encodeNoticeFrame(GOOD));
      expect(frames.at(-1)).toEqual(GOOD);
      for (const frame of frames.slice(0, -1)) expect(frame.payload).toEqual(payload(40, (i) => i % 5));
    }
  });

  test("after a million random bytes, with and without zeros among them, the next good frame is read", () => {
    const random = new SeededRandom(5);
    const { read, frames, line } = reader();
    for (let round = 0; round < 100; round++) {
      const mask = round % 2 === 0 ? 0 : 1; // no zeros: no end in sight
      read(payload(10_000, () => (random.uint32() & 0xff) | mask));
      frames.length = 0;
      read(encodeNoticeFrame(GOOD));
      expect(frames).toEqual([GOOD]);
    }
    expect(line.counters.malformed).toBeGreaterThan(0);
  });

  test("a frame without an end is counted, not stored", () => {
    const { read, frames, line } = reader();
    for (let i = 0; i < 10; i++) read(payload(10_000, () => 1));
    read(encodeNoticeFrame(GOOD));
    expect(frames).toEqual([GOOD]);
    expect(line.counters.tooLong).toBe(1);
  });
});
