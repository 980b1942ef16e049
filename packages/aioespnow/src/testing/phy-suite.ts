import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BROADCAST, toMac } from "../codec/mac-address.ts";
import { Rate } from "../codec/rate.ts";
import type { Phy, PhyState, ReceivedFrame, TransmitResult } from "../phy/phy.ts";
import { toHex } from "../util/bytes.ts";
import { A, ABSENT, AT_1M, actionFrame, B, markOf } from "./action-frame.ts";

/** Two stations of one medium in this thread that hear each other, both off. */
export interface PhyPair {
  /** Sends in most tests. */
  readonly a: Phy;
  /** Hears in most tests. */
  readonly b: Phy;
  /** Closes what lies under both, after they were closed themselves. */
  close(): Promise<void>;
}

/** What a phy hears, copied, and the way to wait for it. */
class Listener {
  readonly frames: ReceivedFrame[] = [];
  readonly states: PhyState[] = [];
  #wake: () => void = () => undefined;

  constructor(phy: Phy) {
    phy.onFrame = (frame) => {
      this.frames.push({ ...frame, bytes: frame.bytes.slice() });
      phy.clock.delivered();
      this.#wake();
    };
    phy.onState = (state) => void this.states.push(state);
  }

  get marks(): (number | undefined)[] {
    return this.frames.map(({ bytes }) => markOf(bytes));
  }

  async heard(count: number): Promise<void> {
    while (this.frames.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function transmit(phy: Phy, frame: Uint8Array, options = AT_1M): Promise<TransmitResult> {
  return new Promise((resolve) =>
    phy.transmit(frame, options, (result) => {
      phy.clock.delivered();
      resolve(result);
    }),
  );
}

/** What the suite has to know of the phys. */
export interface PhySuiteOptions {
  /** Whether the phy has `wait`. True if left out. */
  readonly blocks?: boolean;
  /** For a single test; 5000 if left out. */
  readonly timeoutMs?: number;
}

/** What every phy does, whatever its medium. `open` gives a new pair for each test. */
export function describePhy(
  name: string,
  open: () => Promise<PhyPair>,
  { blocks = true, timeoutMs = 5000 }: PhySuiteOptions = {},
): void {
  describe(`${name} is a phy:`, { timeout: timeoutMs }, () => {
    let pair: PhyPair;
    let a: Phy;
    let b: Phy;
    let atA: Listener;
    let atB: Listener;

    beforeEach(async () => {
      pair = await open();
      ({ a, b } = pair);
      atA = new Listener(a);
      atB = new Listener(b);
      for (const phy of [a, b]) phy.setChannel(1);
      a.setAckAddresses([A]);
      b.setAckAddresses([B]);
    });

    afterEach(async () => {
      await a[Symbol.asyncDispose]();
      await b[Symbol.asyncDispose]();
      await pair.close();
    });

    describeFrames();
    describeResults();
    describeReception();
    describeMistakes();
    if (blocks) describeBlocking();
    else test("it says that it cannot be waited for", () => expect(b.capabilities.blocks).toBe(false));
    describeClosing();

    function describeFrames(): void {
      test("a frame is heard byte for byte, with what is known of its reception", async () => {
        const frame = actionFrame(B, 1);
        const before = a.clock.now();
        await transmit(a, frame);
        await atB.heard(1);
        const [heard] = atB.frames as [ReceivedFrame];
        expect(toHex(withoutDuration(heard.bytes))).toBe(toHex(withoutDuration(frame)));
        expect(heard.channel).toBe(1);
        expect(heard.rate).toBe(Rate.RATE_1M);
        expect(heard.rssi).toBeLessThan(30);
        expect(heard.timeMs).toBeGreaterThanOrEqual(before);
        expect(heard.timeMs).toBeLessThanOrEqual(b.clock.now());
      });

      test("a frame in the middle of a larger buffer is sent alone", async () => {
        const frame = actionFrame(B, 2);
        const buffer = new Uint8Array(frame.length + 20).fill(0xee);
        buffer.set(frame, 7);
        await transmit(a, buffer.subarray(7, 7 + frame.length));
        await atB.heard(1);
        expect(toHex(withoutDuration((atB.frames[0] as ReceivedFrame).bytes))).toBe(toHex(withoutDuration(frame)));
      });

      test("a frame's buffer may be used again as soon as transmit has returned", async () => {
        const frame = actionFrame(B, 3);
        const sent = transmit(a, frame);
        frame.fill(0xff);
        await sent;
        await atB.heard(1);
        expect(atB.marks).toEqual([3]);
      });

      test("the longest frame is heard whole", async () => {
        const length = Math.min(a.capabilities.maxFrameLength, 1560);
        await transmit(a, actionFrame(B, 4, length));
        await atB.heard(1);
        expect(atB.frames[0]?.bytes).toHaveLength(length);
      });

      test("frames of one station are heard in the order in which they were sent", async () => {
        await Promise.all([1, 2, 3, 4].map((mark) => transmit(a, actionFrame(B, mark))));
        await atB.heard(4);
        expect(atB.marks).toEqual([1, 2, 3, 4]);
      });

      test("a station does not hear itself", async () => {
        await transmit(a, actionFrame(BROADCAST, 5));
        await atB.heard(1);
        expect(atA.frames).toEqual([]);
      });
    }

    function describeResults(): void {
      test("a frame to a station that is there is acknowledged, if the medium tells", async () => {
        const result = await transmit(a, actionFrame(B, 1));
        if (a.capabilities.reportsAck) expect(result).toMatchObject({ status: "acked", attempts: expect.any(Number) });
        else expect(result).toEqual({ status: "unknown" });
      });

      test("a frame to nobody is not acknowledged: a result, not an error", async () => {
        const result = await transmit(a, actionFrame(ABSENT, 1));
        if (a.capabilities.reportsAck) expect(result).toMatchObject({ status: "no-ack", attempts: expect.any(Number) });
        else expect(result).toEqual({ status: "unknown" });
      });

      test("a frame to everybody goes out, and nobody is asked to acknowledge it", async () => {
        const result = await transmit(a, actionFrame(BROADCAST, 1));
        expect(result).toEqual({ status: a.capabilities.reportsAck ? "sent" : "unknown" });
      });

      test("a unicast frame can go out without asking for an acknowledgement", async () => {
        const result = await transmit(a, actionFrame(ABSENT, 1), { ...AT_1M, noAck: true });
        expect(result).toEqual({ status: a.capabilities.reportsAck ? "sent" : "unknown" });
      });

      test("the result comes exactly once, and never from inside transmit", async () => {
        const results: TransmitResult[] = [];
        let inside = true;
        const first = new Promise<boolean>((resolve) =>
          a.transmit(actionFrame(B, 1), AT_1M, (result) => {
            results.push(result);
            a.clock.delivered();
            resolve(inside);
          }),
        );
        inside = false;
        expect(await first).toBe(false);
        await transmit(a, actionFrame(B, 2));
        expect(results).toHaveLength(1);
      });

      test("the next frame can be sent from inside a result", async () => {
        const second = new Promise<TransmitResult>((resolve) =>
          a.transmit(actionFrame(B, 1), AT_1M, () => {
            a.transmit(actionFrame(B, 2), AT_1M, (result) => {
              a.clock.delivered();
              resolve(result);
            });
          }),
        );
        expect((await second).status).toBe(a.capabilities.reportsAck ? "acked" : "unknown");
        await atB.heard(2);
        expect(atB.marks).toEqual([1, 2]);
      });
    }

    function describeReception(): void {
      test("a station on another channel hears nothing", async () => {
        b.setChannel(6);
        await transmit(a, actionFrame(BROADCAST, 1));
        b.setChannel(1);
        await transmit(a, actionFrame(BROADCAST, 2));
        await atB.heard(1);
        expect(atB.marks).toEqual([2]);
      });

      test("two stations that move to another channel together hear each other there", async () => {
        for (const phy of [a, b]) phy.setChannel(11);
        await transmit(a, actionFrame(BROADCAST, 1));
        await atB.heard(1);
        expect(atB.frames[0]?.channel).toBe(11);
      });

      test("a station without an address is off: it hears nothing and acknowledges nothing", async () => {
        b.setAckAddresses([]);
        const result = await transmit(a, actionFrame(B, 1));
        expect(result.status).toBe(a.capabilities.reportsAck ? "no-ack" : "unknown");
        b.setAckAddresses([B]);
        await transmit(a, actionFrame(B, 2));
        await atB.heard(1);
        expect(atB.marks).toEqual([2]);
      });

      test("a station answers to every address it was given, and no longer to those before", async () => {
        const addresses = [ABSENT, toMac("02:00:00:00:00:1b")].slice(0, b.capabilities.maxAckAddresses);
        b.setAckAddresses(addresses);
        const answered = a.capabilities.reportsAck ? "acked" : "unknown";
        const unanswered = a.capabilities.reportsAck ? "no-ack" : "unknown";
        for (const address of addresses) {
          expect((await transmit(a, actionFrame(address, 1))).status).toBe(answered);
        }
        expect((await transmit(a, actionFrame(B, 3))).status).toBe(unanswered);
      });

      test("a frame may be heard with nobody listening", async () => {
        b.onFrame = undefined;
        const result = await transmit(a, actionFrame(B, 1));
        expect(result.status).toBe(a.capabilities.reportsAck ? "acked" : "unknown");
      });
    }

    function describeMistakes(): void {
      test("a frame that is too long is refused by its length, and nothing is sent", async () => {
        const frame = actionFrame(B, 1, a.capabilities.maxFrameLength + 1);
        let results = 0;
        expect(() => a.transmit(frame, AT_1M, () => results++)).toThrow(RangeError);
        await transmit(a, actionFrame(B, 2));
        await atB.heard(1);
        expect(atB.marks).toEqual([2]);
        expect(results).toBe(0);
      });

      test("a frame without a whole header is refused", () => {
        expect(() => a.transmit(new Uint8Array(0), AT_1M, () => undefined)).toThrow(RangeError);
      });

      test("a channel that the medium does not have is refused, and the old one kept", async () => {
        for (const channel of [0, 200, 1.5, Number.NaN]) expect(() => b.setChannel(channel)).toThrow(RangeError);
        await transmit(a, actionFrame(BROADCAST, 1));
        await atB.heard(1);
        expect(atB.frames[0]?.channel).toBe(1);
      });

      test("more addresses than it can answer to are refused", () => {
        const many = Array.from({ length: b.capabilities.maxAckAddresses + 1 }, () => B);
        expect(() => b.setAckAddresses(many)).toThrow(RangeError);
      });
    }

    function describeBlocking(): void {
      test("wait blocks until something was delivered", () => {
        a.transmit(actionFrame(B, 1), AT_1M, () => undefined);
        const deadline = b.clock.now() + 2000;
        while (atB.frames.length === 0 && b.clock.now() < deadline) b.wait(deadline);
        expect(atB.marks).toEqual([1]);
        expect(b.clock.now()).toBeLessThan(deadline);
      });

      test("wait returns at its deadline when nothing comes", () => {
        const deadline = b.clock.now() + 20;
        b.wait(deadline);
        expect(b.clock.now()).toBeGreaterThanOrEqual(deadline);
        expect(atB.frames).toEqual([]);
      });

      test("waits that return at once make progress, one after the other", () => {
        a.transmit(actionFrame(B, 1), AT_1M, () => undefined);
        const deadline = b.clock.now() + 2000;
        while (atB.frames.length === 0 && b.clock.now() < deadline) b.wait(0);
        expect(atB.marks).toEqual([1]);
      });
    }

    function describeClosing(): void {
      test("every frame that was not sent yet gets its one result when the phy is closed", async () => {
        const results: string[][] = [[], [], []];
        results.forEach((list, i) => {
          a.transmit(actionFrame(ABSENT, i), AT_1M, ({ status }) => void list.push(status));
        });
        await a[Symbol.asyncDispose]();
        await transmit(b, actionFrame(BROADCAST, 9));
        expect(results.map((list) => list.length)).toEqual([1, 1, 1]);
      });

      test("a frame handed to a closed phy fails", async () => {
        await a[Symbol.asyncDispose]();
        const result = await transmit(a, actionFrame(B, 1));
        expect(result).toMatchObject({ status: "failed", error: { code: "ERR_RADIO_CLOSED" } });
      });

      test("closing is said once, and closing again does nothing", async () => {
        await b[Symbol.asyncDispose]();
        await b[Symbol.asyncDispose]();
        expect(atB.states.filter(({ state }) => state === "closed")).toHaveLength(1);
      });

      test("a closed phy hears and acknowledges nothing, and can still be spoken to", async () => {
        await b[Symbol.asyncDispose]();
        b.setChannel(1);
        b.setTxPower(10);
        b.setAckAddresses([B]);
        const result = await transmit(a, actionFrame(B, 1));
        expect(result.status).toBe(a.capabilities.reportsAck ? "no-ack" : "unknown");
        expect(atB.frames).toEqual([]);
      });
    }
  });
}

/** The Duration field belongs to the medium: hardware fills it in. */
function withoutDuration(frame: Uint8Array): Uint8Array {
  return frame.slice().fill(0, 2, 4);
}
