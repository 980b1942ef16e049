import { describe, expect, test } from "vitest";
import { dissectFrame } from "#lib/codec/dissect.ts";
import type { Framing } from "#lib/codec/pretty.ts";
import { fromHex } from "#lib/util/bytes.ts";
import { surrounded } from "../surrounded.ts";
import onAir from "../vectors/onair-encrypted.json" with { type: "json" };
import file from "../vectors/vectors.json" with { type: "json" };

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

test("a message is shown field by field, FCS included", () => {
  const lines = rows(WITH_FCS + vector("v1-plain-hello").mpduWithFcs, "radiotap");
  expect(lines.map(({ offset, length, name }) => `${offset} ${length} ${name}`)).toEqual([
    "0 9 radiotap",
    "9 2 frame control",
    "11 2 duration",
    "13 6 destination",
    "19 6 source",
    "25 6 BSSID",
    "31 2 sequence control",
    "33 1 category",
    "34 3 organisation",
    "37 4 random",
    "41 7 element",
    "48 5 data",
    "53 4 FCS",
  ]);
  expect(lines[10]?.line).toBe("   41     7  element          dd 0a 18 fe 34 04 01         ESP-NOW version 1");
  expect(lines[11]?.line).toMatch(/68 65 6c 6c 6f +"hello"$/);
  expect(lines[12]?.line).toMatch(/correct$/);
});

test("a long message is shown element by element", () => {
  const names = rows(vector("v2-plain-500").mpdu).map(({ name }) => name);
  expect(names.slice(-4)).toEqual(["element", "data", "element", "data"]);
});

test("an encrypted frame is shown with CCMP header and MIC", () => {
  const lines = rows(onAir.mpdu).slice(-3);
  expect(lines.map(({ offset, length, name }) => `${offset} ${length} ${name}`)).toEqual([
    "24 8 CCMP header",
    "32 35 encrypted body",
    "67 8 MIC",
  ]);
  expect(lines[0]?.line).toMatch(/packet number 1, key id 3$/);
});

test("what is malformed is shown as far as it can be read, with the reason", () => {
  const { mpdu, mpduWithFcs } = vector("v1-plain-hello");
  expect(rows(mpdu.slice(0, -2)).at(-1)?.line).toMatch(/element .* refused: element-length$/);
  expect(rows(mpdu.slice(0, 60)).at(-1)?.line).toMatch(/body .* too-short$/);
  expect(rows(`${WITH_FCS + mpduWithFcs.slice(0, -2)}00`, "radiotap").at(-1)?.line).toMatch(/FCS .* wrong$/);
  expect(rows("0000ff", "radiotap").at(-1)?.line).toMatch(/radiotap .* refused: radiotap-length$/);
  expect(rows(`d040${mpdu.slice(4)}`).at(-1)?.line).toMatch(/no CCMP header of ESP-NOW$/);
});

test("an ACK is shown with its receiver, another frame as a whole", () => {
  expect(rows("d400000084f3eb73550d").at(-1)?.line).toMatch(/receiver .* 84:f3:eb:73:55:0d$/);
  expect(rows("80000000ffff")).toMatchObject([{ offset: 0, length: 6, name: "802.11 frame" }]);
});

describe("every vector", () => {
  test.each(file.vectors)("$id is shown without a gap", ({ mpdu }) => {
    let end = 0;
    for (const { offset, length } of rows(mpdu)) {
      expect(offset).toBe(end);
      end = offset + length;
    }
    expect(end).toBe(mpdu.length / 2);
  });
});
