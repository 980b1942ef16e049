import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AIOESPNow, type MacAddress, WLAN } from "aioespnow";
import {
  AGENT,
  boardLine,
  connectBoard,
  decodeRequestFrame,
  encodeNoticeFrame,
  encodeRequestFrame,
  type LineFrame,
  LineReader,
  NoticeType,
  RequestType,
} from "aioespnow/board";
import type { Bench } from "./report.ts";

const PEER = "02:00:00:00:00:0a" as MacAddress;
const MESSAGE_LENGTH = 250;
/** What a received message has beside its bytes. */
const MESSAGE_HEADER = 9;
/** A byte on a UART, with its start and stop bit. */
const BITS_PER_BYTE = 10;
const ENOUGH_EVENTS = 16;

/** The least that answers as a board: every send is acknowledged at once. Behind TCP. */
class Firmware {
  readonly #server: Server;
  #client: Socket | undefined;
  #onFrame: (frame: LineFrame) => void = (frame) => this.#answer(frame);
  /** Messages that it has said, and of which it knows that they were heard; modulo 256. */
  said = 0;
  acknowledged = 0;

  constructor() {
    this.#server = createServer((socket) => {
      this.#client = socket;
      const stretch: number[] = [];
      socket.setNoDelay(true);
      socket.on("data", (bytes) => {
        for (const byte of bytes) {
          if (byte !== 0) stretch.push(byte);
          else this.#read(Uint8Array.from(stretch.splice(0)));
        }
      });
      socket.on("error", () => undefined);
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  /** Only counts frames. */
  count(total: number): Promise<void> {
    let frames = 0;
    return new Promise((resolve) => {
      this.#onFrame = () => void (++frames === total && resolve());
    });
  }

  say(type: number, sequence: number, payload: Uint8Array): void {
    if (type === NoticeType.message) this.said = (this.said + 1) & 0xff;
    this.#client?.write(encodeNoticeFrame({ type, sequence, events: this.said, payload }));
  }

  close(): void {
    this.#client?.destroy();
    this.#server.close();
  }

  #read(stretch: Uint8Array): void {
    const frame = decodeRequestFrame(stretch);
    if (frame !== undefined) this.#onFrame(frame);
  }

  #answer({ type, sequence, events }: LineFrame): void {
    this.acknowledged = events;
    if (type === RequestType.leave) this.say(NoticeType.bye, 0, new Uint8Array(0));
    else if (type !== RequestType.alive) this.say(NoticeType.reply, sequence, Uint8Array.of(0, 0, 0, 0, 1));
    else if (sequence !== 0) this.say(NoticeType.hello, sequence, HELLO);
  }
}

/** A message as a board hands it on. */
const MESSAGE: LineFrame = {
  type: NoticeType.message,
  sequence: 0,
  events: 1,
  payload: new Uint8Array(MESSAGE_HEADER + MESSAGE_LENGTH).map((_, i) => i * 7),
};

const HELLO = Uint8Array.of(2, 3, 1470 >> 8, 1470 & 0xff, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2);

/** A board on a serial port that is a pseudo-terminal. Without socat there is none, and no figure but one. */
export const board: Bench = async function* (smoke) {
  for (const baud of [115_200, 921_600]) {
    const value = (AGENT.length * BITS_PER_BYTE) / baud;
    yield {
      name: `board: ${AGENT.length} bytes of agent at ${baud} baud`,
      value,
      unit: "s",
      ...(baud === 115_200 ? { target: "< 2 s" } : {}),
      note: "computed",
    };
    const frame = encodeNoticeFrame(MESSAGE);
    yield {
      name: `board: messages of ${MESSAGE_LENGTH} bytes at ${baud} baud`,
      value: baud / BITS_PER_BYTE / frame.length,
      unit: "messages/s",
      note: "computed: the ceiling of the line, from the board",
    };
  }
  if (spawnSync("socat", ["-V"]).status !== 0) return;
  const folder = mkdtempSync(join(tmpdir(), "board-bench-"));
  const path = join(folder, "tty");
  const firmware = new Firmware();
  const port = await firmware.listen();
  const socat = spawn("socat", [`PTY,link=${path},raw,echo=0`, `TCP:127.0.0.1:${port},nodelay`], { stdio: "ignore" });
  try {
    while (!existsSync(path)) {
      if (socat.exitCode !== null) throw new Error(`socat ended with ${socat.exitCode}: there is no pseudo-terminal`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    yield* radioFigures(firmware, path, smoke ? 50 : 2000);
    yield* framingFigures(firmware, path, smoke ? 200 : 10_000);
  } finally {
    await end(socat);
    firmware.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Through everything: the radio, its thread, the process of the port, the line, and back. */
async function* radioFigures(firmware: Firmware, path: string, count: number) {
  await using radio = await connectBoard(boardLine(path));
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  e.addPeer(PEER);
  const message = new Uint8Array(MESSAGE_LENGTH);
  for (const length of [100, MESSAGE_LENGTH]) {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      await e.asend(PEER, message.subarray(0, length));
      times.push(performance.now() - start);
    }
    yield {
      name: `board: ${length} bytes from asend to its report, median`,
      value: times.sort((a, b) => a - b)[count >> 1] as number,
      unit: "ms",
      target: "<= 3 ms",
      note: "the board answers at once",
    };
  }
  const start = performance.now();
  await Promise.all([hear(e, count), feed(firmware, count)]);
  yield {
    name: `board: messages of ${MESSAGE_LENGTH} bytes heard`,
    value: (1000 * count) / (performance.now() - start),
    unit: "messages/s",
    note: "by airecv, acknowledged to the board in between",
  };
}

async function hear(e: AIOESPNow, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await e.airecv();
}

/** Says `count` messages, never more than the computer has room for. */
async function feed(firmware: Firmware, count: number): Promise<void> {
  const { payload } = MESSAGE;
  for (let i = 0; i < count; i++) {
    while (((firmware.said - firmware.acknowledged) & 0xff) > ENOUGH_EVENTS) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    firmware.say(NoticeType.message, 0, payload);
  }
}

/** Frames over the port, with nothing above them. */
async function* framingFigures(firmware: Firmware, path: string, count: number) {
  const port = boardLine(path).open();
  const arrived = firmware.count(count);
  const start = performance.now();
  const bytes = encodeRequestFrame(MESSAGE);
  for (let i = 0; i < count; i++) port.write(bytes);
  await arrived;
  const there = performance.now();
  const read = new Promise<void>((resolve) => {
    let frames = 0;
    const reader = new LineReader(
      () => void (++frames === count && resolve()),
      () => undefined,
    );
    port.onData = (chunk) => reader.push(chunk);
  });
  for (let i = 0; i < count; i++) firmware.say(NoticeType.message, 0, MESSAGE.payload);
  await read;
  const back = performance.now();
  for (const [way, ms] of [
    ["to", there - start],
    ["from", back - there],
  ] as const) {
    yield {
      name: `board: frames of ${MESSAGE_LENGTH} bytes ${way} the board`,
      value: (1000 * count) / ms,
      unit: "frames/s",
      target: ">= 1500 /s",
      note: "framing alone, over a pseudo-terminal",
    };
  }
  await port.close();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, "exit");
}
