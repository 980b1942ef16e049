import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BROADCAST, type MacAddress } from "#lib/codec/mac-address.ts";
import { Protocol, Rate } from "#lib/codec/rate.ts";
import { AirHost } from "#lib/phy/shared-air/air-host.ts";
import type { Notice, Report, Request } from "#lib/phy/shared-air/air-messages.ts";
import { AIR_PROTOCOL_VERSION, decodeNotice, encodeRequest } from "#lib/phy/shared-air/air-protocol.ts";
import { frameMessage, MessageSplitter } from "#lib/phy/shared-air/message-splitter.ts";
import { A, actionFrame, B, markOf } from "#lib/testing/action-frame.ts";
import { fromHex } from "#lib/util/bytes.ts";
import { SystemClock } from "#lib/util/system-clock.ts";

/** A member that can say anything, and collects what it is told. */
class RawMember {
  readonly notices: Notice[] = [];
  readonly socket: Socket;
  #onChange: () => void = () => undefined;
  #closed = false;

  constructor(path: string) {
    this.socket = connect(path);
    const splitter = new MessageSplitter((message) => {
      const notice = decodeNotice(message.slice()) as Notice;
      if (notice.type !== "alive") this.notices.push(notice);
      this.#onChange();
    });
    this.socket.on("data", (chunk) => void splitter.push(chunk));
    this.socket.on("error", () => undefined); // what is written to a socket that was dropped
    this.socket.on("close", () => {
      this.#closed = true;
      this.#onChange();
    });
  }

  say(...requests: readonly Request[]): void {
    for (const request of requests) this.socket.write(frameMessage(encodeRequest(request)));
  }

  /** The first notice of a type (the report of an id), once it has come. */
  async told<T extends Notice["type"]>(type: T, id?: number): Promise<Extract<Notice, { type: T }>> {
    for (;;) {
      const found = this.notices.find(
        (notice) => notice.type === type && (id === undefined || id === (notice as Report).id),
      );
      if (found !== undefined) return found as Extract<Notice, { type: T }>;
      if (this.#closed) throw new Error(`closed without ${type}`);
      await this.#change();
    }
  }

  async closed(): Promise<void> {
    while (!this.#closed) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = resolve;
    });
  }
}

const HELLO = { type: "hello", version: AIR_PROTOCOL_VERSION } as const;
const OPEN = { type: "open", station: 1, profile: "host", promiscuous: false } as const;

let directory: string;
let path: string;
let host: AirHost;
let server: Server;
let release: () => void;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "host-"));
  path = join(directory, "host.sock");
  const clock = new SystemClock();
  release = clock.keepAlive();
  host = new AirHost({ clock, seed: 1, maxMembers: 3 });
  server = createServer((socket) => host.accept(socket)).listen(path);
  await once(server, "listening");
});

afterEach(() => {
  host.close();
  server.close();
  release();
  rmSync(directory, { recursive: true });
});

/** A member with one station that answers to `mac`. */
async function join1(mac: typeof A): Promise<RawMember> {
  const member = new RawMember(path);
  member.say(HELLO, OPEN, { type: "addresses", station: 1, addresses: [mac] });
  await member.told("welcome");
  return member;
}

function transmit(member: RawMember, mark: number): void {
  member.say({ type: "transmit", station: 1, id: mark, rate: 0, noAck: false, frame: actionFrame(B, mark) });
}

/** Whether the air still works for two who do nothing wrong. */
async function expectUnharmed(a: RawMember, b: RawMember): Promise<void> {
  transmit(a, 9);
  expect(await a.told("report")).toMatchObject({ station: 1, id: 9, status: "acked" });
  expect(markOf((await b.told("heard")).frame.bytes)).toBe(9);
}

describe("the host of a shared air", () => {
  test("hands frames from one member to the other, and reports the acknowledgement", async () => {
    await expectUnharmed(await join1(A), await join1(B));
    expect(host.counters).toEqual({ connected: 2, left: 0, dropped: 0 });
  });

  test("a station with long range alone hears only such frames", async () => {
    const [a, b] = [await join1(A), await join1(B)];
    const [slow, fast] = [Rate.RATE_LORA_250K, Rate.RATE_1M];
    const send = (member: RawMember, id: number, rate: Rate, to: MacAddress): void =>
      member.say({ type: "transmit", station: 1, id, rate, noAck: false, frame: actionFrame(to, id) });
    b.say({ type: "protocol", station: 1, protocol: Protocol.lr });
    send(b, 1, slow, BROADCAST);
    expect(await b.told("report")).toMatchObject({ status: "sent" });
    send(a, 2, fast, B);
    send(a, 3, slow, B);
    expect(markOf((await b.told("heard")).frame.bytes)).toBe(3);
  });

  test("says when time has passed since the last frame, after the report of that frame", async () => {
    const [a] = [await join1(A), await join1(B)];
    a.say({ type: "elapse", station: 1, id: 1, ms: 60_000 }); // it has sent nothing yet
    expect(await a.told("elapsed")).toEqual({ type: "elapsed", station: 1, id: 1 });
    transmit(a, 2);
    a.say({ type: "elapse", station: 1, id: 3, ms: 100 });
    await a.told("elapsed", 3);
    expect(a.notices.slice(-2)).toMatchObject([{ type: "report", id: 2, status: "acked" }, { type: "elapsed" }]);
  });

  test("understands a member whose bytes come one by one", async () => {
    const [a, b] = [await join1(A), await join1(B)];
    const request = { type: "transmit", station: 1, id: 9, rate: 0, noAck: false, frame: actionFrame(B, 9) } as const;
    a.socket.setNoDelay(true);
    for (const byte of frameMessage(encodeRequest(request))) a.socket.write(Uint8Array.of(byte));
    expect(await a.told("report")).toMatchObject({ id: 9, status: "acked" });
    await b.told("heard");
  });

  test.each<[string, Uint8Array, string]>([
    ["a message that is too long", fromHex("ffff"), "a message of 65535 bytes"],
    ["another protocol", new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"), "a message of 18245 bytes"],
    ["an unknown message", fromHex("000363000a"), "a message of the unknown type 99"],
    ["a request before hello", frameMessage(encodeRequest(OPEN)), "no hello"],
    [
      "another version",
      frameMessage(encodeRequest({ ...HELLO, version: 9 })),
      `version ${AIR_PROTOCOL_VERSION} of the protocol, not 9`,
    ],
  ])("drops a member that begins with %s, tells it why, and the others notice nothing", async (_, bytes, reason) => {
    const [a, b] = [await join1(A), await join1(B)];
    const bad = new RawMember(path);
    bad.socket.write(bytes);
    expect((await bad.told("refusal")).reason).toContain(reason);
    await bad.closed();
    await expectUnharmed(a, b);
    expect(host.counters).toEqual({ connected: 3, left: 0, dropped: 1 });
  });

  test.each<[string, readonly Request[], string]>([
    ["a second hello", [HELLO], "a second hello"],
    ["a station that is open", [OPEN], "a station too many"],
    ["a station that is not", [{ type: "channel", station: 7, channel: 1 }], "no station 7"],
    ["too many stations", Array.from({ length: 256 }, (_, i) => ({ ...OPEN, station: 2 + i })), "a station too many"],
  ])("drops a member that goes on with %s", async (_, requests, reason) => {
    const [a, b] = [await join1(A), await join1(B)];
    const bad = await join1("02:00:00:00:00:0e" as typeof A);
    bad.say(...requests);
    expect((await bad.told("refusal")).reason).toBe(reason);
    await bad.closed();
    await expectUnharmed(a, b);
  });

  test("refuses more members than its limit, and takes one again when one has left", async () => {
    const [a, b, c] = [await join1(A), await join1(B), await join1("02:00:00:00:00:0e" as typeof A)];
    const fourth = new RawMember(path);
    fourth.say(HELLO);
    expect((await fourth.told("refusal")).reason).toBe("the air has too many members");
    c.socket.destroy();
    await c.closed();
    while (host.counters.left === 0) await new Promise((resolve) => setImmediate(resolve));
    await expectUnharmed(a, b);
    await join1("02:00:00:00:00:0f" as typeof A);
  });

  test("drops a member that does not read what it is sent", async () => {
    const deaf = await join1(B);
    deaf.socket.pause();
    const a = await join1(A);
    // A closed connection can be seen from the others: nobody acknowledges any more.
    for (let id = 1; host.counters.dropped === 0; id++) {
      a.say({ type: "transmit", station: 1, id, rate: 0x0c, noAck: true, frame: actionFrame(B, id & 0xff, 2300) });
      while (a.notices.length < id + 1 && host.counters.dropped === 0) await once(a.socket, "data");
    }
    await expectGone(a);
  });

  test("a member that was lost is off the air, and its station can be had again", async () => {
    const [a, b] = [await join1(A), await join1(B)];
    b.socket.destroy();
    while (host.counters.left === 0) await new Promise((resolve) => setImmediate(resolve));
    await expectGone(a);
    a.notices.length = 0;
    await expectUnharmed(a, await join1(B));
  });

  async function expectGone(a: RawMember): Promise<void> {
    a.notices.length = 0;
    transmit(a, 8);
    expect((await a.told("report", 8)).status).toBe("no-ack");
  }
});
