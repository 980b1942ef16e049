import { describe, expect, test } from "vitest";
import { parseInterface } from "#lib/phy/linux/interface-state.ts";
import { parseDefaultRoutes } from "#lib/phy/linux/ip.ts";
import { parseChannels } from "#lib/phy/linux/iw.ts";
import { checkInterfaceName } from "#lib/phy/linux/monitor-interface.ts";
import { commandError, runCommand } from "#lib/phy/linux/run-command.ts";

/** Output of iproute2 6.1 and iw 5.19 on a mac80211_hwsim radio of Linux 6.1. */
const IP_MANAGED =
  '[{"ifindex":2,"ifname":"wlan0","flags":["BROADCAST","MULTICAST"],"mtu":1500,"qdisc":"noop","operstate":"DOWN","linkmode":"DEFAULT","group":"default","txqlen":1000,"link_type":"ether","address":"02:00:00:00:00:00","broadcast":"ff:ff:ff:ff:ff:ff"}]';
const IW_MANAGED =
  "Interface wlan0\n\tifindex 2\n\twdev 0x1\n\taddr 02:00:00:00:00:00\n\ttype managed\n\twiphy 0\n\ttxpower 0.00 dBm\n";
const IP_MONITOR =
  '[{"ifindex":2,"ifname":"wlan0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":2304,"qdisc":"mq","operstate":"UNKNOWN","linkmode":"DEFAULT","group":"default","txqlen":1000,"link_type":"ieee802.11/radiotap","address":"02:00:00:00:00:0a","broadcast":"ff:ff:ff:ff:ff:ff","permaddr":"02:00:00:00:00:00"}]';
const IW_MONITOR =
  "Interface wlan0\n\tifindex 2\n\twdev 0x1\n\taddr 02:00:00:00:00:0a\n\ttype monitor\n\twiphy 12\n\tchannel 6 (2437 MHz), width: 20 MHz (no HT), center1: 2437 MHz\n\ttxpower 20.00 dBm\n";

test("an interface is read from what ip and iw print", () => {
  expect(parseInterface(IP_MANAGED, IW_MANAGED)).toEqual({
    up: false,
    mtu: 1500,
    address: "02:00:00:00:00:00",
    type: "managed",
    wiphy: 0,
    channel: undefined,
  });
  expect(parseInterface(IP_MONITOR, IW_MONITOR)).toEqual({
    up: true,
    mtu: 2304,
    address: "02:00:00:00:00:0a",
    type: "monitor",
    wiphy: 12,
    channel: 6,
  });
  expect(() => parseInterface("[]", "")).toThrow("ERR_RADIO_PROTOCOL: ip -json link prints no interface");
  expect(parseInterface(IP_MANAGED, "")).toMatchObject({ type: undefined, wiphy: undefined });
});

test("the channels are those of 2.4 GHz that the regulatory domain allows", () => {
  const iw = `Band 1:
\t* 2412 MHz [1] 
\t  Maximum TX power: 20.0 dBm
\t  Channel widths: 20MHz HT40+
\t* 2467 MHz [12] 
\t  Maximum TX power: 20.0 dBm
\t  No IR
\t* 2484.0 MHz [14] (disabled)
Band 2:
\t* 5180 MHz [36] 
`;
  expect(parseChannels(iw)).toEqual([1, 12]);
});

test("default routes are found, also those with several ways", () => {
  expect(parseDefaultRoutes("")).toEqual([]);
  expect(parseDefaultRoutes("[]")).toEqual([]);
  expect(parseDefaultRoutes('[{"dst":"default","gateway":"10.0.0.1","dev":"eth0","flags":[]}]')).toEqual(["eth0"]);
  expect(parseDefaultRoutes('[{"dst":"default","nexthops":[{"dev":"wlan0"},{"dev":"eth0"}]}]')).toEqual([
    "wlan0",
    "eth0",
  ]);
});

test("only what can be the name of an interface is one", () => {
  for (const name of ["wlan1", "wlxaabbccddeeff", "phy0.mon-1"]) expect(checkInterfaceName(name)).toBe(name);
  for (const name of ["", "-all", ".", "..", "a b", "wlan/1", "0123456789abcdef", "wlan0:1"]) {
    expect(() => checkInterfaceName(name)).toThrow(RangeError);
  }
  expect(() => checkInterfaceName(undefined as never)).toThrow(TypeError);
});

describe("a program that fails says what to do:", () => {
  test.each([
    ["iw", "command failed: Operation not permitted (-1)", "ERR_RADIO_PERMISSION", "CAP_NET_ADMIN"],
    ["ip", "RTNETLINK answers: Operation not permitted", "ERR_RADIO_PERMISSION", "CAP_NET_ADMIN"],
    ["iw", "command failed: No such device (-19)", "ERR_RADIO_DOWN", 'no interface wlan9; "espnow radios"'],
    ["ip", 'Device "wlan9" does not exist.', "ERR_RADIO_DOWN", 'no interface wlan9; "espnow radios"'],
    ["ip", 'Cannot find device "wlan9"', "ERR_RADIO_DOWN", 'no interface wlan9; "espnow radios"'],
    ["iw", "command failed: Device or resource busy (-16)", "ERR_RADIO_PROTOCOL", "another interface of the same card"],
    [
      "iw",
      "kernel reports: Channel is disabled\ncommand failed: Invalid argument (-22)",
      "ERR_RADIO_PROTOCOL",
      "is disabled",
    ],
  ])("%s: %s", (program, stderr, code, text) => {
    const error = commandError(program, ["dev", "wlan9"], Object.assign(new Error("status 1"), { stderr }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
  });

  test("one that is missing: which package to install", () => {
    const missing = Object.assign(new Error("spawn iw ENOENT"), { code: "ENOENT" });
    expect(commandError("iw", [], missing)).toMatchObject({ code: "ENOTSUP", cause: missing });
    expect(commandError("ip", [], missing).message).toContain("install the package iproute2");
  });

  test("what it printed is given when it succeeds", () => {
    expect(runCommand("echo", ["hello"])).toBe("hello\n");
    expect(() => runCommand("no-such-program-here", [])).toThrow(/is missing/);
  });
});
