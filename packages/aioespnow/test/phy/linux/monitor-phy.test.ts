import { MessageChannel, Worker } from "node:worker_threads";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { encodeActionBody } from "#lib/codec/action-frame.ts";
import { encodeActionHeader } from "#lib/codec/dot11.ts";
import { appendFcs, FCS_LENGTH } from "#lib/codec/fcs.ts";
import { BROADCAST, type MacAddress } from "#lib/codec/mac-address.ts";
import { decodeRadiotap, Radiotap } from "#lib/codec/radiotap.ts";
import { Rate } from "#lib/codec/rate.ts";
import { EspNowError } from "#lib/errors.ts";
import { ESPNow } from "#lib/espnow/espnow.ts";
import { openRadioSync } from "#lib/open/open.ts";
import type { MonitorOptions } from "#lib/phy/linux/monitor-options.ts";
import { MonitorPhy } from "#lib/phy/linux/monitor-phy.ts";
import { PacketSocket } from "#lib/phy/linux/packet-socket.ts";
import { type RunCommand, runCommand } from "#lib/phy/linux/run-command.ts";
import type { PhyState, TransmitResult } from "#lib/phy/phy.ts";
import type { RadioState } from "#lib/radio/radio.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { A, ABSENT, AT_1M, actionFrame, B } from "#lib/testing/action-frame.ts";
import { BlockingPort } from "#lib/util/blocking-port.ts";
import { enterEmptyNetwork, hasTap, Tap } from "#test/doubles/tap.ts";

const IW_CHANNELS = "Band 1:\n\t* 2412 MHz [1] \n\t* 2437 MHz [6] \n\t* 2484 MHz [14] (disabled)\n";

/** ESP-NOW from A; its data is one byte. */
function espNow(destination: MacAddress, mark: number): Uint8Array {
  const frame = new Uint8Array(100);
  const header = { destination, source: A, bssid: BROADCAST, sequenceNumber: mark, protected: false };
  const body = encodeActionHeader(frame, 0, header);
  return frame.subarray(0, encodeActionBody(frame, body, Uint8Array.of(mark), 2, mark * 0x01010101));
}

/** A thread that leaves a message for this one, and rings its bell, when this one has gone to sleep. */
const RINGS_WHEN_ASLEEP = `
  const { port, bell, asleep } = require("node:worker_threads").workerData;
  Atomics.wait(asleep, 0, 0);
  port.postMessage("for you");
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);`;

describe.skipIf(!hasTap)("MonitorPhy on a TAP device (root, /dev/net/tun):", () => {
  let tap: Tap;
  let phy: MonitorPhy;
  let heard: number[];
  let states: PhyState[];

  beforeAll(enterEmptyNetwork);

  beforeEach(() => {
    tap = new Tap("wlan1");
    tap.up();
    open({ setup: false });
  });

  afterEach(async () => {
    await phy[Symbol.asyncDispose]();
    tap.close();
  });

  function open(options: MonitorOptions): void {
    phy = new MonitorPhy("wlan1", options);
    heard = [];
    states = [];
    phy.onFrame = ({ bytes }) => {
      heard.push(bytes.at(-1) as number);
      phy.clock.delivered();
    };
    phy.onState = (state) => {
      states.push(state);
      phy.clock.delivered();
    };
  }

  async function reopen(options: MonitorOptions): Promise<void> {
    await phy[Symbol.asyncDispose]();
    open(options);
  }

  /** A transmission; its frame is read from the air before the result can come. */
  function transmit(frame: Uint8Array, options = AT_1M): { packet: Uint8Array; result: Promise<TransmitResult> } {
    const release = phy.clock.keepAlive();
    const result = new Promise<TransmitResult>((resolve) =>
      phy.transmit(frame, options, (value) => {
        release();
        phy.clock.delivered();
        resolve(value);
      }),
    );
    return { packet: tap.sent(), result };
  }

  async function until(condition: () => boolean): Promise<void> {
    const release = phy.clock.keepAlive();
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
    release();
  }

  /** `iw` of a card that has monitor mode, on a device that has been in it all along; `ip` is the real one. */
  function card(calls: string[], { activeMonitor = true, route = "[]" } = {}): RunCommand {
    return (program, args) => {
      const call = [program, ...args].join(" ");
      calls.push(call);
      if (call.endsWith("route show default")) return route;
      // The device has no address that could be set.
      if (program === "ip")
        return runCommand(
          program,
          args.filter((arg) => arg !== "address" && arg !== A),
        );
      if (call.endsWith("info")) return "Interface wlan1\n\ttype managed\n\twiphy 0\n";
      if (call.endsWith("channels")) return IW_CHANNELS;
      if (call.endsWith("monitor active") && !activeMonitor) throw new EspNowError("ERR_RADIO_PROTOCOL", "(-95)");
      return "";
    };
  }

  describe("hearing", () => {
    beforeEach(() => phy.setAckAddresses([B]));

    test("a frame is handed on without its radiotap header, with strength, rate and channel", async () => {
      let frame: object | undefined;
      phy.onFrame = (heardFrame) => {
        frame = { ...heardFrame, bytes: heardFrame.bytes.slice() };
      };
      const bytes = espNow(B, 1);
      tap.air(bytes, { channel: 6, signal: -77 });
      await until(() => frame !== undefined);
      expect(frame).toMatchObject({ bytes, rssi: -77, rate: Rate.RATE_1M, channel: 6 });
    });

    test("what is no ESP-NOW is left in the kernel, unless everything is to be heard", async () => {
      tap.air(actionFrame(B, 5));
      tap.air(espNow(B, 6));
      await until(() => heard.length === 1);
      expect(heard).toEqual([6]);
      await reopen({ setup: false, hears: "everything" });
      phy.setAckAddresses([B]);
      tap.air(actionFrame(B, 5));
      await until(() => heard.length === 1);
      expect(heard).toEqual([5]);
    });

    test("the FCS is checked where there is one, and taken off", async () => {
      const frame = new Uint8Array([...espNow(B, 7), 0, 0, 0, 0]);
      tap.air(frame, { hasFcs: true });
      appendFcs(frame, 0, frame.length - FCS_LENGTH);
      tap.air(frame, { hasFcs: true });
      await until(() => heard.length === 1);
      expect(heard).toEqual([7]);
      expect(phy.counters).toMatchObject({ heard: 1, badFcs: 1 });
    });

    test("broken packets are counted, and harm nobody", async () => {
      await reopen({ setup: false, hears: "everything" });
      phy.setAckAddresses([B]);
      for (const packet of [[0], [1, 0, 8, 0, 0, 0, 0, 0], [0, 0, 0xff, 0xff, 0, 0, 0, 0], [0, 0, 8, 0, 0, 0, 0, 0]]) {
        tap.raw(
          Uint8Array.from([...packet, ...new Uint8Array(16 - packet.length)]).subarray(0, Math.max(14, packet.length)),
        );
      }
      tap.air(espNow(B, 8));
      await until(() => heard.includes(8));
      expect(phy.counters.malformed).toBeGreaterThanOrEqual(2);
    });

    test("a station without an address hears nothing", async () => {
      phy.setAckAddresses([]);
      tap.air(espNow(B, 1));
      phy.wait(0);
      phy.setAckAddresses([B]);
      tap.air(espNow(B, 2));
      await until(() => heard.length === 1);
      expect(heard).toEqual([2]);
    });

    test("a wait blocks until a frame comes, and no longer than until its deadline", () => {
      const deadline = phy.clock.now() + 20;
      phy.wait(deadline);
      expect(phy.clock.now()).toBeGreaterThanOrEqual(deadline);
      tap.air(espNow(B, 3));
      phy.wait(Number.POSITIVE_INFINITY);
      expect(heard).toEqual([3]);
    });

    test("what the kernel had to drop is counted", () => {
      for (let i = 0; i < 40_000; i++) tap.air(espNow(B, 1));
      expect(phy.dropped).toBeGreaterThan(0);
      const dropped = phy.dropped;
      while (heard.length + dropped < 40_000) phy.wait(phy.clock.now() + 1000);
      expect(heard.length + phy.dropped).toBe(40_000);
    });
  });

  describe("sending", () => {
    beforeEach(() => phy.setAckAddresses([A]));

    test("a frame goes out behind a radiotap header with its rate, whether it asks for an ACK, and no FCS flag", async () => {
      const frame = espNow(B, 1);
      const radiotap = new Radiotap();
      for (const [noAck, txFlags] of [
        [false, 0x10],
        [true, 0x18],
      ] as const) {
        const { packet, result } = transmit(frame, { rate: Rate.RATE_11M, noAck });
        const start = decodeRadiotap(packet, 0, packet.length, radiotap) as number;
        expect(packet.subarray(start)).toEqual(frame);
        expect(radiotap).toMatchObject({ phyRate: Rate.RATE_11M, txFlags, hasFcs: false });
        tap.echo(frame);
        await result;
      }
    });

    test("the status echo says whether it was acknowledged, and after how many transmissions", async () => {
      const acked = transmit(espNow(B, 1));
      tap.echo(espNow(B, 1), { retries: 2 });
      expect(await acked.result).toEqual({ status: "acked", attempts: 3 });
      const lost = transmit(espNow(ABSENT, 2));
      tap.echo(espNow(ABSENT, 2), { failed: true, retries: 6 });
      expect(await lost.result).toEqual({ status: "no-ack", attempts: 7 });
    });

    test("a failure is not believed where no acknowledgement was asked for", async () => {
      const { result } = transmit(espNow(B, 1), { ...AT_1M, noAck: true });
      tap.echo(espNow(B, 1), { failed: true });
      expect(await result).toEqual({ status: "sent" });
      const group = transmit(espNow(BROADCAST, 2));
      tap.echo(espNow(BROADCAST, 2));
      expect(await group.result).toEqual({ status: "sent" });
    });

    test("echoes that come in another order, or belong to other programs, are told apart", async () => {
      const [first, second] = [transmit(espNow(B, 1)), transmit(espNow(B, 2))];
      tap.echo(espNow(B, 9), { failed: true });
      tap.echo(espNow(B, 2), { failed: true });
      tap.echo(espNow(B, 1));
      expect((await first.result).status).toBe("acked");
      expect((await second.result).status).toBe("no-ack");
      expect(phy.counters).toMatchObject({ echoes: 3, strayEchoes: 1, heard: 0 });
    });

    test("without a status in time the fate of a frame is unknown", async () => {
      expect(await transmit(espNow(B, 1)).result).toEqual({ status: "unknown" });
    });

    test("more frames than may wait for their status are refused as busy", async () => {
      const results = Array.from({ length: 257 }, (_, i) => {
        return new Promise<TransmitResult>((resolve) => phy.transmit(espNow(B, i & 0xff), AT_1M, resolve));
      });
      const statuses = (await Promise.all(results)).map(({ status }) => status);
      expect(statuses.filter((status) => status === "busy")).toHaveLength(1);
    });

    test("a long range rate is refused: Wi-Fi cards do not have it", () => {
      const send = (): void => phy.transmit(espNow(B, 1), { rate: Rate.RATE_LORA_250K, noAck: false }, () => undefined);
      expect(send).toThrow(RangeError);
      expect(phy.capabilities.rates).not.toContain(Rate.RATE_LORA_250K);
    });

    test("a frame that waits for its status fails when the phy is closed", async () => {
      const { result } = transmit(espNow(B, 1));
      await phy[Symbol.asyncDispose]();
      expect(await result).toMatchObject({ status: "failed", error: { code: "ERR_RADIO_CLOSED" } });
    });
  });

  describe("an interface that comes and goes", () => {
    beforeEach(() => phy.setAckAddresses([A]));

    test("down and up again: both are told, sends in between fail, and it goes on", async () => {
      tap.down();
      await until(() => states.length === 1);
      expect(states).toEqual([{ state: "down", reason: "the interface wlan1 is down" }]);
      const failed = new Promise<TransmitResult>((resolve) => phy.transmit(espNow(B, 1), AT_1M, resolve));
      expect(await failed).toMatchObject({ status: "failed", error: { code: "ERR_RADIO_DOWN" } });
      tap.up();
      await until(() => states.length === 2);
      expect(states[1]).toEqual({ state: "up" });
      tap.air(espNow(A, 4));
      await until(() => heard.length === 1);
      expect(heard).toEqual([4]);
    });

    test("removed and made again: both are told, and it goes on", async () => {
      tap.replace();
      await until(() => states.length === 1);
      expect(states[0]).toMatchObject({ state: "down" });
      tap.up();
      await until(() => states.at(-1)?.state === "up");
      tap.air(espNow(A, 5));
      await until(() => heard.length === 1);
      expect(heard).toEqual([5]);
    });
  });

  test("programs are told that the interface went down and came up again", async () => {
    const radio = new SoftMacRadio(phy, { mac: A });
    radio.setInterfaceActive(0, true);
    const told: RadioState[] = [];
    new ESPNow(radio).onState((state) => void told.push(state));
    tap.down();
    await until(() => told.length === 1);
    tap.up();
    await until(() => told.length === 2);
    expect(told).toEqual([{ state: "down", reason: "the interface wlan1 is down" }, { state: "up" }]);
  });

  test("a thread that blocks hears what another thread has for it, and not only what is on the air", async () => {
    phy.setAckAddresses([B]);
    const { port1, port2 } = new MessageChannel();
    const asleep = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { port: port2, bell: BlockingPort.bell, asleep };
    const worker = new Worker(RINGS_WHEN_ASLEEP, { eval: true, workerData, transferList: [port2] });
    const port = new BlockingPort<string, never>(port1);
    const messages: string[] = [];
    port.onMessage = (message) => void messages.push(message);
    const sleeps: number[] = [];
    const { wait } = PacketSocket.prototype;
    const spy = vi.spyOn(PacketSocket.prototype, "wait").mockImplementation(function (this: PacketSocket, timeoutMs) {
      sleeps.push(timeoutMs);
      Atomics.store(asleep, 0, 1);
      Atomics.notify(asleep, 0);
      wait.call(this, timeoutMs);
    });
    while (messages.length === 0) phy.wait(Number.POSITIVE_INFINITY);
    spy.mockRestore();
    expect(messages).toEqual(["for you"]);
    expect(Math.max(...sleeps)).toBeLessThanOrEqual(2); // none was as long as the interface may be silent
    port.close();
    await worker.terminate();
  });

  describe("set-up", () => {
    const SET_UP = [
      "ip link set dev wlan1 down",
      "iw dev wlan1 set monitor active",
      "ip link set dev wlan1 down",
      `ip link set dev wlan1 address ${A} mtu 2304 up`,
      "iw dev wlan1 set channel 1",
    ];

    test("the interface gets monitor mode, address, MTU and channel, and loses them when it is closed", async () => {
      const calls: string[] = [];
      await reopen({ run: card(calls) });
      phy.setAckAddresses([A]);
      phy.setChannel(6);
      expect(calls.filter((call) => / set /.test(call))).toEqual([...SET_UP, "iw dev wlan1 set channel 6"]);
      expect(phy.capabilities).toMatchObject({ channels: [1, 6], maxFrameLength: 2303 });
      calls.length = 0;
      await phy[Symbol.asyncDispose]();
      expect(calls).toEqual([
        "ip link set dev wlan1 down",
        "iw dev wlan1 set type managed",
        "ip link set dev wlan1 mtu 2304 up",
      ]);
    });

    test("a card that cannot acknowledge in monitor mode gets plain monitor mode", async () => {
      const calls: string[] = [];
      await reopen({ run: card(calls, { activeMonitor: false }) });
      expect(calls).toContain("iw dev wlan1 set monitor none");
    });

    test("without an address the interface is down; that is no news", async () => {
      await reopen({ run: card([]) });
      phy.setAckAddresses([A]);
      phy.setAckAddresses([]);
      phy.wait(0);
      expect(states).toEqual([]);
      const failed = new Promise<TransmitResult>((resolve) => phy.transmit(espNow(B, 1), AT_1M, resolve));
      expect(await failed).toMatchObject({ status: "failed", error: { code: "ERR_RADIO_DOWN" } });
    });

    test("an interface that was removed and made again is set up again", async () => {
      const calls: string[] = [];
      await reopen({ run: card(calls) });
      phy.setAckAddresses([A]);
      calls.length = 0;
      tap.replace();
      await until(() => calls.length > 0 && phy.clock.held && calls.at(-1) === "iw dev wlan1 set channel 1");
      expect(calls.filter((call) => / set /.test(call))).toEqual(SET_UP);
      tap.air(espNow(A, 5));
      await until(() => heard.length === 1);
      expect(heard).toEqual([5]);
    });

    test("an interface with the default route is refused, unless it is forced; nothing was changed", async () => {
      await phy[Symbol.asyncDispose]();
      const calls: string[] = [];
      const run = card(calls, { route: '[{"dst":"default","dev":"wlan1"}]' });
      expect(() => open({ run })).toThrow(/wlan1 carries the default route/);
      expect(calls.filter((call) => / set /.test(call))).toEqual([]);
      open({ run, force: true });
      expect(phy.capabilities.channels).toEqual([1, 6]);
    });

    test("used as it is, an interface keeps its channel, and frames fit its MTU", async () => {
      const iw = "Interface wlan1\n\ttype monitor\n\twiphy 0\n\tchannel 6 (2437 MHz), width: 20 MHz (no HT)\n";
      await reopen({ setup: false, run: (program, args) => (program === "iw" ? iw : runCommand(program, args)) });
      expect(phy.capabilities).toMatchObject({ channels: [6], maxFrameLength: 2304 + 14 - 15 });
      expect(phy.channel).toBe(6);
      expect(() => phy.setChannel(1)).toThrow(RangeError);
    });
  });

  test("an interface that is missing, or is not in monitor mode, is refused with what to do", () => {
    expect(() => new MonitorPhy("wlan9")).toThrow(withCode("ERR_RADIO_DOWN"));
    expect(() => new MonitorPhy("lo", { setup: false })).toThrow(/not in monitor mode: iw dev lo set type monitor/);
    expect(() => new MonitorPhy("lo")).toThrow(/no Wi-Fi interface/);
  });

  test("linux: opens it by its URL, without an access point", async () => {
    const radio = openRadioSync("linux:wlan1?setup=0&mac=02:00:00:00:00:77");
    expect(radio.address(0)).toBe("02:00:00:00:00:77");
    expect(() => radio.address(1)).toThrow(withCode("ENOTSUP"));
    await radio[Symbol.asyncDispose]();
    expect(() => openRadioSync("linux:wlan1?setup=0&channel=6")).toThrow(RangeError);
  });
});

function withCode(code: string): unknown {
  return expect.objectContaining({ code });
}
