import { describe, expect, test } from "vitest";
import type { EspNowError } from "#lib/errors.ts";
import { NoticeType, PING, RequestType } from "#lib/radio/board/board-protocol.ts";
import { decodeRequestFrame, encodeNoticeFrame, type LineFrame } from "#lib/radio/board/framing.ts";
import type { BoardPort } from "#lib/radio/board/line/board-port.ts";
import { BoardSession } from "#lib/radio/board/session.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";

const HELLO = Uint8Array.of(2, 3, 5, 190, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2);
const MESSAGE = Uint8Array.of(2, 0, 0, 0, 0, 9, 0xd0, 0, 0, 0x68, 0x69);
const OK = Uint8Array.of(0, 0, 0, 0);

/** A session, what it writes, and a board's voice. */
function begin() {
  const clock = new VirtualClock();
  const written: LineFrame[] = [];
  const port: BoardPort = {
    onOpen: undefined,
    onData: undefined,
    onClose: undefined,
    onWritten: undefined,
    write: (bytes) => void written.push(decodeRequestFrame(bytes.subarray(1, -1)) as LineFrame),
    close: () => Promise.resolve(),
  };
  const ends: EspNowError[] = [];
  let messages = 0;
  const session = new BoardSession(port, clock, {
    onHello: () => undefined,
    onMessage: () => void messages++,
    onText: () => undefined,
    onEnd: (error) => void ends.push(error),
  });
  const say = (type: number, sequence: number, events: number, payload: Uint8Array): void =>
    port.onData?.(encodeNoticeFrame({ type, sequence, events, payload }));
  return { clock, session, written, ends, say, heard: () => messages };
}

describe("a session with a board", () => {
  test("asks for a hello until it comes, and gives up", () => {
    const { clock, written, ends } = begin();
    clock.wait(5000);
    expect(written.map(({ type, sequence }) => [type, sequence])).toEqual(
      Array.from({ length: 8 }, () => [RequestType.alive, 1]),
    );
    expect(ends).toMatchObject([{ code: "ERR_RADIO_PROTOCOL" }]);
  });

  test("an idle board is asked every second whether it is there, six times in all, and then given up", () => {
    const { clock, written, ends, say } = begin();
    say(NoticeType.hello, 0, 0, HELLO);
    clock.wait(999);
    expect(written).toEqual([]);
    clock.wait(10_000);
    expect(written.map(({ type, sequence }) => [type, sequence])).toEqual(Array.from({ length: 6 }, () => [1, 1]));
    expect(ends).toMatchObject([{ code: "ERR_RADIO_DOWN" }]);
  });

  test("tells the board after eight messages that they have come", () => {
    const { written, say, heard } = begin();
    say(NoticeType.hello, 0, 250, HELLO);
    for (let i = 1; i <= 8; i++) say(NoticeType.message, 0, (250 + i) & 0xff, MESSAGE);
    expect(heard()).toBe(8);
    expect(written).toMatchObject([{ type: RequestType.alive, sequence: 0, events: 2 }]);
  });

  test("counts messages that did not come, by the next one and by a reply; numbers do not go back", () => {
    const { session, say, heard } = begin();
    say(NoticeType.hello, 0, 0, HELLO);
    say(NoticeType.message, 0, 3, MESSAGE);
    expect(session.counters.lost).toBe(2);
    say(NoticeType.message, 0, 3, MESSAGE); // the same once more
    say(NoticeType.message, 0, 1, MESSAGE); // an older one
    expect([heard(), session.counters.lost]).toEqual([1, 2]);
    session.request(PING, () => undefined);
    say(NoticeType.reply, 1, 5, OK);
    expect(session.counters.lost).toBe(4);
    session.request(PING, () => undefined);
    say(NoticeType.reply, 2, 1, OK); // said before those
    expect(session.counters.lost).toBe(4);
  });

  test("a late reply to a request that was repeated is not taken for the next one's", () => {
    const { session, say } = begin();
    say(NoticeType.hello, 0, 0, HELLO);
    const replies: number[] = [];
    session.request(PING, () => void replies.push(1));
    session.request(PING, () => void replies.push(2));
    say(NoticeType.reply, 1, 0, OK);
    say(NoticeType.reply, 1, 0, OK);
    expect(replies).toEqual([1]);
    say(NoticeType.reply, 2, 0, OK);
    expect(replies).toEqual([1, 2]);
  });

  test("numbers of requests and messages begin again after 255, and nothing is lost or taken twice", () => {
    const { session, say, heard } = begin();
    say(NoticeType.hello, 0, 0, HELLO);
    let replies = 0;
    for (let i = 1; i <= 600; i++) {
      session.request(PING, () => void replies++);
      say(NoticeType.reply, i & 0xff, (i - 1) & 0xff, OK);
      say(NoticeType.message, 0, i & 0xff, MESSAGE);
    }
    expect([replies, heard(), session.counters.lost, session.counters.repeated]).toEqual([600, 600, 0, 0]);
  });

  test("ends when more changes wait than a line can carry, and answers all of them", () => {
    const { session, ends, say } = begin();
    say(NoticeType.hello, 0, 0, HELLO);
    let unanswered = 0;
    for (let i = 0; i < 4097; i++) session.request(PING, (reply) => void (reply === undefined && unanswered++));
    expect(ends).toMatchObject([{ message: expect.stringContaining("they come too fast") }]);
    expect(unanswered).toBe(4097);
  });

  test.each([
    ["bye", NoticeType.bye, 0],
    ["a hello that was not asked for", NoticeType.hello, 0],
  ])("%s is its end", (_title, type, sequence) => {
    const { ends, say } = begin();
    say(NoticeType.hello, 0, 0, HELLO);
    say(type, sequence, 0, HELLO);
    expect(ends).toMatchObject([{ code: "ERR_RADIO_DOWN" }]);
  });
});
