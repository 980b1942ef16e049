import { EspNowError } from "#lib/errors.ts";
import { CaptureReader, captureTime, LinkType, PcapngWriter, PcapWriter } from "#lib/pcap/index.ts";
import { decodeNotice, decodeRequest, encodeNotice, encodeRequest } from "#lib/phy/shared-air/air-protocol.ts";
import { frameMessage, MessageSplitter } from "#lib/phy/shared-air/message-splitter.ts";
import { decodeHello, decodeMessage, decodeReply, decodeStats } from "#lib/radio/board/board-protocol.ts";
import { encodeNoticeFrame, LineReader } from "#lib/radio/board/framing.ts";
import type { BoardPort } from "#lib/radio/board/line/board-port.ts";
import { connectBoard } from "#lib/radio/board/repl/connecting.ts";
import { DialogueRunner } from "#lib/radio/board/repl/dialogue.ts";
import { A, actionFrame, B } from "#lib/testing/action-frame.ts";
import { fromHex } from "#lib/util/bytes.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";
import { concat } from "#test/doubles/capture-bytes.ts";
import file from "../../vectors/vectors.json" with { type: "json" };
import { Mutator } from "./mutation.ts";
import { stream } from "./stream.ts";
import type { Target } from "./target.ts";

const utf8 = new TextEncoder();

/** What members and hosts of a shared air say to each other, from the socket to the message. */
export function sharedAir(seed: number): Target {
  const frame = actionFrame(B, 1);
  const heard = { bytes: frame, rssi: -50, rate: 0, channel: 1, timeMs: 5 };
  const messages = [
    encodeRequest({ type: "hello", version: 1 }),
    encodeRequest({ type: "open", station: 1, profile: "esp32", promiscuous: false }),
    encodeRequest({ type: "addresses", station: 1, addresses: [A, B] }),
    encodeRequest({ type: "power", station: 1, dBm: 20 }),
    encodeRequest({ type: "transmit", station: 1, id: 7, rate: 0, noAck: false, frame }),
    encodeRequest({ type: "protocol", station: 1, protocol: 8 }),
    encodeRequest({ type: "elapse", station: 1, id: 8, ms: 100 }),
    encodeNotice({ type: "welcome", version: 1 }),
    encodeNotice({ type: "elapsed", station: 1, id: 8 }),
    encodeNotice({ type: "refusal", reason: "full" }),
    encodeNotice({ type: "heard", station: 1, frame: heard }),
    encodeNotice({ type: "report", station: 1, id: 7, status: "acked", attempts: 1 }),
  ].map(frameMessage);
  const mutator = new Mutator(seed, [...messages, concat(...messages)]);
  const onMessage = (message: Uint8Array): void => {
    decodeRequest(message);
    decodeNotice(message);
  };
  let splitter = new MessageSplitter(onMessage);
  return stream("the stream of a shared air", mutator, (bytes) => {
    const cut = mutator.below(bytes.length + 1);
    for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      if (splitter.push(piece) !== undefined) splitter = new MessageSplitter(onMessage);
    }
  });
}

/** The frames and the text of a board. */
export function boardLine(seed: number): Target {
  const notices = [0x40, 0x41, 0x42, 0x43].map((type, i) =>
    encodeNoticeFrame({ type, sequence: i, events: i, payload: new Uint8Array(30 + 10 * i).fill(i) }),
  );
  const text = utf8.encode('Traceback (most recent call last):\r\n  File "main.py"\r\nrst:0x1 (POWERON_RESET)\r\n>>> ');
  const mutator = new Mutator(seed, [...notices, concat(...notices, text), text]);
  const reader = new LineReader(
    ({ payload }) => {
      decodeHello(payload);
      decodeReply(payload);
      decodeMessage(payload);
      decodeStats(payload);
    },
    () => undefined,
  );
  return stream("the line of a board", mutator, (bytes) => reader.push(bytes));
}

/** A port whose device says what it is told to say. */
class ScriptedPort implements BoardPort {
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onClose: ((error: EspNowError) => void) | undefined;
  onWritten: ((length: number) => void) | undefined;
  write(): void {}
  async close(): Promise<void> {}
}

/** What a device says while it is led to its raw REPL and the agent is started. */
export function repl(seed: number): Target {
  const lines = [
    "raw REPL; CTRL-B to exit\r\n>",
    "R\x01\x80\x00\x01\x01\x01",
    "OKmicropython\t1.27.0\tesp32\tGeneric ESP32 module with ESP32\r\n\x04\x04>",
    "OK\x04ImportError: no module named 'espnow'\r\n\x04>",
    "MicroPython v1.27.0 on 2026-01-01; Generic ESP32 module with ESP32\r\n>>> ",
    "\x00\x41\x01\x00",
  ].map((line) => Uint8Array.from(line, (character) => character.charCodeAt(0)));
  const mutator = new Mutator(seed, lines, 512);
  const clock = new VirtualClock();
  let port = new ScriptedPort();
  const begin = (): void => {
    port = new ScriptedPort();
    new DialogueRunner(port, clock, (board) => connectBoard("a board", board), onEnd);
    port.onOpen?.();
  };
  const onEnd = (result: unknown): void => {
    if (result instanceof EspNowError && result.code === "ERR_RADIO_PROTOCOL" && result.cause !== undefined) {
      throw new Error("the dialogue broke down", { cause: result.cause });
    }
    begin();
  };
  begin();
  return stream("the REPL of a device", mutator, (bytes) => {
    port.onData?.(bytes);
    clock.wait(clock.now() + mutator.below(500));
  });
}

/** A capture in pieces of any size. What comes out of it lies within it. */
function capture(name: string, seed: number, whole: Uint8Array): Target {
  const mutator = new Mutator(seed, [whole], whole.length + 4096);
  return stream(name, mutator, (bytes) => {
    const reader = new CaptureReader();
    let packets = 0;
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + mutator.below(600);
      reader.push(bytes.subarray(at, end));
      at = end;
      for (const packet of reader) {
        packets++;
        if (packet.bytes.length > bytes.length) throw new Error("a packet longer than its capture");
      }
    }
    if (packets > bytes.length / 16) throw new Error(`${packets} packets in ${bytes.length} bytes`);
    if (reader.ending.status === "empty" && bytes.length > 0) throw new Error("an empty capture that has bytes");
  });
}

export function pcap(seed: number): Target {
  const parts: Uint8Array[] = [];
  const writer = new PcapWriter((bytes) => void parts.push(bytes), LinkType.IEEE802_11);
  for (const [i, { mpdu }] of file.vectors.entries()) writer.write({ time: captureTime(i), bytes: fromHex(mpdu) });
  return capture("pcap", seed, concat(...parts));
}

export function pcapng(seed: number): Target {
  const parts: Uint8Array[] = [];
  const writer = new PcapngWriter((bytes) => void parts.push(bytes));
  writer.addInterface({ linkType: LinkType.IEEE802_11, name: "fuzz" });
  for (const [i, { mpdu }] of file.vectors.entries()) {
    writer.write({ time: captureTime(i), bytes: fromHex(mpdu), comments: ["a comment"], direction: "inbound" });
  }
  return capture("pcapng", seed, concat(...parts));
}
