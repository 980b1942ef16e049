// testing: The behaviors that every phy, radio and driver must show, as suites for vitest. They use the public
// interfaces only, so that they run against radios of others.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BROADCAST, type MacAddress } from "../codec/mac-address.ts";
import type { EspNowErrorCode } from "../errors.ts";
import type { MessageInfo } from "../radio/message-info.ts";
import type { PeerSettings } from "../radio/peer-table.ts";
import type { Radio, SendReport } from "../radio/radio.ts";

/** Two radios of one medium, closed, in reach of each other; `a` is the one that is tested. */
export interface RadioPair {
  /** Sends in most tests. */
  readonly a: Radio;
  /** Receives in most tests. */
  readonly b: Radio;
  /** Closes both radios, and what they need. */
  close(): Promise<void>;
}

/** What the suite has to know of the radios. */
export interface RadioSuiteOptions {
  /** Gives a new pair for each test. */
  open(): Promise<RadioPair>;
  /** Whether `a` learns of acknowledgements. */
  readonly reportsAck: boolean;
}

const ABSENT = "02:00:00:00:0a:0b" as MacAddress;
const GROUP = "01:00:5e:00:00:01" as MacAddress;
export const PLAIN: PeerSettings = {
  lmk: new Uint8Array(16),
  channel: 0,
  ifidx: 0,
  encrypt: false,
  replay: "device",
  version: undefined,
};
const LMK = new Uint8Array(16).map((_, i) => i * 7 + 1);

/**
 * What every Radio does, whoever does the MAC.
 * @example
 * import { Air } from "aioespnow/sim";
 * import { describeRadio } from "aioespnow/testing";
 *
 * describeRadio("a simulated radio", {
 *   reportsAck: true,
 *   async open() {
 *     const air = new Air();
 *     return { a: air.radio(), b: air.radio(), close: () => air[Symbol.asyncDispose]() };
 *   },
 * });
 */
export function describeRadio(name: string, options: RadioSuiteOptions): void {
  describe(`${name} as a Radio`, () => {
    let pair: RadioPair;
    let a: Radio;
    let b: Radio;

    beforeEach(async () => {
      pair = await options.open();
      ({ a, b } = pair);
      for (const radio of [a, b]) {
        radio.setInterfaceActive(0, true);
        radio.start();
      }
    });

    afterEach(() => pair.close());

    test.each([1, 2, 249, 250])("a message of %i bytes arrives as it was sent, with its addresses", async (length) => {
      const data = pattern(length);
      a.peers.add(b.address(0), PLAIN);
      const [heard, report] = await Promise.all([nextMessage(b), send(a, b.address(0), data)]);
      expect(heard).toMatchObject({ source: a.address(0), destination: b.address(0), data, encrypted: false });
      expect(report.status).toBe(options.reportsAck ? "acked" : "unknown");
    });

    test("the longest message arrives, and one byte more is ARG", async () => {
      const data = pattern(a.capabilities.maxDataLength);
      a.peers.add(b.address(0), PLAIN);
      const [heard] = await Promise.all([nextMessage(b), send(a, b.address(0), data)]);
      expect(heard.data).toEqual(data);
      expect(() => a.send(b.address(0), pattern(data.length + 1), fail)).toThrow(withCode("ESP_ERR_ESPNOW_ARG"));
    });

    test("messages arrive in the order of their sending", async () => {
      a.peers.add(b.address(0), PLAIN);
      const heard: number[] = [];
      const all = new Promise<void>((resolve) => {
        b.onMessage = ({ data }) => void (heard.push(data[0] as number) === 8 && resolve());
      });
      const reports = Array.from({ length: 8 }, (_, i) => send(a, b.address(0), Uint8Array.of(i)));
      await Promise.all([all, ...reports]);
      expect(heard).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    });

    test("a message that nobody acknowledges is reported so", async () => {
      a.peers.add(ABSENT, PLAIN);
      expect((await send(a, ABSENT, pattern(10))).status).toBe(options.reportsAck ? "no-ack" : "unknown");
    });

    test("a broadcast is heard and reported as such, and needs a peer entry", async () => {
      expect(() => a.send(BROADCAST, pattern(3), fail)).toThrow(withCode("ESP_ERR_ESPNOW_NOT_FOUND"));
      a.peers.add(BROADCAST, PLAIN);
      const [heard, report] = await Promise.all([nextMessage(b), send(a, BROADCAST, pattern(3))]);
      expect(heard).toMatchObject({ destination: BROADCAST, data: pattern(3) });
      expect(report).toEqual({ status: "broadcast" });
    });

    test("null sends to every unicast peer, one report each, and skips group addresses", async () => {
      for (const mac of [BROADCAST, b.address(0), ABSENT]) a.peers.add(mac, PLAIN);
      const heard = nextMessage(b);
      const reports: SendReport[] = [];
      let count = 0;
      await new Promise<void>((resolve) => {
        count = a.send(null, pattern(5), (report) => void (reports.push(report) === 2 && resolve()));
      });
      expect(count).toBe(2);
      expect((await heard).destination).toBe(b.address(0));
      const expected = options.reportsAck ? ["acked", "no-ack"] : ["unknown", "unknown"];
      expect(reports.map((report) => report.status).sort()).toEqual(expected);
    });

    test("an encrypted message is read by the peer that has its key", async () => {
      const encrypted = { ...PLAIN, encrypt: true, lmk: LMK };
      a.peers.add(b.address(0), encrypted);
      b.peers.add(a.address(0), encrypted);
      const [heard] = await Promise.all([nextMessage(b), send(a, b.address(0), pattern(100))]);
      expect(heard).toMatchObject({ data: pattern(100), encrypted: true });
    });

    test("a peer acknowledges while its ESP-NOW is off, and does not deliver", async () => {
      b.stop();
      b.onMessage = fail;
      a.peers.add(b.address(0), PLAIN);
      expect((await send(a, b.address(0), pattern(3))).status).toBe(options.reportsAck ? "acked" : "unknown");
    });

    test("a radio whose interface is down is not heard and does not hear", async () => {
      b.setInterfaceActive(0, false);
      b.onMessage = fail;
      a.peers.add(b.address(0), PLAIN);
      b.peers.add(a.address(0), PLAIN);
      expect((await send(a, b.address(0), pattern(3))).status).toBe(options.reportsAck ? "no-ack" : "unknown");
      expect(() => b.send(a.address(0), pattern(3), fail)).toThrow(withCode("ESP_ERR_ESPNOW_IF"));
    });

    test("radios on different channels do not hear each other", async () => {
      b.channel = 11;
      b.onMessage = fail;
      a.peers.add(b.address(0), PLAIN);
      expect((await send(a, b.address(0), pattern(3))).status).toBe(options.reportsAck ? "no-ack" : "unknown");
      expect(() => {
        a.channel = 200;
      }).toThrow(RangeError);
      expect(a.channel).toBe(1);
    });

    test("the rate can be set to one that the radio names, and to no other", () => {
      for (const rate of a.capabilities.rates) a.rate = rate;
      const last = a.rate;
      expect(() => {
        a.rate = 99;
      }).toThrow(RangeError);
      expect(a.rate).toBe(last);
    });

    /** docs/protocol.md 3.3: every row has two faults, and the code says which of them is looked at first. */
    test.each<[string, (a: Radio, b: Radio) => unknown, EspNowErrorCode]>([
      [
        "not initialised, before length",
        (a) => [a.stop(), a.send(ABSENT, pattern(0), fail)],
        "ESP_ERR_ESPNOW_NOT_INIT",
      ],
      [
        "not initialised, before no peers",
        (a) => [a.stop(), a.send(null, pattern(1), fail)],
        "ESP_ERR_ESPNOW_NOT_INIT",
      ],
      ["length 0, before unknown peer", (a) => a.send(ABSENT, pattern(0), fail), "ESP_ERR_ESPNOW_ARG"],
      ["too long, before unknown peer", (a) => a.send(ABSENT, pattern(3000), fail), "ESP_ERR_ESPNOW_ARG"],
      [
        "unknown peer, before interface",
        (a) => [a.setInterfaceActive(0, false), a.send(ABSENT, pattern(1), fail)],
        "ESP_ERR_ESPNOW_NOT_FOUND",
      ],
      [
        "channel, before interface",
        (a) => {
          a.peers.add(ABSENT, { ...PLAIN, channel: 6 });
          a.setInterfaceActive(0, false);
          a.send(ABSENT, pattern(1), fail);
        },
        "ESP_ERR_ESPNOW_CHAN",
      ],
      ["no peers at all, before length", (a) => a.send(null, pattern(0), fail), "ESP_ERR_ESPNOW_NOT_FOUND"],
      [
        "only group peers, before interface",
        (a) => [a.peers.add(GROUP, PLAIN), a.setInterfaceActive(0, false), a.send(null, pattern(1), fail)],
        "ESP_ERR_ESPNOW_NOT_FOUND",
      ],
      [
        "to all with a length of 0",
        (a, b) => [a.peers.add(b.address(0), PLAIN), a.send(null, pattern(0), fail)],
        "ESP_ERR_ESPNOW_INTERNAL",
      ],
      [
        "to all with one peer on another channel",
        (a, b) => {
          a.peers.add(b.address(0), PLAIN);
          a.peers.add(ABSENT, { ...PLAIN, channel: 6 });
          a.send(null, pattern(1), fail);
        },
        "ESP_ERR_ESPNOW_INTERNAL",
      ],
    ])("3.3 esp_now_send: %s", (_title, send, code) => {
      b.onMessage = fail;
      expect(() => send(a, b)).toThrow(withCode(code));
    });

    test("more messages than there are buffers are NO_MEM, and the reports of the others come", async () => {
      a.peers.add(b.address(0), PLAIN);
      const reports: Promise<SendReport>[] = [];
      const flood = (): void => {
        for (let i = 0; i < 1000; i++) reports.push(send(a, b.address(0), pattern(200)));
      };
      expect(flood).toThrow(withCode("ESP_ERR_ESPNOW_NO_MEM"));
      expect(reports.length).toBeGreaterThan(0);
      for (const report of await Promise.all(reports)) expect(report.status).not.toBe("failed");
    });

    test("stop forgets the peers", () => {
      a.peers.add(ABSENT, PLAIN);
      a.stop();
      expect(() => a.peers.get(ABSENT)).toThrow(withCode("ESP_ERR_ESPNOW_NOT_INIT"));
      a.start();
      expect(a.peers.count()).toEqual([0, 0]);
    });

    test("a closed radio says so to its listener, to who sends, and about what was on its way; closing twice is once", async () => {
      a.peers.add(b.address(0), PLAIN);
      const states: string[] = [];
      a.onState = ({ state }) => void states.push(state);
      const report = send(a, b.address(0), pattern(250));
      await a[Symbol.asyncDispose]();
      await a[Symbol.asyncDispose]();
      expect(["failed", "acked", "unknown", "no-ack"]).toContain((await report).status);
      expect(states).toEqual(["closed"]);
      expect(() => a.send(b.address(0), pattern(1), fail)).toThrow(withCode("ERR_RADIO_CLOSED"));
    });
  });
}

/** Bytes that differ from place to place. */
export function pattern(length: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => i * 31 + length);
}

export function send(radio: Radio, destination: MacAddress, data: Uint8Array): Promise<SendReport> {
  let report: ((report: SendReport) => void) | undefined;
  const promise = new Promise<SendReport>((resolve) => {
    report = resolve;
  });
  const release = radio.clock.keepAlive();
  radio.send(destination, data, (result) => {
    release();
    radio.clock.delivered();
    report?.(result);
  });
  return promise;
}

/** The next message, its data copied. */
export function nextMessage(radio: Radio): Promise<MessageInfo> {
  return new Promise((resolve) => {
    radio.onMessage = (message) => {
      radio.onMessage = undefined;
      radio.clock.delivered();
      resolve({ ...message, data: message.data.slice() });
    };
  });
}

function fail(): never {
  throw new Error("this must not be called");
}

function withCode(code: EspNowErrorCode): unknown {
  return expect.objectContaining({ code });
}
