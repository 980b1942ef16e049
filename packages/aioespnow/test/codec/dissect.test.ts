import { describe, expect, test } from "vitest";
import { dissectFrame } from "#lib/codec/dissect.ts";
import type { Framing } from "#lib/codec/pretty.ts";
import { fromHex } from "#lib/util/bytes.ts";
import { surrounded } from "#test/surrounded.ts";
import onAir from "#test/vectors/onair-encrypted.json" with { type: "json" };
import file from "#test/vectors/vectors.json" with { type: "json" };

const vector = (id: string) => file.vectors.find((each) => each.id === id) as (typeof file.vectors)[number];
const WITH_FCS = "000009000200000010";

/** The lines of a dissection, as [offset, length, name] and the whole line. */
function rows(hex: string, framing: Framing = "802.11") {
  const lines = dissectFrame(surrounded(fromHex(hex)), framing).split("\n");
  return lines.map((line) => ({
    offset: Number(line.slice(0, 5)),
    length: Number(line.slice(5, 11)),
    name: line.slice(13, 30).trim(),
    line,
  }));
}

/** What is shown of a frame, as it stands on the screen. */
const shown = (hex: string, framing: Framing) => dissectFrame(surrounded(fromHex(hex)), framing).split("\n");

test("a message is shown field by field, radiotap and FCS included", () => {
  const heard = "00000f002e00000010026c09a000ad"; // flags, rate, channel, signal
  expect(shown(heard + vector("v1-plain-retry").mpduWithFcs, "radiotap")).toEqual([
    "    0    15  radiotap         00 00 0f 00 2e 00 00 00 ...  1M ch 1 -83 dBm",
    "   15     2  frame control    d0 08                        action, retry",
    "   17     2  duration         3a 01                        314 us",
    "   19     6  destination      02 aa bb cc dd 01            02:aa:bb:cc:dd:01",
    "   25     6  source           02 11 22 33 44 55            02:11:22:33:44:55",
    "   31     6  BSSID            ff ff ff ff ff ff            ff:ff:ff:ff:ff:ff",
    "   37     2  sequence control 20 00                        sequence number 2",
    "   39     1  category         7f                           vendor specific",
    "   40     3  organisation     18 fe 34                     Espressif",
    "   43     4  random           a1 b2 c3 d4",
    "   47     7  element          dd 0a 18 fe 34 04 01         ESP-NOW version 1",
    '   54     5  data             68 65 6c 6c 6f               "hello"',
    "   59     4  FCS              0e 50 1d 74                  correct",
  ]);
});

test("a long message is shown element by element", () => {
  const names = rows(vector("v2-plain-500").mpdu).map(({ name }) => name);
  expect(names.slice(-4)).toEqual(["element", "data", "element", "data"]);
});

test("an encrypted frame is shown with CCMP header and MIC", () => {
  const lines = shown(onAir.mpdu, "802.11");
  expect(lines[0]).toBe("    0     2  frame control    d0 40                        action, protected");
  expect(lines.slice(-3)).toEqual([
    "   24     8  CCMP header      01 00 00 e0 00 00 00 00      packet number 1, key id 3",
    "   32    35  encrypted body   b9 a2 58 74 d2 02 d2 fe ...",
    "   67     8  MIC              ef fc ef 38 9b 97 d9 f5",
  ]);
});

test("packet number 0 is one too", () => {
  expect(rows(vector("v1-enc-hello-pn0").mpdu).at(-3)?.line).toMatch(/packet number 0, key id 3$/);
});

test("what is malformed is shown as far as it can be read, with the reason", () => {
  const { mpdu, mpduWithFcs } = vector("v1-plain-hello");
  expect(rows(mpdu.slice(0, -2)).at(-1)?.line).toMatch(/element .* refused: element-length$/);
  expect(rows(mpdu.slice(0, 60)).at(-1)?.line).toMatch(/body .* too-short$/);
  expect(rows(`${WITH_FCS + mpduWithFcs.slice(0, -2)}00`, "radiotap").at(-1)?.line).toMatch(/FCS .* wrong$/);
  expect(rows("0000ff", "radiotap").at(-1)?.line).toMatch(/radiotap .* refused: radiotap-length$/);
  expect(rows("0100080000000000", "radiotap").at(-1)?.line).toMatch(/radiotap .* refused: radiotap-version$/);
  expect(rows(`d040${mpdu.slice(4)}`).at(-1)?.line).toMatch(/ body .* encrypted with another key id than ESP-NOW's 3$/);
  expect(rows(mpdu.slice(0, 46)).at(-1)?.line).toMatch(/ an action frame, cut short$/);
});

test("an ACK is shown with its receiver, another frame as a whole", () => {
  expect(shown(`${WITH_FCS}d400000084f3eb73550daabb01020304`, "radiotap")).toEqual([
    "    0     9  radiotap         00 00 09 00 02 00 00 00 ...",
    "    9     2  frame control    d4 00                        ACK",
    "   11     2  duration         00 00",
    "   13     6  receiver         84 f3 eb 73 55 0d            84:f3:eb:73:55:0d",
    "   19     2  trailing bytes   aa bb",
    "   21     4  FCS              01 02 03 04                  wrong",
  ]);
  expect(shown(`${WITH_FCS}80000000ffff01020304`, "radiotap").slice(1)).toEqual([
    "    9     6  802.11 frame     80 00 00 00 ff ff            no action frame",
    "   15     4  FCS              01 02 03 04                  wrong",
  ]);
});

/** Every byte stands in one line, in order. */
function expectNoGap(hex: string, framing: Framing): void {
  let end = 0;
  for (const { offset, length } of rows(hex, framing)) {
    expect(offset).toBe(end);
    end = offset + length;
  }
  expect(end).toBe(hex.length / 2);
}

describe("every vector", () => {
  test.each(file.vectors)("$id is shown without a gap, also cut short, behind radiotap, with its FCS", (frame) => {
    const { mpdu, mpduWithFcs } = frame;
    expectNoGap(mpdu, "802.11");
    expectNoGap(WITH_FCS + mpduWithFcs, "radiotap");
    expectNoGap(`${WITH_FCS}${mpdu.slice(0, -2)}01020304`, "radiotap");
    expectNoGap(`${WITH_FCS}${mpdu.slice(0, 60)}01020304`, "radiotap");
  });
});
