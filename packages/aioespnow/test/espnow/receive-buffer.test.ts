import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MacAddress } from "#lib/codec/mac-address.ts";
import { ReceiveBuffer } from "#lib/espnow/receive-buffer.ts";
import { emptyHeader, type MessageInfo } from "#lib/radio/message-info.ts";

function message(data: Uint8Array, number = 0): MessageInfo {
  return {
    source: `02:00:00:00:00:${String(number % 100).padStart(2, "0")}` as MacAddress,
    destination: "ff:ff:ff:ff:ff:ff" as MacAddress,
    data,
    rssi: -number,
    channel: 1 + (number % 13),
    rate: number % 4,
    timeMs: number + 0.5,
    encrypted: number % 2 === 0,
    replayed: number % 3 === 0,
  };
}

const ofLength = (length: number) => message(new Uint8Array(length));

/** MicroPython's arithmetic (docs/protocol.md 4.1): capacity is size - 1, and a record that would fill it is dropped. */
describe("the ring drops exactly where MicroPython's does", () => {
  test.each([
    [528, 250, 248, true],
    [528, 250, 249, false],
    [2968, 1470, 1468, true],
    [2968, 1470, 1469, false],
  ])("a buffer of %i bytes that holds %i: another of %i is taken: %s", (size, first, second, taken) => {
    const buffer = new ReceiveBuffer(size);
    expect(buffer.put(ofLength(first))).toBe(true);
    expect(buffer.put(ofLength(second))).toBe(taken);
    expect(buffer.count).toBe(taken ? 2 : 1);
  });

  test.each([
    [248, true],
    [249, false],
  ])("with an ESP8266's 8 bytes for each message, 516 hold 250 and another of %i: %s", (second, taken) => {
    const buffer = new ReceiveBuffer(516, 8);
    expect(buffer.put(ofLength(250))).toBe(true);
    expect(buffer.put(ofLength(second))).toBe(taken);
  });

  test.each([
    [266, 250, true],
    [265, 250, false],
  ])("an empty buffer of %i bytes takes a message of %i: %s", (size, length, taken) => {
    expect(new ReceiveBuffer(size).put(ofLength(length))).toBe(taken);
  });
});

test.each([0, 2234, 65_535])("a message of %i bytes, which no reader could take, is not stored", (length) => {
  const buffer = new ReceiveBuffer(1_000_000);
  expect(buffer.put(ofLength(length))).toBe(false);
  expect(buffer.count).toBe(0);
});

test("a message is gone when it was taken, whatever room there was for it, and those behind it are whole", () => {
  const buffer = new ReceiveBuffer(100, 14);
  const header = emptyHeader();
  const waiting: Uint8Array[] = [];
  for (let step = 1; step <= 300; step++) {
    const data = Uint8Array.from({ length: 1 + (step % 9) }, (_, i) => step + i);
    if (buffer.put(message(data, step))) waiting.push(data);
    if (step % 4 === 0) continue; // so that it is sometimes full, and never starts from its beginning
    const target = new Uint8Array(step % 11);
    const taken = waiting.shift() as Uint8Array;
    buffer.take(header, target);
    expect([...target.subarray(0, taken.length)]).toEqual([...taken.subarray(0, target.length)]);
    expect(buffer.count).toBe(waiting.length);
  }
});

test("a cleared buffer is as a new one", () => {
  const buffer = new ReceiveBuffer(528);
  buffer.put(ofLength(250));
  buffer.clear();
  expect(buffer.count).toBe(0);
  expect([buffer.put(ofLength(250)), buffer.put(ofLength(248))]).toEqual([true, true]);
});

test("a message comes out as it went in, with all that is known of it", () => {
  const buffer = new ReceiveBuffer(2968);
  const put = message(new Uint8Array([1, 2, 3]), 42);
  buffer.put(put);
  const header = emptyHeader();
  const target = new Uint8Array(buffer.nextLength);
  buffer.take(header, target);
  expect({ ...header, data: target }).toEqual(put);
  expect(buffer.count).toBe(0);
});

test("messages are copied: what the radio does with its bytes later does not matter", () => {
  const buffer = new ReceiveBuffer(2968);
  const data = new Uint8Array([1, 2, 3]);
  buffer.put(message(data));
  data.fill(9);
  const target = new Uint8Array(3);
  buffer.take(emptyHeader(), target);
  expect([...target]).toEqual([1, 2, 3]);
});

test("a message goes on at the start of the ring where its end is reached, and may end exactly there", () => {
  const buffer = new ReceiveBuffer(64);
  const lengths = [20, 10, 20, 14, 20, 14, 20, 14]; // written at 0, 20, 30, 50, 0, 20, 34, and 54 to 64 and 0 to 4
  const messages = lengths.map((length, i) =>
    message(
      Uint8Array.from({ length }, (_, n) => 32 * i + n),
      i,
    ),
  );
  for (const [i, put] of messages.entries()) {
    expect(buffer.put(put)).toBe(true);
    const before = messages[i - 1];
    if (before === undefined) continue;
    const header = emptyHeader();
    const target = new Uint8Array(buffer.nextLength);
    buffer.take(header, target);
    expect({ ...header, data: target }).toEqual(before);
  }
});

test("room that was freed can be used again, across the end of the ring", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 30, max: 600 }),
      fc.array(fc.option(fc.uint8Array({ minLength: 1, maxLength: 300, size: "max" }), { freq: 2 }), {
        maxLength: 60,
        size: "max",
      }),
      (size, steps) => {
        const buffer = new ReceiveBuffer(size);
        const model: MessageInfo[] = [];
        let used = 0;
        for (const [number, data] of steps.entries()) {
          if (data === null) {
            const expected = model.shift();
            if (expected === undefined) continue;
            used -= 14 + expected.data.length;
            const header = emptyHeader();
            const target = new Uint8Array(buffer.nextLength);
            buffer.take(header, target);
            expect({ ...header, data: target }).toEqual(expected);
          } else {
            const fits = 14 + data.length < size - 1 - used;
            expect(buffer.put(message(data, number))).toBe(fits);
            if (!fits) continue;
            used += 14 + data.length;
            model.push(message(data, number));
          }
          expect(buffer.count).toBe(model.length);
        }
      },
    ),
  );
});
