import { describe, expect, test } from "vitest";
import { parseAccessPoint, parseBoardAddress, parsePosition, parseProgramWord } from "#cli/boards/board-settings.ts";
import { pythonBytes } from "#cli/boards/python-bytes.ts";

test.each([
  ["24:0a:c4:00:00:01", "24:0a:c4:00:00:01"],
  [String.raw`b'x!\x84\xc68\xb0'`, "78:21:84:c6:38:b0"],
  [String.raw`b"\x24\x0A\xc4\n\t'"`, "24:0a:c4:0a:09:27"],
  [String.raw`b'\x02\0\0\0\\\''`, "02:00:00:00:5c:27"],
])("the address of a board may be %s", (word, mac) => {
  expect(parseBoardAddress(word)).toBe(mac);
});

test.each([String.raw`b'\x02\x00'`, "b'", String.raw`b'\xff\xff\xff\xff\xff\xff'`, "kitchen", "b'é23456'"])(
  "the address of a board is not %s",
  (word) => {
    expect(() => parseBoardAddress(word)).toThrow(/^It must be the address of one board, such as/);
  },
);

test("a text of Python is no bytes", () => {
  expect(pythonBytes("'abcdef'")).toBeUndefined();
});

test.each([
  ["12.5/3", { x: 12.5, y: 3, z: 0 }],
  ["-1/.5/2", { x: -1, y: 0.5, z: 2 }],
])("the place %s", (word, place) => {
  expect(parsePosition(word)).toEqual(place);
});

test.each(["1", "1/2/3/4", "1/x", "", "1e3/2"])("no place: %j", (word) => {
  expect(() => parsePosition(word)).toThrow(/^It must be a place in meters/);
});

test.each([
  ["home", { ssid: "home", channel: 1 }],
  ["home:secret@6", { ssid: "home", password: "secret", channel: 6 }],
  ["home@11", { ssid: "home", channel: 11 }],
  ["home:x@", { ssid: "home", password: "x@", channel: 1 }],
])("the access point %s", (word, point) => {
  expect(parseAccessPoint(word)).toEqual(point);
});

test.each(["", ":x", "home@15"])("no access point: %j", (word) => {
  expect(() => parseAccessPoint(word)).toThrow(/^It must look like SSID/);
});

describe("a program with settings", () => {
  test("may have arguments, and bytes among the settings", () => {
    const word = String.raw`sensor.py:board=esp8266,mac=b'x!\x84,8 ',position=1/2,start=5s,name=attic kitchen 2`;
    expect(parseProgramWord(word)).toEqual({
      path: "sensor.py",
      settings: {
        board: "esp8266",
        mac: "78:21:84:2c:38:20",
        position: { x: 1, y: 2, z: 0 },
        startMs: 5000,
        name: "attic",
      },
      argv: ["kitchen", "2"],
    });
  });

  test("is another than one whose arguments look like settings", () => {
    expect(parseProgramWord("sensor.py broker:port=1883")).toEqual({
      path: "sensor.py",
      settings: {},
      argv: ["broker:port=1883"],
    });
  });

  test.each([
    ["a.py:bord=esp32", 'a.py: there is no setting "bord"; there are access-point, board, espnow, mac, machine'],
    ["a.py:board=pico", "a.py: board=pico is wrong. It must be esp32 or esp8266."],
    ["a.py:board=esp32s3", "An ESP32-S3, an ESP32-C3 and their like are esp32."],
    ["a.py:start=soon", "a.py: start=soon is wrong. It must be a time such as 500ms"],
    ["a.py:constructor=1", 'a.py: there is no setting "constructor"'],
  ])("is refused: %s", (word, message) => {
    expect(() => parseProgramWord(word)).toThrow(message);
  });
});
