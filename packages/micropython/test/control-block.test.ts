import { expect, test } from "vitest";
import { ControlBlock, EVENT_SLOTS, REPLY_BYTES } from "#micropython/channel/control-block.ts";

test("events come out in the order in which they went in; those beyond the depth of a board's scheduler are refused", () => {
  const host = new ControlBlock();
  const program = new ControlBlock(host.memory);
  for (let value = 0; value < EVENT_SLOTS; value++) expect(host.putEvent({ kind: 2, value })).toBe(true);
  expect(host.putEvent({ kind: 2, value: 99 })).toBe(false);
  for (let value = 0; value < EVENT_SLOTS; value++) {
    expect(program.peekEvent()).toEqual({ kind: 2, value });
    program.dropEvent();
  }
  expect(program.peekEvent()).toBeUndefined();
  expect(host.putEvent({ kind: 0, value: 1 })).toBe(true);
});

test("Ctrl-C is seen once", () => {
  const host = new ControlBlock();
  host.interrupt();
  const program = new ControlBlock(host.memory);
  expect([program.takeInterrupt(), program.takeInterrupt()]).toEqual([true, false]);
});

test("an answer that is too long is refused before anything is written", () => {
  const host = new ControlBlock();
  host.answer(1, new Uint8Array([7]));
  expect(() => host.answer(2, new Uint8Array(REPLY_BYTES + 1))).toThrow(RangeError);
  expect([...host.reply]).toEqual([7]);
});

test("counts of output go round without a stop", () => {
  const block = new ControlBlock();
  block.takeOutput(0x7fff_ffff);
  block.awaitOutput(0x8000_0100 | 0); // 257 bytes further, beyond the greatest number: it does not block
  expect(block.word(16)).toBe(0x7fff_ffff);
});
