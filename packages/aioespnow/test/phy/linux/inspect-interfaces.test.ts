import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ComputerProbe, inspectInterfaces } from "#lib/phy/linux/inspect-interfaces.ts";
import { parseDefaultRoutes, parseLinks } from "#lib/phy/linux/ip.ts";
import { parseIwDev, parseIwPhy, parseIwReg } from "#lib/phy/linux/iw.ts";
import { MonitorInterface } from "#lib/phy/linux/monitor-interface.ts";

/**
 * The output of the programs in a virtual machine with two radios of mac80211_hwsim (Debian 12, kernel 6.1, iw
 * 5.19); of `iw phy` the bands above 2.4 GHz are left out.
 */
const sample = (name: string) => readFileSync(new URL(`samples/${name}`, import.meta.url), "utf8");
const IW_DEV = sample("iw-dev.txt");
const IW_PHY = sample("iw-phy.txt");
const IW_REG = sample("iw-reg.txt");
const IP_LINK = sample("ip-link.txt");

describe("what iw and ip print is read", () => {
  test("iw dev: interfaces, their card, mode and channel", () => {
    expect(parseIwDev(IW_DEV)).toEqual([
      { name: "wlan1", phy: "phy1", type: "managed", channel: undefined },
      { name: "wlan0", phy: "phy0", type: "monitor", channel: 6 },
    ]);
  });

  test("iw phy: modes, active monitor, and the channels that are not disabled", () => {
    expect(parseIwPhy(IW_PHY)).toEqual([
      {
        name: "phy0",
        modes: expect.arrayContaining(["managed", "AP", "monitor"]),
        activeMonitor: true,
        channels: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
      },
    ]);
    const without14 = IW_PHY.replace(/(\* 2484(?:\.0)? MHz \[14\]).*/, "$1 (disabled)");
    expect(parseIwPhy(without14)[0]?.channels).not.toContain(14);
  });

  test("iw reg get: the country", () => {
    expect(parseIwReg(IW_REG)).toBe("00");
    expect(parseIwReg("global\ncountry DE: DFS-ETSI\n")).toBe("DE");
    expect(parseIwReg("")).toBeUndefined();
  });

  test("ip: what is up, the MTU, and where the default route goes", () => {
    expect(parseLinks(IP_LINK)).toContainEqual(expect.objectContaining({ name: "wlan0", isUp: true, mtu: 1500 }));
    expect(parseLinks(IP_LINK)).toContainEqual(expect.objectContaining({ name: "wlan1", isUp: false, mtu: 1500 }));
    expect(parseDefaultRoutes('[{"dst":"default","gateway":"192.0.2.1","dev":"wlan0","flags":[]}]')).toEqual(["wlan0"]);
    expect(parseDefaultRoutes("")).toEqual([]);
    expect(parseLinks('{"not":"a list"}')).toEqual([]);
  });

  test("text that is no JSON, or no list of objects, is an empty list", () => {
    for (const text of ["", "{", "3", "null", "[null, 1]"]) {
      expect([parseLinks(text), parseDefaultRoutes(text)]).toEqual([[], []]);
    }
  });
});

/** A computer with wlan0 and wlan1, and these default routes. */
function computer(routes: { readonly v4?: string; readonly v6?: string }) {
  const answers: Readonly<Record<string, string>> = {
    "iw dev": IW_DEV,
    "iw phy": IW_PHY,
    "ip -json link": IP_LINK,
    "ip -json -4 route show default": routes.v4 ?? "",
    "ip -json -6 route show default": routes.v6 ?? "",
  };
  const probe: ComputerProbe = { run: async (program, args) => answers[[program, ...args].join(" ")], list: () => [] };
  const run = (program: string, args: readonly string[]): string => answers[[program, ...args].join(" ")] ?? "";
  return { probe, run };
}

describe("an interface is the way to the network for an inspection if it is for linux:", () => {
  test.each([
    ["no route", {}, false],
    ["a route of IPv4", { v4: '[{"dst":"default","gateway":"10.0.0.1","dev":"wlan0"}]' }, true],
    ["a route of IPv6", { v6: '[{"dst":"default","gateway":"fe80::1","dev":"wlan0"}]' }, true],
    ["one of several ways of IPv4", { v4: '[{"dst":"default","nexthops":[{"dev":"eth0"},{"dev":"wlan0"}]}]' }, true],
    ["one of several ways of IPv6", { v6: '[{"dst":"default","nexthops":[{"dev":"wlan0"},{"dev":"eth0"}]}]' }, true],
    ["the second route", { v4: '[{"dst":"default","dev":"eth0"},{"dst":"default","dev":"wlan0"}]' }, true],
    ["the route of another interface", { v4: '[{"dst":"default","dev":"wlan00"}]' }, false],
  ])("%s", async (_, routes, isRefused) => {
    const { probe, run } = computer(routes);
    const { interfaces } = await inspectInterfaces(probe);
    const managed = { up: true, mtu: 1500, address: undefined, type: "managed", wiphy: 0, channel: 1 };
    const prepare = (): void => new MonitorInterface("wlan0", run).prepare(managed, false);
    expect(interfaces.find(({ name }) => name === "wlan0")?.hasDefaultRoute).toBe(isRefused);
    if (isRefused) expect(prepare).toThrow(/wlan0 carries the default route/);
    else expect(prepare).not.toThrow();
  });
});
