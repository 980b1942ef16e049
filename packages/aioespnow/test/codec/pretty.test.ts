import { expect, test } from "vitest";
import { type Framing, previewOf, summarizeFrame } from "#lib/codec/pretty.ts";
import { fromHex } from "#lib/util/bytes.ts";
import { surrounded } from "#test/surrounded.ts";
import onAir from "#test/vectors/onair-encrypted.json" with { type: "json" };
import file from "#test/vectors/vectors.json" with { type: "json" };

const mpduOf = (id: string) => file.vectors.find((vector) => vector.id === id)?.mpdu ?? "";
const summarize = (hex: string, framing: Framing = "802.11") => summarizeFrame(surrounded(fromHex(hex)), framing);

const HELLO = '02:11:22:33:44:55 > 02:aa:bb:cc:dd:01  ESP-NOW v1 seq 2 random a1b2c3d4 length 5 "hello"';

test("an ESP-NOW message is a line with addresses, version, sequence number, random value and data", () => {
  expect(summarize(mpduOf("v1-plain-hello"))).toBe(HELLO);
  expect(summarize(mpduOf("v2-plain-short"))).toBe(HELLO.replace("v1", "v2"));
});

test("how it was heard stands before it, as far as radiotap tells", () => {
  const hello = mpduOf("v1-plain-hello");
  const heard = "00000f002e00000000026c09a000ad"; // flags, rate, channel, signal
  expect(summarize(heard + hello, "radiotap")).toBe(`1M ch 1 -83 dBm  ${HELLO}`);
  expect(summarize(`00000c00080000003c14c000${hello}`, "radiotap")).toBe(`5180 MHz  ${HELLO}`);
  expect(summarize(`0000080000000000${hello}`, "radiotap")).toBe(HELLO);
});

test("the random value is shown with all its digits", () => {
  expect(summarize(mpduOf("v1-plain-hello").replace("a1b2c3d4", "0000000f"))).toContain(" random 0000000f ");
});

test("a retransmission is marked", () => {
  expect(summarize(mpduOf("v1-plain-retry"))).toContain("seq 2 retry random");
});

test("data that is no text is shown in hexadecimal, long data by its beginning", () => {
  expect(summarize(mpduOf("v1-plain-1"))).toMatch(/length 1 00$/);
  expect(summarize(mpduOf("v2-plain-1470"))).toMatch(/ESP-NOW v2 .* length 1470 be c5 cc( [0-9a-f]{2}){29}\.\.\.$/);
});

test.each([
  ["20", '" "'],
  ["7e", '"~"'],
  ["1f", "1f"],
  ["7f", "7f"],
  ["616200", "61 62 00"],
  ["61".repeat(32), `"${"a".repeat(32)}"`],
  ["61".repeat(33), `"${"a".repeat(32)}"...`],
])("data %s is shown as %s: text if all of it is printable ASCII, 32 bytes at most", (hex, text) => {
  expect(previewOf(surrounded(fromHex(hex)))).toBe(text);
});

test("an encrypted frame shows its packet number and the length of what is encrypted", () => {
  expect(summarize(onAir.mpdu)).toBe(
    "24:0a:c4:1d:58:68 > 30:ae:a4:45:4a:a4  encrypted action frame seq 1 PN 1 length 35",
  );
  expect(summarize(`0000080000000000${onAir.mpdu}`, "radiotap")).toMatch(/ PN 1 length 35$/);
  expect(summarize(mpduOf("v1-enc-hello-pn0"))).toMatch(/ PN 0 length 20$/);
  expect(summarize(`d040${mpduOf("v1-plain-hello").slice(4)}`)).toMatch(/seq 2 with another key id than ESP-NOW's 3$/);
  const withoutExtIv = onAir.mpdu.replace("010000e0", "010000c0");
  expect(summarize(withoutExtIv)).toMatch(/seq \d+ without ExtIV: not by CCMP$/);
  expect(summarize(onAir.mpdu.slice(0, 78))).toMatch(/seq \d+ too short for a CCMP header and a MIC$/);
  expect(summarize(onAir.mpdu.slice(0, 46))).toBe("action frame, cut short: 23 of 24 bytes of its header");
});

test("malformed ESP-NOW is told apart from other action frames", () => {
  expect(summarize(mpduOf("v1-plain-hello").slice(0, -2))).toMatch(/malformed ESP-NOW \(element-length\) seq 2$/);
  expect(summarize(mpduOf("v1-plain-hello").replace("7f18fe34", "7f0050f2"))).toMatch(
    /another action frame \(not-espressif\) seq 2$/,
  );
});

test("other frames are named by their type", () => {
  expect(summarize("d400000084f3eb73550d")).toBe("ACK > 84:f3:eb:73:55:0d");
  expect(summarize("80000000ffff")).toBe("management frame, subtype 8, length 6");
  expect(summarize("00000800000000000800ff", "radiotap")).toBe("data frame, subtype 0, length 3");
  expect(summarize("b4")).toBe("control frame, subtype 11, length 1");
  expect(summarize("0c")).toBe("extension frame, subtype 0, length 1");
  expect(summarize("")).toBe("no frame: empty");
  expect(summarize("0000ff", "radiotap")).toBe("no frame: radiotap-length (3 bytes)");
  expect(summarize("0100080000000000", "radiotap")).toBe("no frame: radiotap-version (8 bytes)");
});
