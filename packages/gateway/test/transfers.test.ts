import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import { toMac } from "aioespnow";
import { encodeTransfer, readTransfer } from "espnow-gateway/decoders";
import { Scenario } from "espnow-micropython";
import { beforeEach, describe, expect, test } from "vitest";
import { toHex, toUtf8 } from "#gateway/decoders/bytes.ts";
import { TransferReceiver } from "#gateway/transfers/receiver.ts";
import { GATEWAY, NODE, openHouse } from "./house.ts";

const PROGRAM = fileURLToPath(new URL("../../../examples/micropython/long_message.py", import.meta.url));

test.each([0, 0.3])(
  "a MicroPython program sends a message that needs eight pieces while %d of all frames are lost",
  async (loss) => {
    await using scenario = new Scenario({ seed: 5 });
    const radio = scenario.air.radio({ mac: GATEWAY, profile: "host" });
    await using house = openHouse([radio], { autoAccept: false });
    house.gateway.addNode(NODE, { isAccepted: true });
    const board = scenario.board(PROGRAM, { mac: NODE, argv: [GATEWAY] });
    board.radio.phy.setLink(radio.phy, { delivery: 1 - loss });
    radio.phy.setLink(board.radio.phy, { delivery: 1 - loss });
    await scenario.until(board, /^sent$/m, { within: 60_000 });
    const { decoder, seen } = house.gateway.nodes.find(NODE);
    expect(decoder?.format).toBe("json");
    expect(Object.keys(seen.values)).toHaveLength(100);
    expect(seen.values).toMatchObject({ reading_99: 9801 });
    expect(house.gateway.transfers).toMatchObject({ completed: 1, failed: 0, refused: 0 });
  },
);

describe("a receiver", () => {
  const OTHER = toMac("02:00:00:00:00:a2");
  const WHOLE = Uint8Array.from({ length: 1000 }, (_, i) => i * 7);
  const START = { session: 0x1234, fragmentSize: 100, crc: crc32(WHOLE), name: "", isBroadcast: false, isFile: false };

  let now: number;
  let answers: string[];
  let delivered: Uint8Array[];
  let receiver: TransferReceiver;

  beforeEach(() => {
    now = 0;
    answers = [];
    delivered = [];
    receiver = new TransferReceiver({
      now: () => now,
      isWelcome: (mac) => mac !== OTHER,
      answer: (_, data) => answers.push(toHex(data)),
      deliver: (_, whole) => delivered.push(whole),
    });
  });

  const messages = (changes: Partial<typeof START> = {}, whole = WHOLE, asking = (_: number) => false) =>
    encodeTransfer(whole, { ...START, ...changes }, asking);

  test("tells which pieces are missing, in any order, and delivers once", () => {
    const [start, ...pieces] = messages({}, WHOLE, (index) => index === 4);
    receiver.take(NODE, start as Uint8Array);
    expect(answers).toEqual(["fe41123400080000"]);
    for (const index of [0, 3, 9, 4]) receiver.take(NODE, pieces[index] as Uint8Array);
    expect(answers.at(-1)).toBe("fe4112340008000186 00".replace(" 00", ""));
    for (const piece of pieces) receiver.take(NODE, piece);
    expect(answers.at(-1)).toBe("fe41123401080000");
    expect(delivered).toEqual([WHOLE]);
    // The answer was lost: the sender asks again.
    receiver.take(NODE, pieces[4] as Uint8Array);
    receiver.take(NODE, start as Uint8Array);
    expect(answers.slice(-2)).toEqual(["fe41123401080000", "fe41123401080000"]);
    expect(delivered).toHaveLength(1);
  });

  test("goes on where a sender stopped that has started again", () => {
    const [start, first] = messages();
    receiver.take(NODE, start as Uint8Array);
    receiver.take(NODE, first as Uint8Array);
    now = 500_000;
    const [again, , ...rest] = messages({ session: 9 });
    receiver.take(NODE, again as Uint8Array);
    expect(answers.at(-1)).toBe("fe41000900080001");
    for (const piece of rest) receiver.take(NODE, piece);
    expect(delivered).toEqual([WHOLE]);
  });

  test.each([
    ["a wrong checksum", { crc: 1 }, NODE, 1000, "03"],
    ["more than 64 KiB", { fragmentSize: 1464 }, NODE, 64 * 1024 + 1, "02"],
    ["a file", { isFile: true }, NODE, 1000, "06"],
    ["a node that nobody has accepted", {}, OTHER, 1000, "06"],
  ] as const)("refuses %s, and says so", (_, changes, mac, length, state) => {
    for (const message of messages(changes, new Uint8Array(length))) receiver.take(mac, message);
    expect(answers.at(-1)).toBe(`fe411234${state}080000`);
    expect(delivered).toEqual([]);
    expect(receiver.counters.failed + receiver.counters.refused).toBe(1);
  });

  test("takes four at a time; one that was silent for ten seconds makes room", () => {
    const begin = (session: number) => receiver.take(NODE, messages({ session, name: `n${session}` })[0] as Uint8Array);
    for (let session = 1; session <= 5; session++) begin(session);
    expect(answers.map((answer) => answer.slice(8, 10))).toEqual(["00", "00", "00", "00", "04"]);
    now = 10_000;
    begin(6);
    expect(answers.at(-1)).toBe("fe41000600080000");
    expect(receiver.counters).toMatchObject({ refused: 1, failed: 1 });
  });

  test("does not answer broadcasts, and forgets what is given up", () => {
    const [start, ...pieces] = messages({ isBroadcast: true }, WHOLE, () => true);
    for (const message of [start, ...pieces]) receiver.take(NODE, message as Uint8Array);
    expect(delivered).toEqual([WHOLE]);
    receiver.take(NODE, messages({ session: 7, isBroadcast: true, name: "x" })[0] as Uint8Array);
    receiver.take(NODE, Uint8Array.of(0xfe, 0x51, 0, 7, 1));
    expect(receiver.take(NODE, messages({ session: 7 })[1] as Uint8Array)).toBe(false);
    expect(answers).toEqual([]);
  });

  test("leaves alone what only begins alike, and pieces of no transfer", () => {
    const [start, piece] = messages();
    expect(receiver.take(NODE, piece as Uint8Array)).toBe(false);
    for (const text of ["", "{}", "\xfe"]) expect(receiver.take(NODE, toUtf8(text))).toBe(false);
    for (let length = 0; length < (start as Uint8Array).length; length++)
      expect(readTransfer((start as Uint8Array).subarray(0, length))).toBeUndefined();
    expect(readTransfer(Uint8Array.of(0xfe, 0x42, 0, 1, 0))).toBeUndefined();
  });

  test("takes no piece of another length, and none beyond the end", () => {
    const [start, first] = messages();
    receiver.take(NODE, start as Uint8Array);
    receiver.take(NODE, (first as Uint8Array).subarray(0, 50));
    receiver.take(NODE, Uint8Array.of(...(first as Uint8Array).subarray(0, 4), 0xff, 0xff, 1));
    receiver.take(NODE, start as Uint8Array);
    expect(answers.at(-1)).toBe("fe41123400080000");
  });
});
