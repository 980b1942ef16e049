import { expect, test } from "vitest";
import type { MacAddress } from "#lib/codec/mac-address.ts";
import { Rate } from "#lib/codec/rate.ts";
import { EspNowError } from "#lib/errors.ts";
import { NEW_PEER, type Peer } from "#lib/radio/peer-table.ts";
import type { RadioCapabilities, SendReport } from "#lib/radio/radio.ts";
import { type PreparedSend, RadioBase } from "#lib/radio/radio-base.ts";
import type { Clock } from "#lib/util/clock.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";

const CAPABILITIES: RadioCapabilities = {
  maxDataLength: 250,
  maxPeers: 20,
  maxEncryptedPeers: 7,
  interfaces: [0],
  setsAddress: false,
  blocks: false,
  rssi: false,
  rates: [Rate.RATE_1M],
  attempts: false,
  reportTimeoutMs: 100,
  frameDetails: false,
};
const OWN = "02:00:00:00:00:01" as MacAddress;
const FIRST = "02:00:00:00:00:02" as MacAddress;
const SECOND = "02:00:00:00:00:03" as MacAddress;

/** Writes down what it is asked for; sends go out when they are told to. */
class DiaryRadio extends RadioBase {
  readonly clock: Clock = new VirtualClock();
  readonly diary: string[] = [];
  readonly unreported: ((report: SendReport) => void)[] = [];
  refuses: MacAddress | undefined;

  constructor(capabilities: Partial<RadioCapabilities> = {}) {
    super({
      capabilities: { ...CAPABILITIES, ...capabilities },
      station: OWN,
      accessPoint: OWN,
      channels: [1, 6],
      txBuffers: 2,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    this.setState({ state: "closed" });
  }

  protected override applyStarted(started: boolean): void {
    this.diary.push(`started ${started}, peers ${this.peers.all().length}`);
  }
  protected override applyInterface(iface: number): void {
    this.diary.push(`interface ${iface}: ${this.interfaces.activeAddresses}`);
  }
  protected override applyChannel(channel: number): void {
    if (channel === 6) throw new EspNowError("ERR_RADIO_DOWN", "the driver refused");
    this.diary.push(`channel ${channel}`);
  }
  protected override applyRate(rate: number): void {
    this.diary.push(`rate ${rate}`);
  }
  protected override applyTxPower(dBm: number): void {
    this.diary.push(`power ${dBm}`);
  }
  protected override applyPmk(pmk: Uint8Array): void {
    this.diary.push(`pmk ${pmk.length}`);
  }
  protected override prepareSend({ mac }: Peer): PreparedSend {
    if (mac === this.refuses) throw new EspNowError("ESP_ERR_ESPNOW_INTERNAL", "no number is free");
    return (done) => {
      this.diary.push(`to ${mac}`);
      this.unreported.push(done);
    };
  }
}

function started(capabilities: Partial<RadioCapabilities> = {}): DiaryRadio {
  const radio = new DiaryRadio(capabilities);
  radio.start();
  radio.setInterfaceActive(0, true);
  radio.peers.add(FIRST, NEW_PEER);
  radio.peers.add(SECOND, NEW_PEER);
  radio.diary.length = 0;
  return radio;
}

test("start and stop are told once each, and the peers go after stop", () => {
  const radio = started();
  radio.start();
  radio.stop();
  radio.stop();
  expect(radio.diary).toEqual(["started false, peers 2"]);
  expect(radio.peers.all()).toEqual([]);
});

test("a setting is changed only if the radio takes it", () => {
  const radio = started();
  radio.channel = 1;
  expect(() => {
    radio.channel = 6;
  }).toThrow("the driver refused");
  expect(() => {
    radio.channel = 7;
  }).toThrow("channel must be one of 1, 6, not 7");
  expect(radio.channel).toBe(1);
  expect(radio.diary).toEqual(["channel 1"]);
});

test("a message to all is sent to all peers or, if one of them is refused, to none", () => {
  const radio = started();
  radio.refuses = SECOND;
  expect(() => radio.send(null, Uint8Array.of(1), () => undefined)).toThrow("ESP_ERR_ESPNOW_INTERNAL");
  expect(radio.diary).toEqual([]);
  radio.refuses = undefined;
  expect(radio.send(null, Uint8Array.of(1), () => undefined)).toBe(2);
  expect(radio.diary).toEqual([`to ${FIRST}`, `to ${SECOND}`]);
});

test("a buffer is free again when its report comes", () => {
  const radio = started();
  const send = (): number => radio.send(FIRST, Uint8Array.of(1), () => undefined);
  send();
  send();
  expect(send).toThrow("ESP_ERR_ESPNOW_NO_MEM: no transmit buffer is free: 2 of 2 are in use, 1 more is needed");
  radio.unreported.shift()?.({ status: "acked" });
  expect(send()).toBe(1);
});

test("powers that a radio does not have are refused as ENOTSUP", () => {
  const radio = started();
  expect(() => radio.wait(0)).toThrow("ENOTSUP: this radio cannot block");
  expect(() => radio.setAddress(0, SECOND)).toThrow("ENOTSUP: this radio keeps its own address");
  const able = started({ setsAddress: true, blocks: true });
  able.wait(able.clock.now() + 5);
  able.setAddress(0, SECOND);
  expect(able.diary).toEqual([`interface 0: ${SECOND}`]);
});

test("a radio that is down says why when something is sent, and up again sends", () => {
  const radio = started();
  const send = (): number => radio.send(FIRST, Uint8Array.of(1), () => undefined);
  radio["setState"]({ state: "down", reason: "the cable is out" });
  expect(send).toThrow("ERR_RADIO_DOWN: the cable is out");
  radio["setState"]({ state: "up" });
  expect(send()).toBe(1);
});
