import { openRadioSync, type Radio } from "aioespnow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { doctor } from "#cli/commands/doctor.ts";
import type { Probe } from "#cli/doctor/machine.ts";
import { judgeTxStatus, probeTxStatus } from "#cli/doctor/tx-status.ts";
import { EspNowError } from "#lib/errors.ts";
import type { TransmitResult } from "#lib/phy/phy.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { enterEmptyNetwork, hasTap, Tap } from "#test/doubles/tap.ts";
import { Wire } from "#test/doubles/wire.ts";
import { transcript } from "./transcript.ts";

const NOTHING: Probe = {
  platform: "linux",
  run: async () => undefined,
  read: () => undefined,
  socketFault: () => undefined,
  list: () => [],
};

/** A radio that says this of every frame. */
function radioThatSays(result: TransmitResult): Radio {
  const phy = new Wire().phy();
  phy.forcedResult = result;
  return new SoftMacRadio(phy);
}

describe("what espnow doctor --probe says of a card", () => {
  test("whose driver tells: nobody acknowledged a message to nobody", async () => {
    expect(await judgeTxStatus(radioThatSays({ status: "no-ack", attempts: 7 }), "linux:wlan1")).toEqual({
      level: "ok",
      text: "linux:wlan1 tells whether a message was acknowledged",
    });
  });

  test("whose driver gives no TX status, with what helps", async () => {
    expect(await judgeTxStatus(radioThatSays({ status: "unknown" }), "linux:wlan1")).toEqual({
      level: "warning",
      text: expect.stringContaining("linux:wlan1 gives no TX status"),
      remedy: expect.stringContaining("let the peer answer"),
    });
  });

  test("whose driver says that it was acknowledged, though nobody can have done so", async () => {
    expect(await judgeTxStatus(radioThatSays({ status: "acked", attempts: 1 }), "linux:wlan1")).toEqual({
      level: "warning",
      text: "linux:wlan1 calls a message acknowledged that was sent to nobody",
      remedy: expect.stringContaining("do not rely on it"),
    });
  });

  test("that fails: why", async () => {
    const error = new EspNowError("ERR_RADIO_DOWN", "the interface wlan1 is down");
    await expect(judgeTxStatus(radioThatSays({ status: "failed", error }), "linux:wlan1")).rejects.toBe(error);
  });

  test("that is not there: a problem, among the other findings", async () => {
    const out = transcript();
    expect(await doctor(NOTHING, { probe: "linux:nosuchcard" }, out)).toBe(1);
    expect(out.stdout.text).toMatch(
      /problem {2}linux:nosuchcard could not be tried: E\w+: .*\n {11}-> docs\/linux\.md/,
    );
  });
});

test("espnow doctor sends nothing with a radio that is no Wi-Fi card", async () => {
  await expect(doctor(NOTHING, { probe: "air:" }, transcript())).rejects.toThrow("--probe needs a Wi-Fi card");
});

describe.skipIf(!hasTap)("on a TAP device (root, /dev/net/tun)", () => {
  const URL = "linux:wlan1?setup=0";
  let tap: Tap;

  beforeEach(() => {
    enterEmptyNetwork();
    tap = new Tap("wlan1");
    tap.up();
  });
  afterEach(() => tap.close());

  test("an interface that echoes nothing gives no TX status", async () => {
    expect(await probeTxStatus(URL)).toMatchObject({ level: "warning", text: expect.stringContaining("no TX status") });
    const frame = tap.sent().subarray(12);
    expect((frame[4] as number) & 0x03).toBe(0x02); // to one station, whose address no maker gives
  });

  test("one that echoes a failure tells", async () => {
    const radio = openRadioSync(URL);
    const finding = judgeTxStatus(radio, URL);
    tap.echo(tap.sent().subarray(12), { failed: true });
    expect(await finding).toMatchObject({ level: "ok" });
    await radio[Symbol.asyncDispose]();
  });
});
