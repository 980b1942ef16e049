import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-findings-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const START = `
import network, espnow, time, sys
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
e = espnow.ESPNow()
e.active(True)
`;
/** Sends three messages, one each second. */
const sender = (mac: string): string => `${START}
mac = ${mac}
e.add_peer(mac)
for i in range(3):
    e.send(mac, b"hello")
    time.sleep(1)
`;
const BYTES = "b'x!\\x84\\xc68\\xb0'";
const MAC = "78:21:84:c6:38:b0";

/** What is remarked on a run of programs, by their names. */
async function remarks(programs: Readonly<Record<string, string>>, ...options: string[]): Promise<readonly string[]> {
  const files = Object.entries(programs).map(([name, source]) => {
    const file = join(folder, `${name}.py`);
    writeFileSync(file, source);
    return file;
  });
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  const { signal } = new AbortController();
  await run(["run", "--virtual", "--for", "10s", ...options, ...files], {
    stdout,
    stderr,
    env: {},
    signal,
    exitCode: 0,
  });
  return stderr.lines;
}

describe("at the end of a run it is said", () => {
  test("that there is no access point of a name, and that one has another password", async () => {
    const connecting = `${START}sta.connect("home", "secret")\ntime.sleep(9)`;
    expect(await remarks({ a: connecting })).toEqual([
      'a: it found no access point "home" (--access-point "home:PASSWORD@CHANNEL")',
    ]);
    expect(await remarks({ a: connecting }, "--access-point", "home:other")).toEqual([
      'a: the access point "home" has another password',
    ]);
    expect(await remarks({ a: connecting }, "--access-point", "home:secret")).toEqual([]);
  });

  test.each([
    ["ESP-NOW was off: call ESPNow().active(True) first", "e.active(False)\ne.add_peer(bytes(6))"],
    [
      "its Wi-Fi was off: call network.WLAN(network.STA_IF).active(True) first",
      "sta.active(False)\ne.add_peer(b'abcdef')\ne.send(b'abcdef', b'x')",
    ],
    ["the address is no peer: call add_peer() first", "e.send(b'abcdef', b'x')"],
    ["the address is a peer already: add_peer() takes it once", "e.add_peer(b'abcdef')\ne.add_peer(b'abcdef')"],
    [
      "there are 20 peers at most, 6 of them encrypted: del_peer() makes room",
      "for i in range(21): e.add_peer(bytes((2, 0, 0, 0, 0, i)))",
    ],
    [
      "an address has 6 bytes, such as b'\\x02\\x00\\x00\\x00\\x00\\x0a', and a key has 16",
      "e.add_peer('02:00:00:00:00:0a')",
    ],
  ])("what the error of a board means: %s", async (meaning, source) => {
    expect(await remarks({ a: START + source })).toContain(`a: ${meaning}`);
  });

  test("that messages went to an address that no board has", async () => {
    expect(await remarks({ a: sender(BYTES), b: `${START}time.sleep(9)` })).toEqual([
      `a: 3 messages to ${MAC}: no board has this address (--mac)`,
    ]);
  });

  test("that the peer was on another channel", async () => {
    const b = `${START}sta.config(channel=6)\ntime.sleep(9)`;
    const options = ["--mac", "02:00:00:00:00:01", "--mac", MAC];
    expect(await remarks({ a: sender(BYTES), b }, ...options)).toEqual([
      "a: 3 messages to b: it was on channel 6, and a on 1",
    ]);
  });

  test("that the peer's Wi-Fi was off", async () => {
    const options = ["--mac", "02:00:00:00:00:01", "--mac", MAC];
    expect(await remarks({ a: sender(BYTES), b: "import time; time.sleep(9)" }, ...options)).toEqual([
      "a: 3 messages to b: its Wi-Fi was off, or it slept",
    ]);
  });

  test("that nobody is on the channel of a broadcast", async () => {
    const b = `${START}sta.config(channel=6)\ntime.sleep(9)`;
    const a = sender("b'\\xff' * 6").replace("for i", "time.sleep(1)\nfor i");
    expect(await remarks({ a, b })).toEqual(["a: 3 broadcasts on channel 1: the other boards were on 6"]);
  });

  test("that the peer does not hear long range frames, or nothing else", async () => {
    const options = ["--mac", "02:00:00:00:00:01", "--mac", MAC];
    const long = sender(BYTES).replace("mac =", "sta.config(protocol=15)\ne.config(rate=espnow.RATE_LORA_250K)\nmac =");
    expect(await remarks({ a: long, b: `${START}time.sleep(9)` }, ...options)).toEqual([
      "a: 3 messages to b: it hears no long range frames (config(protocol=...) with MODE_LR)",
    ]);
    const deaf = `${START}sta.config(protocol=network.MODE_LR)\ntime.sleep(9)`;
    expect(await remarks({ a: sender(BYTES), b: deaf }, ...options)).toEqual([
      "a: 3 messages to b: it hears long range frames only (config(protocol=...) with more than MODE_LR)",
    ]);
  });

  test("that nobody understands a broadcast", async () => {
    const deaf = `${START}sta.config(protocol=network.MODE_LR)\ntime.sleep(9)`;
    const a = sender("b'\\xff' * 6").replace("for i", "time.sleep(1)\nfor i");
    expect(await remarks({ a, b: deaf })).toEqual([
      "a: 3 broadcasts: each other board hears long range frames only (config(protocol=...) with more than MODE_LR)",
    ]);
    expect(await remarks({ a, b: deaf, c: `${START}time.sleep(9)` })).toEqual([]);
  });

  test("that an ESP8266 hears no broadcasts", async () => {
    const a = sender("b'\\xff' * 6").replace("for i", "time.sleep(1)\nfor i");
    const b = `${START}time.sleep(9)`;
    const esp8266 = join(folder, "b8266.py");
    writeFileSync(esp8266, b);
    expect(await remarks({ a }, `${esp8266}:board=esp8266`)).toEqual([
      "a: 3 broadcasts: an ESP8266 hears none, send to its address",
    ]);
    expect(await remarks({ a, c: b }, `${esp8266}:board=esp8266`)).toEqual([]);
  });

  test("that a long range rate needs MODE_LR", async () => {
    const options = ["--mac", "02:00:00:00:00:01", "--mac", MAC];
    const a = sender(BYTES).replace("mac =", "e.config(rate=espnow.RATE_LORA_250K)\nmac =");
    const b = `${START}sta.config(protocol=network.MODE_LR)\ntime.sleep(9)`;
    expect(await remarks({ a, b }, ...options)).toEqual([
      "a: 3 messages at a long range rate, and its protocol has no MODE_LR: it hears no answer",
    ]);
  });

  test("that messages found no room in a receive buffer", async () => {
    const b = `${START}e.active(False)\ne.config(rxbuf=60)\ne.active(True)\ntime.sleep(9)`;
    const a = sender("b'\\xff' * 6")
      .replace("for i in range(3)", "time.sleep(1)\nfor i in range(7)")
      .replace("sleep(1)\n", "sleep(0.1)\n");
    const [remark, ...more] = await remarks({ a, b });
    expect(remark).toMatch(/^b: \d messages? dropped: its receive buffer was full \(ESPNow\.config\(rxbuf=\.\.\.\)\)$/);
    expect(more).toEqual([]);
  });

  test("nothing where all is well", async () => {
    const options = ["--mac", "02:00:00:00:00:01", "--mac", MAC];
    expect(await remarks({ a: sender(BYTES), b: `${START}time.sleep(9)` }, ...options)).toEqual([]);
  });
});

describe("--mac auto", () => {
  const LISTENER = `${START}time.sleep(9)`;

  test.each([BYTES, `bytes.fromhex("${MAC.replaceAll(":", "")}")`, "bytes([0x78, 0x21, 0x84, 0xc6, 0x38, 0xb0])"])(
    "gives a board the address that the other programs send to: %s",
    async (mac) => {
      expect(await remarks({ a: sender(mac), b: LISTENER, c: sender(mac) }, "--mac", "auto")).toEqual([
        `--mac auto: b is ${MAC}, which other programs send to`,
      ]);
    },
  );

  test("gives two boards that send to each other their addresses", async () => {
    const [a, b] = [sender("b'\\x02\\0\\0\\0\\0\\x0b'"), sender("b'\\x02\\0\\0\\0\\0\\x0a'")];
    expect((await remarks({ a, b }, "--mac", "auto")).slice(0, 2).toSorted()).toEqual([
      "--mac auto: a is 02:00:00:00:00:0a, which other programs send to",
      "--mac auto: b is 02:00:00:00:00:0b, which other programs send to",
    ]);
  });

  test("says what is not clear, and does nothing about it", async () => {
    expect(await remarks({ a: sender(BYTES), b: LISTENER, c: LISTENER }, "--mac", "auto")).toEqual([
      `--mac auto: it is not clear which board is ${MAC}: use --mac, or mac=${MAC} for one`,
      `a: 3 messages to ${MAC}: no board has this address (--mac)`,
    ]);
  });

  test("does not go with other addresses", async () => {
    expect(await remarks({ a: LISTENER }, "--mac", "auto", "--mac", MAC)).toEqual([
      "espnow: --mac auto is for all boards: give no other --mac",
    ]);
  });
});
