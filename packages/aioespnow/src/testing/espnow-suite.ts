import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BROADCAST, type MacAddress } from "../codec/mac-address.ts";
import { Rate } from "../codec/rate.ts";
import type { EspNowErrorCode } from "../errors.ts";
import { AIOESPNow } from "../espnow/aioespnow.ts";
import { sleepSync } from "../espnow/sleep.ts";
import { WLAN } from "../espnow/wlan.ts";
import { pattern, type RadioPair } from "./radio-suite.ts";

/** What the suite has to know of the radios. */
export interface EspNowSuiteOptions {
  /** Gives a new pair for each test. */
  open(): Promise<RadioPair>;
  /** Whether sends learn of acknowledgements. */
  readonly reportsAck: boolean;
  /** Whether both radios run while this thread blocks in one of them. */
  readonly runsWhileBlocked: boolean;
}

const ABSENT = "02:00:00:00:0a:0b" as MacAddress;
const LMK = "0123456789abcdef";

/** What a program sees of MicroPython's `espnow` and `aioespnow`, on any radio. */
export function describeEspNow(name: string, options: EspNowSuiteOptions): void {
  describe(`${name} under AIOESPNow`, () => {
    let pair: RadioPair;
    let a: AIOESPNow;
    let b: AIOESPNow;
    let macA: MacAddress;
    let macB: MacAddress;

    beforeEach(async () => {
      pair = await options.open();
      for (const radio of [pair.a, pair.b]) new WLAN(WLAN.IF_STA, radio).active(true);
      [a, b] = [new AIOESPNow(pair.a), new AIOESPNow(pair.b)];
      [macA, macB] = [pair.a.address(0), pair.b.address(0)];
      a.active(true);
      b.active(true);
      a.addPeer(macB);
    });

    afterEach(async () => {
      a.active(false);
      b.active(false);
      await pair.close();
    });

    describe("sending and receiving asynchronously", () => {
      test("arecv gives the sender's address and the message", async () => {
        const received = b.arecv();
        expect(await a.asend(macB, "hello")).toBe(true);
        expect(await received).toEqual([macA, new TextEncoder().encode("hello")]);
      });

      test("asend says whether the peer acknowledged, and asendReport says more", async () => {
        a.addPeer(ABSENT);
        expect(await a.asend(ABSENT, pattern(4))).toBe(!options.reportsAck);
        expect((await a.asendReport(ABSENT, pattern(4))).status).toBe(options.reportsAck ? "no-ack" : "unknown");
        expect((await a.asendReport(macB, pattern(4))).status).toBe(options.reportsAck ? "acked" : "unknown");
      });

      test("asend to an absent peer is false for messages of 4, 250 and the most bytes", async () => {
        a.addPeer(ABSENT);
        for (const length of [4, 250, pair.a.capabilities.maxDataLength]) {
          expect(await a.asend(ABSENT, pattern(length))).toBe(!options.reportsAck);
        }
      });

      test("asend to a group address is true, and everybody hears it", async () => {
        a.addPeer(BROADCAST);
        const received = b.arecv();
        expect(await a.asend(BROADCAST, "all")).toBe(true);
        expect((await received)[0]).toBe(macA);
      });

      test("asend with the message alone sends to every peer", async () => {
        const received = b.arecv();
        expect(await a.asend("to all")).toBe(true);
        expect(new TextDecoder().decode((await received)[1])).toBe("to all");
        a.addPeer(ABSENT);
        expect(await a.asend(null, "to all")).toBe(!options.reportsAck);
      });

      test("asend copies its message at the call", async () => {
        const data = pattern(9);
        const received = b.arecv();
        const sent = a.asend(macB, data);
        data.fill(0);
        await sent;
        expect((await received)[1]).toEqual(pattern(9));
      });

      test("a hundred asends at once all arrive, in order", async () => {
        b.config({ rxbuf: 1 << 16 });
        b.active(false);
        b.active(true);
        const heard: number[] = [];
        const reader = (async () => {
          for await (const [, msg] of b) if (heard.push(msg[0] as number) === 100) break;
        })();
        const sent = await Promise.all(Array.from({ length: 100 }, (_, i) => a.asend(macB, Uint8Array.of(i))));
        await reader;
        expect(sent.every((acknowledged) => acknowledged)).toBe(true);
        expect(heard).toEqual(Array.from({ length: 100 }, (_, i) => i));
      });

      test("asend without sync does not wait for the report", async () => {
        a.addPeer(ABSENT);
        expect(await a.asend(ABSENT, "x", false)).toBe(true);
      });

      test("airecv reuses its storage, arecv and iteration do not", async () => {
        const receive = async (read: () => Promise<readonly [unknown, Uint8Array]>): Promise<ArrayBufferLike> => {
          const received = read();
          await a.asend(macB, pattern(8));
          const [, msg] = await received;
          expect(msg).toEqual(pattern(8));
          return msg.buffer;
        };
        expect(await receive(() => b.airecv())).toBe(await receive(() => b.airecv()));
        expect(await receive(() => b.arecv())).not.toBe(await receive(() => b.arecv()));
        const iterator = b[Symbol.asyncIterator]();
        const next = async () => (await iterator.next()).value as readonly [unknown, Uint8Array];
        expect(await receive(next)).not.toBe(await receive(next));
      });

      test("readers that wait at the same time are served in turn, each in storage of its own", async () => {
        const [first, second] = [b.airecv(), b.airecv()];
        for (const i of [1, 2]) await a.asend(macB, pattern(i));
        expect((await first)[1]).toEqual(pattern(1));
        expect((await second)[1]).toEqual(pattern(2));
      });

      test("iteration ends on active(false)", async () => {
        const iterator = b[Symbol.asyncIterator]();
        for (const length of [3, 4]) {
          const next = iterator.next();
          await a.asend(macB, pattern(length));
          const { value } = await next; // a message may arrive later than its report
          expect(value).toEqual([macA, pattern(length)]);
        }
        const last = iterator.next();
        b.active(false);
        expect(await last).toEqual({ done: true, value: undefined });
      });

      test("a pending arecv is rejected by active(false), and by its signal", async () => {
        const pending = expect(b.arecv()).rejects.toMatchObject({ code: "ESP_ERR_ESPNOW_NOT_INIT" });
        b.active(false);
        await pending;
        b.active(true);
        const abort = new AbortController();
        const aborted = expect(b.arecv({ signal: abort.signal })).rejects.toThrow("enough");
        abort.abort(new Error("enough"));
        await aborted;
      });

      test("packets tells all that is known of a message", async () => {
        const encrypted = { lmk: LMK };
        a.modPeer(macB, encrypted);
        b.addPeer(macA, encrypted);
        const packets = b.packets();
        const next = packets.next();
        await a.asend(macB, "secret");
        const { value } = await next;
        expect(value).toMatchObject({
          source: macA,
          destination: macB,
          data: new TextEncoder().encode("secret"),
          channel: 1,
          rate: Rate.RATE_1M,
          encrypted: true,
          replayed: false,
        });
        await packets.return?.();
      });

      test("closing the radio ends iterations and rejects readers", async () => {
        const iteration = b[Symbol.asyncIterator]().next();
        const reader = expect(b.arecv()).rejects.toMatchObject({ code: "ERR_RADIO_CLOSED" });
        await pair.b[Symbol.asyncDispose]();
        expect(await iteration).toEqual({ done: true, value: undefined });
        await reader;
        await expect(b.arecv()).rejects.toMatchObject({ code: "ERR_RADIO_CLOSED" });
      });
    });

    const describeBlocking = options.runsWhileBlocked ? describe : describeNothing;
    describeBlocking("blocking", () => {
      /** A message may arrive later than its report. */
      function sleepUntil(isSo: () => boolean): void {
        for (let ms = 0; !isSo(); ms++) {
          if (ms > 5000) expect.fail("not within 5 s");
          sleepSync(1, pair.b);
        }
      }

      test("send waits for the report and recv for the message", () => {
        expect(a.send(macB, "hello")).toBe(true);
        expect(b.recv(1000)).toEqual([macA, new TextEncoder().encode("hello")]);
        a.addPeer(ABSENT);
        expect(a.send(ABSENT, "hello")).toBe(!options.reportsAck);
        expect(a.send(ABSENT, "hello", false)).toBe(true);
      });

      test("recv gives [null, null] when its time is over, not before", () => {
        const { clock } = pair.b;
        const start = clock.now();
        expect(b.recv(20)).toEqual([null, null]);
        expect(clock.now() - start).toBeGreaterThanOrEqual(20);
        expect(b.recv(0)).toEqual([null, null]);
        b.config({ timeoutMs: 15 });
        expect(b.recv()).toEqual([null, null]);
        expect(clock.now() - start).toBeGreaterThanOrEqual(35);
      });

      test("a recv that waits is woken by a message that is on its way", () => {
        a.send(macB, "soon", false);
        expect(b.recv(-1)).toEqual([macA, new TextEncoder().encode("soon")]);
      });

      test("irecv reuses its storage", () => {
        a.send(macB, pattern(5));
        const [, first] = b.irecv(1000);
        expect(first).toEqual(pattern(5));
        a.send(macB, pattern(6));
        const [, second] = b.irecv(1000);
        expect(second).toEqual(pattern(6));
        expect(second?.buffer).toBe(first?.buffer);
      });

      test("recvInto fills the caller's slot again and again, and gives the length or 0", () => {
        const slot = { mac: null, msg: new Uint8Array(250), rssi: 0, timeMs: 0 };
        const room = slot.msg.buffer;
        for (const length of [250, 3, 100]) {
          a.send(macB, pattern(length));
          expect(b.recvInto(slot, 1000)).toBe(length);
          expect(slot).toMatchObject({ mac: macA, msg: pattern(length) });
          expect(slot.msg.buffer).toBe(room);
        }
        expect(b.recvInto(slot, 0)).toBe(0);
      });

      test("recvInto a slot that is too small loses the message, and not those behind it", () => {
        for (const length of [20, 5]) a.send(macB, pattern(length));
        const small = { mac: null, msg: new Uint8Array(19), rssi: 0, timeMs: 0 };
        expect(() => b.recvInto(small, 1000)).toThrow("a message of 20 bytes is lost: the slot's msg has room for 19");
        expect(b.recvInto(small, 1000)).toBe(5);
        expect(small.msg).toEqual(pattern(5));
      });

      test("iteration goes on after timeouts", () => {
        b.config({ timeoutMs: 10 });
        const seen: (number | null)[] = [];
        for (const [, msg] of b) {
          seen.push(msg?.length ?? null);
          if (seen.length === 3) break;
          if (seen.length > 1) continue;
          a.send(macB, pattern(7));
          sleepUntil(() => b.any());
        }
        expect(seen).toEqual([null, 7, null]);
      });

      test("a loop over any() makes progress", () => {
        a.send(macB, "x", false);
        let turns = 0;
        while (!b.any() && turns < 1_000_000) turns++;
        expect(b.recv(0)[0]).toBe(macA);
      });

      test("the irq handler is called with the object for each message, inside a blocking call", () => {
        const heard: unknown[] = [];
        b.irq((e) => {
          expect(e).toBe(b);
          heard.push(e.recv(0)[0]);
        });
        a.send(macB, "1");
        a.send(macB, "2");
        sleepUntil(() => heard.length === 2);
        expect(heard).toEqual([macA, macA]);
        b.irq(null);
        a.send(macB, "3");
        sleepUntil(() => b.any());
        expect(heard).toHaveLength(2);
      });

      test("messages that do not fit are dropped and counted, and were acknowledged all the same", () => {
        b.active(false);
        b.config({ rxbuf: 528 });
        b.active(true);
        for (const length of [250, 249]) expect(a.send(macB, pattern(length))).toBe(true);
        sleepUntil(() => b.stats().rxDropped > 0);
        expect(b.stats()).toMatchObject({ rxPackets: 1, rxDropped: 1 });
        expect(b.recv(0)[1]).toEqual(pattern(250));
        expect(b.recv(0)).toEqual([null, null]);
      });
    });

    describe("state", () => {
      test("everything but the settings needs active(true)", async () => {
        a.active(false);
        expect(a.active()).toBe(false);
        const calls = [
          () => a.send(macB, "x"),
          () => a.recv(0),
          () => a.irecv(0),
          () => a.recvInto({ mac: null, msg: new Uint8Array(1), rssi: 0, timeMs: 0 }, 0),
          () => a.any(),
          () => a.setPmk(LMK),
          () => a.addPeer(macB),
          () => a.modPeer(macB, {}),
          () => a.delPeer(macB),
          () => a.getPeer(macB),
          () => a.getPeers(),
          () => a.peerCount(),
        ];
        for (const call of calls) expect(call).toThrow(withCode("ESP_ERR_ESPNOW_NOT_INIT"));
        const promises = [
          a.arecv(),
          a.airecv(),
          a.asend(macB, "x"),
          a.asendReport(macB, "x"),
          a[Symbol.asyncIterator]().next(),
          a.packets().next(),
        ];
        for (const promise of promises) {
          await expect(promise).rejects.toMatchObject({ code: "ESP_ERR_ESPNOW_NOT_INIT" });
        }
      });

      test("objects on one radio share all state", () => {
        const other = new AIOESPNow(pair.a);
        expect(other.active()).toBe(true);
        expect(other.getPeer(macB).mac).toBe(macB);
        other.active(false);
        expect(a.active()).toBe(false);
      });

      test("active(false) forgets peers, messages and the irq handler; counts and settings stay", async () => {
        const received = b.arecv();
        await a.asend(macB, "1");
        await received;
        b.addPeer(macA);
        b.config({ timeoutMs: 7 });
        b.active(false);
        b.active(true);
        expect(b.peerCount()).toEqual([0, 0]);
        expect(b.stats().rxPackets).toBe(1);
        expect(b.config("timeoutMs")).toBe(7);
      });

      test("stats counts what was sent, answered, failed, received", async () => {
        a.addPeer(ABSENT);
        const received = b.arecv();
        await a.asend(macB, "1");
        await a.asend(ABSENT, "2");
        await received;
        expect(a.stats()).toEqual({
          txPackets: 2,
          txResponses: 2,
          txFailures: options.reportsAck ? 1 : 0,
          rxPackets: 0,
          rxDropped: 0,
        });
        expect(b.stats()).toMatchObject({ rxPackets: 1, rxDropped: 0 });
      });

      test("peersTable is updated when a message is read", async () => {
        const packets = b.packets();
        const next = packets.next();
        await a.asend(macB, "1");
        const { value } = await next;
        expect([...b.peersTable]).toEqual([[macA, [value.rssi, value.timeMs]]]);
      });

      test("peers can be listed, read, changed and removed", () => {
        a.addPeer(BROADCAST);
        a.addPeer(ABSENT.toUpperCase(), { lmk: LMK, channel: 6 });
        expect(a.getPeers().map((peer) => peer.mac)).toEqual([macB, ABSENT]);
        expect(a.getPeer(ABSENT)).toEqual({
          mac: ABSENT,
          lmk: new TextEncoder().encode(LMK),
          channel: 6,
          ifidx: 0,
          encrypt: true,
        });
        expect(a.peerCount()).toEqual([3, 1]);
        a.modPeer(ABSENT, { encrypt: false });
        expect(a.getPeer(ABSENT)).toMatchObject({ channel: 6, encrypt: false });
        a.delPeer(ABSENT);
        expect(() => a.getPeer(ABSENT)).toThrow(withCode("ESP_ERR_ESPNOW_NOT_FOUND"));
      });

      test("sending with the interface down is refused, and so is setting a rate", async () => {
        new WLAN(WLAN.IF_STA, pair.a).active(false);
        await expect(a.asend(macB, "x")).rejects.toMatchObject({ code: "ESP_ERR_ESPNOW_IF" });
        expect(() => a.config({ rate: 0 })).toThrow(withCode("ENOENT"));
      });
    });
  });
}

/** Blocking is not of every pair: a radio of this thread would be deaf meanwhile. */
function describeNothing(): void {}

function withCode(code: EspNowErrorCode): unknown {
  return expect.objectContaining({ code });
}
