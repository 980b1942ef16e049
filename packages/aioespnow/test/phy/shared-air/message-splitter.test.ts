import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_MESSAGE_LENGTH } from "#lib/phy/shared-air/air-protocol.ts";
import { frameMessage, MessageSplitter } from "#lib/phy/shared-air/message-splitter.ts";

/** The messages that are cut out of `chunks`, and what was wrong with the stream. */
function split(chunks: readonly Uint8Array[]): { messages: Uint8Array[]; fault: string | undefined } {
  const messages: Uint8Array[] = [];
  const splitter = new MessageSplitter((message) => void messages.push(message.slice()));
  let fault: string | undefined;
  for (const chunk of chunks) fault ??= splitter.push(chunk);
  return { messages, fault };
}

const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 12 });

test("messages are the same in whatever pieces they come", () => {
  fc.assert(
    fc.property(messages, fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (sent, sizes) => {
      const stream = Buffer.concat(sent.map(frameMessage));
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < stream.length; ) {
        const size = sizes.next().value as number;
        chunks.push(stream.subarray(at, at + size));
        at += size;
      }
      expect(split(chunks)).toEqual({ messages: sent, fault: undefined });
    }),
  );
});

test("messages come whole when the stream comes byte by byte in a buffer that is used again", () => {
  const sent = [new Uint8Array(300).fill(7), Uint8Array.of(1)];
  const heard: Uint8Array[] = [];
  const splitter = new MessageSplitter((message) => void heard.push(message.slice()));
  const reused = Buffer.alloc(1);
  for (const byte of Buffer.concat(sent.map(frameMessage))) {
    reused[0] = byte;
    splitter.push(reused);
  }
  expect(heard).toEqual(sent);
});

test.each([0, MAX_MESSAGE_LENGTH + 1, 0xffff])("a length of %i is refused before the message has come", (length) => {
  const good = frameMessage(Uint8Array.of(5));
  const { messages, fault } = split([good, Uint8Array.of(length >> 8, length & 0xff)]);
  expect(messages).toEqual([Uint8Array.of(5)]);
  expect(fault).toBe(`a message of ${length} bytes`);
});
