import { describe, expect, test } from "vitest";
import { openRadioSync } from "#lib/open/open.ts";
import { parseRadioUrl } from "#lib/open/radio-url.ts";

function parts(url: string): [scheme: string, path: string, query: string] {
  const { scheme, path, parameters } = parseRadioUrl(url);
  return [scheme, path, parameters.toString()];
}

describe("the parts of a radio URL", () => {
  test.each<[string, [string, string, string]]>([
    ["sim:", ["sim", "", ""]],
    ["sim:house?seed=1&clock=virtual", ["sim", "house", "seed=1&clock=virtual"]],
    ["sim:?mac=02%3A00", ["sim", "", "mac=02%3A00"]],
    ["sim:x?seed=1&", ["sim", "x", "seed=1"]],
    ["board:tcp://[::1]:9977?reconnect=0", ["board", "tcp://[::1]:9977", "reconnect=0"]],
    ["replay:../a b/what?.pcap", ["replay", "../a b/what?.pcap", ""]],
    ["replay:what?.pcap?speed=2", ["replay", "what?.pcap", "speed=2"]],
    ["replay:a=b?c=d?.pcap", ["replay", "a=b?c=d?.pcap", ""]],
    ["replay:x?", ["replay", "x?", ""]],
    ["replay:x?a=1&&b=2", ["replay", "x?a=1&&b=2", ""]],
    ["replay:two\nlines?speed=2", ["replay", "two\nlines", "speed=2"]],
    ["SIM:x", ["", "", ""]],
    ["x", ["", "", ""]],
    ["", ["", "", ""]],
  ])("%j", (url, expected) => {
    expect(parts(url)).toEqual(expected);
  });

  // The first of these took twice as long with each two characters more: 5 s for 28 parameters.
  test.each([
    ["parameters without separators", `sim:x?${"a=".repeat(50_000)}?`],
    ["question marks", `sim:${"?a=".repeat(50_000)}?`],
    ["separators", `sim:x?${"a=&".repeat(50_000)}!`],
    ["letters", `${"a".repeat(100_000)}`],
    ["colons", `sim${":".repeat(100_000)}`],
  ])("100,000 characters of %s are refused at once", (_, url) => {
    const start = performance.now();
    expect(() => openRadioSync(url.replace(/^sim/, "replay"))).toThrow();
    expect(performance.now() - start).toBeLessThan(500);
  });
});
