import { expect, test } from "vitest";
import { main as broadcast } from "../../examples/broadcast.ts";
import { main as encrypted } from "../../examples/encrypted.ts";
import { replay, main as replayCapture } from "../../examples/replay.ts";
import { SHARED_VARIABLE, sharedFile } from "../shared.ts";
import { lines } from "./lines.ts";

const capture = sharedFile("vectors/esp32-broadcast.pcap");

test("broadcast: everybody hears it, and the sender is told true", async () => {
  expect(await lines(broadcast)).toEqual([
    'cellar hears "dinner is ready" from 6e:0e:03:d7:a6:4a at -30 dBm',
    'garden hears "dinner is ready" from 6e:0e:03:d7:a6:4a at -30 dBm',
    "kitchen sends: true",
  ]);
});

test("encrypted: the peer with the key reads the message, and a stranger's is dropped", async () => {
  expect(await lines(encrypted)).toEqual([
    "the door is acknowledged: true",
    'the lock reads "open", encrypted: true',
    "the stranger is acknowledged: true",
    "the lock drops it: 1 message without a known key",
  ]);
});

test.skipIf(capture === undefined)(
  `replay: the capture of a real ESP32 gives its 300 messages, none dropped (${SHARED_VARIABLE})`,
  async () => {
    let summary: unknown;
    const printed = await lines(async (print) => {
      summary = await replay(capture as string, print);
    });
    expect(summary).toEqual({ messages: 300, senders: 1, dropped: 0, remarks: [] });
    expect(printed).toHaveLength(300);
    expect(printed[0]).toMatch(
      /^ {2}0\.000000 s {2}b8:d6:1a:ab:4d:8c > ff:ff:ff:ff:ff:ff {2}-83 dBm {2}250 bytes {2}"/,
    );
  },
);

test.each([
  ["/no/such/file.pcap", "cannot replay /no/such/file.pcap: there is no such file"],
  ["package.json", "cannot replay package.json: ERR_RADIO_PROTOCOL: package.json is no capture"],
  ["--help", "usage: replay.js FILE"],
])("replay of %s says what is wrong", async (file, message) => {
  await expect(replayCapture(file)).rejects.toThrow(message);
});

test("replay without a file, or with two, says how it is used", async () => {
  await expect(replayCapture()).rejects.toThrow("usage: replay.js FILE");
  await expect(replayCapture("a.pcap", "b.pcap")).rejects.toThrow("usage: replay.js FILE");
});

test("replay says what there is beside messages that it can read", async () => {
  const { messages, remarks } = await replay("examples/data/encrypted.pcap", () => undefined);
  expect(messages).toBe(0);
  expect(remarks).toEqual([
    "1 frame: encrypted, and no key is known",
    'npx espnow sniff --radio "replay:examples/data/encrypted.pcap" --lmk KEY reads it',
  ]);
});
