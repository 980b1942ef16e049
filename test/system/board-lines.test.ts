import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { MessageChannel } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BoardLine, type BoardPort, boardLine, duplexLine, webSerialLine } from "#lib/board.ts";
import type { EspNowError } from "#lib/errors.ts";
import type { PausablePort } from "#lib/radio/board/line/board-port.ts";
import { type LineNews, type LineOrder, MAX_UNTAKEN } from "#lib/radio/board/line/line-protocol.ts";
import { LineServer, lostNews } from "#lib/radio/board/line/line-server.ts";
import { openLine } from "#lib/radio/board/line/open-line.ts";
import { findBoard, serialError, serialPorts } from "#lib/radio/board/line/serial-ports.ts";
import { BlockingPort } from "#lib/util/blocking-port.ts";
import { systemClock } from "#lib/util/system-clock.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";

let server: Server;
let address: { host: string; port: number };
let client: Promise<Socket>;

beforeEach(async () => {
  server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  address = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
  client = once(server, "connection").then(([socket]) => socket);
});

afterEach(() => void server.close());

const opened = (port: BoardPort): Promise<void> =>
  new Promise((resolve) => {
    port.onOpen = resolve;
  });
const heard = (port: BoardPort): Promise<Uint8Array> =>
  new Promise((resolve) => {
    port.onData = resolve;
  });
const lost = (port: BoardPort): Promise<EspNowError> =>
  new Promise((resolve) => {
    port.onClose = resolve;
  });

describe.each<[string, () => BoardPort]>([
  ["a socket", () => openLine(address)],
  ["a socket in a thread", () => boardLine(`tcp://127.0.0.1:${address.port}`).open()],
])("%s as a line", (_name, open) => {
  let release: () => void;
  beforeEach(() => {
    release = systemClock.keepAlive();
  });
  afterEach(() => release());

  test("says when it is open, carries bytes both ways, and what was written before it was open", async () => {
    const port = open();
    port.write(Uint8Array.of(0, 3, 0));
    const [socket] = await Promise.all([client, opened(port)]);
    const [first] = await once(socket, "data");
    expect([...first]).toEqual([0, 3, 0]);
    const answer = heard(port);
    socket.write(Uint8Array.of(1, 2, 255));
    expect(await answer).toEqual(Uint8Array.of(1, 2, 255));
    await port.close();
    await port.close();
    socket.destroy();
  });

  test("says that it is lost when the other end is gone", async () => {
    const port = open();
    const [socket] = await Promise.all([client, opened(port)]);
    const end = lost(port);
    socket.destroy();
    expect(await end).toMatchObject({ code: "ERR_RADIO_DOWN" });
    await port.close();
  });

  test("says so when nobody listens", async () => {
    server.close();
    await once(server, "close");
    const port = open();
    expect(await lost(port)).toMatchObject({ message: expect.stringContaining("ECONNREFUSED") });
    await port.close();
  });
});

describe("the thread of a line", () => {
  test("writes what keeps the board alive when nothing else was written for a second, and no more when it is told so", () => {
    const clock = new VirtualClock();
    const written: number[] = [];
    const line: PausablePort = {
      onOpen: undefined,
      onData: undefined,
      onClose: undefined,
      onWritten: undefined,
      pause: () => undefined,
      resume: () => undefined,
      write: ([byte]) => void written.push(byte as number),
      close: () => Promise.resolve(),
    };
    const { port1, port2 } = new MessageChannel();
    const program = new BlockingPort<LineOrder, LineNews>(port1);
    new LineServer(line, program, clock);
    const order = (given: LineOrder): void => program.onMessage?.(given);
    order({ type: "keep-alive", bytes: Uint8Array.of(7) });
    clock.wait(900);
    order({ type: "write", bytes: Uint8Array.of(1) });
    clock.wait(1800);
    expect(written).toEqual([1]);
    clock.wait(2950);
    expect(written).toEqual([1, 7, 7]);
    order({ type: "keep-alive", bytes: undefined });
    clock.wait(9000);
    expect(written).toEqual([1, 7, 7]);
    program.close();
    port2.close();
  });

  test("does not read a line that says more than the program takes, until it has taken half of it", () => {
    const calls: string[] = [];
    const line: PausablePort = {
      onOpen: undefined,
      onData: undefined,
      onClose: undefined,
      onWritten: undefined,
      write: () => undefined,
      pause: () => void calls.push("pause"),
      resume: () => void calls.push("resume"),
      close: () => Promise.resolve(),
    };
    const { port1, port2 } = new MessageChannel();
    const program = new BlockingPort<LineOrder, LineNews>(port1);
    new LineServer(line, program, new VirtualClock());
    const piece = new Uint8Array(MAX_UNTAKEN / 4);
    const take = (pieces: number): void => program.onMessage?.({ type: "taken", length: pieces * piece.length });
    for (let i = 0; i < 4; i++) line.onData?.(piece);
    expect(calls).toEqual([]);
    line.onData?.(piece);
    expect(calls).toEqual(["pause"]);
    take(2);
    expect(calls).toEqual(["pause"]);
    take(1);
    expect(calls).toEqual(["pause", "resume"]);
    program.close();
    port2.close();
  });

  test("tells the program of errors by their code, whatever they are", () => {
    expect(lostNews(new Error("boom"))).toEqual({ type: "lost", code: "ERR_RADIO_DOWN", reason: "boom" });
    expect(lostNews(serialError(new Error("Error: Permission denied, cannot open /dev/ttyUSB0")))).toMatchObject({
      code: "ERR_RADIO_PERMISSION",
      reason: expect.stringContaining("usermod -aG dialout"),
    });
  });
});

describe("serial ports", () => {
  test.each([
    ["Error: No such file or directory, cannot open /dev/ttyUSB9", "there is no such port"],
    ["Error Resource temporarily unavailable Cannot lock port", "another program uses it"],
    ["Error: Inappropriate ioctl for device, cannot open /dev/null", "it is no serial port"],
    ["Error: Input/output error setting baud rate", "ERR_RADIO_DOWN: Input/output error"],
  ])("%s", (said, meaning) => {
    expect(serialError(new Error(said))).toMatchObject({
      code: "ERR_RADIO_DOWN",
      message: expect.stringContaining(meaning),
    });
  });

  test("are listed, those with boards first", async () => {
    const boards = (await serialPorts()).map(({ isBoard }) => isBoard);
    expect(boards).toEqual(boards.toSorted((a, b) => Number(b) - Number(a)));
    if (boards.filter((isBoard) => isBoard).length !== 1) await expect(findBoard()).rejects.toThrow("ERR_RADIO_DOWN");
  });

  test.each(["tcp://nowhere", "tcp://host:0", "tcp://host:99999"])("%s is no address of a board", (url) => {
    expect(() => boardLine(url)).toThrow(RangeError);
  });
});

describe("a line over a stream of one's own", () => {
  test("carries bytes, and is lost with the stream", async () => {
    const [ours, theirs] = pair();
    const port = duplexLine("my stream", () => ours).open();
    await opened(port);
    const answer = heard(port);
    theirs.write(Uint8Array.of(5));
    expect(await answer).toEqual(Uint8Array.of(5));
    const end = lost(port);
    ours.destroy(new Error("torn"));
    expect(await end).toMatchObject({ code: "ERR_RADIO_DOWN", message: "ERR_RADIO_DOWN: my stream: torn" });
  });
});

describe("a port of the Web Serial API", () => {
  /** One whose other end is in our hands. */
  function fakePort(failure?: Error) {
    let incoming: ReadableStreamDefaultController<Uint8Array> | undefined;
    const written: number[] = [];
    const port = {
      readable: null as ReadableStream<Uint8Array> | null,
      writable: null as WritableStream<Uint8Array> | null,
      closed: 0,
      async open({ baudRate }: { readonly baudRate: number }) {
        if (failure !== undefined) throw failure;
        expect(baudRate).toBe(115_200);
        port.readable = new ReadableStream({
          start: (controller) => {
            incoming = controller;
          },
        });
        port.writable = new WritableStream({ write: (bytes) => void written.push(...bytes) });
      },
      async close() {
        port.closed++;
      },
    };
    return {
      port,
      written,
      say: (bytes: Uint8Array) => incoming?.enqueue(bytes),
      fail: (e: Error) => incoming?.error(e),
    };
  }

  test("carries bytes both ways, and is closed so that it can be opened again", async () => {
    const { port, written, say } = fakePort();
    const line: BoardLine = webSerialLine(port);
    for (const round of [1, 2]) {
      const open = line.open();
      await opened(open);
      const answer = heard(open);
      say(Uint8Array.of(round));
      expect(await answer).toEqual(Uint8Array.of(round));
      open.write(Uint8Array.of(10 * round));
      await expect.poll(() => written).toContain(10 * round);
      await open.close();
      expect(port.closed).toBe(round);
    }
  });

  test("says that it is lost, or cannot be opened, and why", async () => {
    const { port, fail } = fakePort();
    const open = webSerialLine(port).open();
    await opened(open);
    const end = lost(open);
    fail(new Error("The device has been lost."));
    expect(await end).toMatchObject({
      code: "ERR_RADIO_DOWN",
      message: expect.stringContaining("device has been lost"),
    });
    const refused = webSerialLine(fakePort(new Error("Failed to open serial port.")).port).open();
    expect(await lost(refused)).toMatchObject({ message: expect.stringContaining("Failed to open serial port.") });
  });
});

/** Two streams, each of which reads what is written to the other. */
function pair(): [Duplex, Duplex] {
  const end = (other: () => Duplex): Duplex =>
    new Duplex({
      read: () => undefined,
      write: (bytes, _encoding, done) => {
        other().push(bytes);
        done();
      },
    });
  const ours: Duplex = end(() => theirs);
  const theirs: Duplex = end(() => ours);
  return [ours, theirs];
}
