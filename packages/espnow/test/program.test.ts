import { describe, expect, test } from "vitest";
import { parseChannels, parseKey, parseMac, parsePositive, parseRate, wholeNumber } from "#cli/arguments.ts";
import { pluginFolder } from "#cli/commands/wireshark-plugin.ts";
import { milliseconds, printableText } from "#cli/output/format.ts";
import { histogram, percentile, summarize } from "#cli/output/statistics.ts";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

interface Outcome {
  readonly code: number;
  readonly stdout: Recorder;
  readonly stderr: Recorder;
}

async function espnow(line: string, env: Record<string, string> = {}, isTTY = false): Promise<Outcome> {
  const [stdout, stderr] = [new Recorder(isTTY), new Recorder(isTTY)];
  const { signal } = new AbortController();
  const code = await run(line.split(" "), { stdout, stderr, env, signal, exitCode: 0 });
  return { code, stdout, stderr };
}

const AIR = "--radio sim:?clock=virtual";
const NOBODY = "02:00:00:00:00:99";

describe("wrong arguments end with 2 and one line that helps", () => {
  test.each([
    ["pong", "espnow: unknown command 'pong' (Did you mean ping?)\n"],
    ["help pong", "espnow: unknown command 'pong' (Did you mean ping?)\n"],
    ["ping", "espnow: missing required argument 'mac'\n"],
    [
      "echo --mac 1",
      "espnow: unknown option '--mac' (an address is a part of the radio: --radio \"air:?mac=02:00:00:00:00:0b\")\n",
    ],
    ["hardware --mac 1", "espnow: unknown option '--mac'\n"],
    [`ping --coutn 3 ${NOBODY}`, "espnow: unknown option '--coutn' (Did you mean --count?)\n"],
    ["ping zz", /^espnow: .*'zz'.* It must look like aa:bb:cc:dd:ee:ff, or be "broadcast"\.\n$/],
    [`ping --count 0 ${NOBODY}`, /^espnow: .*'0'.* It must be a whole number from 1 to \d+\.\n$/],
    [
      `ping --rate 3M ${NOBODY}`,
      /^espnow: .*'3M'.* It must be one of LR-250K, LR-500K, 1M, 2M, .*, 54M, .*, MCS7-SGI\.\n$/,
    ],
    [`ping --radio usb:0 ${NOBODY}`, /^espnow: --radio: a radio URL must begin with .*, not "usb:0"\n$/],
    [
      `send ${AIR} ${NOBODY}`,
      "espnow: give the message as TEXT, with --hex, with --file or with --lines, one of them\n",
    ],
    [`send ${AIR}`, "espnow: missing required argument 'mac'\n"],
    [`send ${AIR} broadcast hi --encrypt 0123456789abcdef`, "espnow: a broadcast cannot be encrypted\n"],
    [`send ${AIR} ${NOBODY} hi --pmk 0123456789abcdef`, /^espnow: a primary master key has no effect without a local/],
    [`send ${AIR} ${NOBODY} hi --every 2`, "espnow: --every has no effect without --repeat\n"],
    [`send ${AIR} ${NOBODY} --lines --repeat 2`, "espnow: --repeat has no effect with --lines\n"],
    [`send ${NOBODY} hi --radio replay:air.pcap`, /^espnow: replay:air.pcap is a capture, which cannot send/],
    ["echo --radio replay:air.pcap", /which cannot send/],
    [`ping ${NOBODY} --radio replay:air.pcap`, /which cannot send/],
    [`scan ${NOBODY} --radio replay:air.pcap`, /which cannot send/],
    ["bench --radio replay:air.pcap", /which cannot send/],
    ["replay air.pcap --radio replay:air.pcap", /which cannot send/],
    ["sniff -w - --json --radio sim:", /^espnow: --json has no effect with -w -: the output is the capture\n$/],
    ["run --mac 02:00:00:00:00:01 --mac 02:00:00:00:00:02 a.py", "espnow: 2 addresses for 1 board\n"],
    [
      "run --mac 02:00:00:00:00:01 --mac 02-00-00-00-00-01 a.py b.py",
      "espnow: two boards cannot have the address 02:00:00:00:00:01\n",
    ],
    [
      "run --radio air:?mac=02:00:00:00:00:01 a.py b.py",
      "espnow: air:?mac=02:00:00:00:00:01 has one address for 2 boards: use --mac for each\n",
    ],
    [
      `ping ${NOBODY} --radio sim:?mac=02:00:00:00:00:01&mac=02:00:00:00:00:02`,
      /sim: the parameter "mac" is given twice\n$/,
    ],
    [
      "sniff --radio board:/dev/ttyUSB0",
      /^espnow: --radio: board: moves messages, not frames\. To see .*, use another radio: air:/,
    ],
    ["replay x.pcap --radio board:/dev/ttyUSB0", /^espnow: --radio: board: moves messages, not frames/],
    ["sniff --dwell 100 --radio sim:", "espnow: --dwell has no effect without --hop\n"],
    ["echo --lmk 0123456789abcdef --radio sim:", "espnow: a key needs --from: it belongs to a station\n"],
    [`send ${AIR} ${NOBODY} hi --hex 00`, /one of them\n$/],
    [`send ${AIR} ${NOBODY} hi --encrypt short`, /A key has 16 characters, or 32 hexadecimal digits\.\n$/],
    [`listen ${AIR} --lmk 0123456789abcdef`, "espnow: a key needs --from: it belongs to a station\n"],
    ["scan broadcast", /'broadcast'.* It must be the address of one station, such as 02:00:00:00:00:0a\.\n$/],
    ["listen --from 01:00:5e:00:00:01", /'01:00:5e:00:00:01'.* It must be the address of one station, .*\n$/],
    ["sensor.py kitchen", "espnow: unknown command 'sensor.py' (espnow run sensor.py runs a program)\n"],
    ["run --mac broadcast sensor.py", /'broadcast'.* It must be the address of one board, such as .*\n$/],
    ["repl --mac kitchen", /'kitchen'.* It must be the address of one board, such as .*\n$/],
    ["air --loss 1.5", /'1\.5' .* It must be a number from 0 to 1\.\n$/],
    [`ping ${NOBODY} --size 300 --radio sim:?version=1`, "espnow: a message has 1 to 250 bytes, not 300\n"],
    ["bench --size 300 --radio sim:?version=1", "espnow: a message has 1 to 250 bytes, not 300\n"],
    ["bench --radio sim: --peer usb:0", /^espnow: --peer: a radio URL must begin with /],
    ["air a/b", /^espnow: an air's name may have 64 of .*, not "a\/b"\n$/],
    ["sniff --hop 1-99", /Channels are written like 1-13 or 1,6,11\.\n$/],
  ])("espnow %s", async (line, message) => {
    const { code, stdout, stderr } = await espnow(line);
    expect({ code, stdout: stdout.text }).toEqual({ code: 2, stdout: "" });
    expect(stderr.lines).toHaveLength(1);
    if (typeof message === "string") expect(stderr.text).toBe(message);
    else expect(stderr.text).toMatch(message);
  });
});

test.each([
  ["run packages", "espnow: the folder packages has no main.py\n"],
  ["air --positions /no/such/file", /^espnow: cannot read \/no\/such\/file: no such file or directory\n$/],
  [
    "replay /no/such/file.pcap --radio sim:",
    /^espnow: cannot read \/no\/such\/file.pcap: no such file or directory\n$/,
  ],
  ["sniff --radio replay:/no/such/file", /^espnow: cannot open replay:\/no\/such\/file: no such file or directory\n$/],
  ["listen --radio replay:packages", /^espnow: cannot open replay:packages: illegal operation on a directory\n$/],
  [
    "sniff -w /no/such/file --radio replay:examples/data/encrypted.pcap",
    /^espnow: cannot write \/no\/such\/file: no such file or directory\n$/,
  ],
  ["sniff --radio replay:package.json", /^espnow: ERR_RADIO_PROTOCOL: .* neither pcap nor pcapng\n$/],
])("what goes wrong otherwise ends with 1 and one line: espnow %s", async (line, message) => {
  const { code, stderr } = await espnow(line);
  expect(code).toBe(1);
  expect(stderr.text).toMatch(message);
});

test("the radio is the one that ESPNOW_RADIO names, unless --radio says otherwise", async () => {
  const fromEnvironment = await espnow(`ping ${NOBODY}`, { ESPNOW_RADIO: "usb:1" });
  const fromOption = await espnow(`ping ${NOBODY} --count 1 ${AIR}`);
  const fromEmpty = await espnow("help ping", { ESPNOW_RADIO: "" });
  expect(fromEnvironment.stderr.text).toMatch(
    /^espnow: the environment variable ESPNOW_RADIO: a radio URL must begin with .*, not "usb:1"\n$/,
  );
  expect(fromEmpty.stdout.text).toContain("(default: air:, set");
  expect(fromOption.code).toBe(1);
  expect(fromOption.stdout.text).toContain("100 % lost");
});

test.each([
  ["help", /^Usage: espnow \[options\] \[command\]\n/],
  ["help send", /^Usage: espnow send \[options\] \[mac\] \[text\]\n/],
  ["help board info", /^Usage: espnow board info \[options\] \[port\]\n/],
])("espnow %s shows how it is used", async (line, usage) => {
  const { code, stdout, stderr } = await espnow(line);
  expect({ code, stderr: stderr.text }).toEqual({ code: 0, stderr: "" });
  expect(stdout.text).toMatch(usage);
});

test("colours are for terminals, and not where NO_COLOR is set", async () => {
  const line = `send ${AIR} ${NOBODY} hi`;
  const red = "\u001b[31m";
  expect((await espnow(line, {}, true)).stdout.text).toContain(red);
  expect((await espnow(line, {}, false)).stdout.text).not.toContain(red);
  expect((await espnow(line, { NO_COLOR: "1" }, true)).stdout.text).not.toContain(red);
  expect((await espnow(`${line} --json`, {}, true)).stdout.text).not.toContain(red);
});

test("the channel and the rate that are asked for are used", async () => {
  const { stdout } = await espnow(`ping ${NOBODY} --count 1 --channel 11 --rate 54M ${AIR}`);
  expect(stdout.lines[0]).toBe(`ping ${NOBODY}: 32 bytes at 54M on channel 11`);
});

test.each([
  [`bench --count 2 ${AIR} --peer sim:`, 0, /2 of 2 arrived/],
  [`scan ${NOBODY} --channels 1 --pings 1 ${AIR}`, 1, /did not answer on any channel\n$/],
  ["listen --radio replay:examples/data/encrypted.pcap", 0, /^$/],
  ["sniff --channel 6 --hop 1,2 --radio replay:examples/data/encrypted.pcap", 0, /encrypted action frame/],
  ["replay examples/data/encrypted.pcap --speed 9 --radio sim:?clock=virtual", 0, /encrypted action frame/],
  ["radios", 0, /^air: /],
  ["wireshark-plugin", 0, /DissectorTable/],
])("espnow %s ends with %i", async (line, code, output) => {
  const outcome = await espnow(line);
  expect(outcome.code).toBe(code);
  expect(outcome.stdout.text).toMatch(output);
});

describe("arguments", () => {
  test("addresses in any form, and broadcast", () => {
    expect(parseMac("02-AA-bb-cc-dd-01")).toBe("02:aa:bb:cc:dd:01");
    expect(parseMac("broadcast")).toBe("ff:ff:ff:ff:ff:ff");
  });

  test("keys as text or digits", () => {
    expect(parseKey("0123456789abcdef")).toEqual(new TextEncoder().encode("0123456789abcdef"));
    expect(parseKey("00ff".repeat(8))).toEqual(Uint8Array.from(Array(8).fill([0, 255]).flat()));
  });

  test("lists of channels", () => {
    expect(parseChannels("1-3,6,3")).toEqual([1, 2, 3, 6]);
    for (const wrong of ["", "0", "15", "3-1", "1-", "a", "1,,2"]) expect(() => parseChannels(wrong)).toThrow(/1-13/);
  });

  test("numbers", () => {
    expect(wholeNumber(1, 10)("7")).toBe(7);
    for (const wrong of ["", "0", "11", "1.5", "1e1", "-1"])
      expect(() => wholeNumber(1, 10)(wrong)).toThrow(/from 1 to 10/);
    expect(parsePositive(".5")).toBe(0.5);
    for (const wrong of ["", "0", "-1", "x", "1e3"]) expect(() => parsePositive(wrong)).toThrow(/above 0/);
  });

  test("rates by name", () => {
    expect(parseRate("1M")).toBe(0);
    expect(parseRate("MCS7-LGI")).toBe(0x17);
    expect(parseRate("lr-250k")).toBe(0x29);
  });
});

describe("figures", () => {
  test("minimum, average, maximum, standard deviation, percentile", () => {
    expect(summarize([1, 2, 3, 4])).toEqual({ min: 1, avg: 2.5, max: 4, stddev: Math.sqrt(1.25) });
    expect(percentile([5, 1, 3], 0.5)).toBe(3);
    expect(percentile([5, 1, 3], 1)).toBe(5);
  });

  test("a histogram has a bar for each range, and one for what is rare", () => {
    expect(histogram([0, 0, 0, 8], 2)).toEqual([
      `    0.00 -     4.00 | ${"#".repeat(40)} 3`,
      `    4.00 -     8.00 | ${"#".repeat(13)} 1`,
    ]);
    expect(histogram([0, 0, 9], 3)[1]).toBe("    3.00 -     6.00 | 0");
    expect(histogram([2, 2])).toEqual([`    2.00 -     2.01 | ${"#".repeat(40)} 2`]);
  });

  test("times with three digits", () => {
    expect([0.5, 1.234, 21.26, 340.4].map(milliseconds)).toEqual(["0.50 ms", "1.23 ms", "21.3 ms", "340 ms"]);
  });

  test("text only where every character can be shown", () => {
    expect(printableText(new TextEncoder().encode("hällo €"))).toBe("hällo €");
    for (const bytes of [[0], [0x1b, 0x5b], [0xff], [0xc2, 0x9b], [0xe2, 0x80, 0xae]]) {
      expect(printableText(Uint8Array.from(bytes))).toBeUndefined();
    }
  });
});

test("the folder for Wireshark's Lua plugins is that of the system", () => {
  expect(pluginFolder("linux", {})).toMatch(/\/\.local\/lib\/wireshark\/plugins$/);
  expect(pluginFolder("win32", { APPDATA: "C:\\Users\\x\\AppData\\Roaming" })).toMatch(/Wireshark.plugins$/);
});
