import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { openPhy, toMac } from "aioespnow";
import { isProtected } from "aioespnow/codec";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Keyboard } from "#cli/process/host.ts";
import { run } from "#cli/program.ts";
import { keyListsOf, withKeysOf } from "#cli/radio/keys.ts";
import { Recorder } from "./transcript.ts";

const NOBODY = "02:00:00:00:00:99";
const TEXT_KEY = "0123456789abcdef";
const KEY = new TextEncoder().encode(TEXT_KEY);
const HEX_KEY = Buffer.from(KEY).toString("hex");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keys-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function file(content: string | Uint8Array): string {
  writeFileSync(join(folder, "key"), content);
  return join(folder, "key");
}

function terminal(): Keyboard & PassThrough {
  return Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
}

function host(env: Record<string, string> = {}, stdin?: Keyboard, isTTY = false) {
  const stderr = new Recorder(isTTY);
  const stop = new AbortController();
  const input = stdin === undefined ? {} : { stdin };
  return { stdout: new Recorder(), stderr, env, signal: stop.signal, stop, exitCode: 0, ...input };
}

describe("a key", () => {
  test.each([
    ["as text", `${TEXT_KEY}\n`],
    ["in hexadecimal", `${HEX_KEY}\r\n`],
    ["as its bytes", KEY],
  ])("is read from a file, %s", async (_, content) => {
    expect(await withKeysOf({ lmkFile: file(content) }, host())).toEqual({ lmk: KEY });
  });

  test("comes from the environment where no option names one", async () => {
    const env = { ESPNOW_LMK: HEX_KEY, ESPNOW_PMK: TEXT_KEY };
    expect(await withKeysOf({}, host(env))).toEqual({ lmk: KEY, pmk: KEY });
    const other = new Uint8Array(16);
    expect(await withKeysOf({ lmk: other }, host(env))).toEqual({ lmk: other, pmk: KEY });
  });

  test("is asked for at the terminal, which does not show it", async () => {
    const keyboard = terminal();
    const process = host({}, keyboard);
    const asking = withKeysOf({ lmk: true }, process);
    keyboard.write(`x\u007f${TEXT_KEY}\r`);
    expect(await asking).toEqual({ lmk: KEY });
    expect(process.stderr.text).toBe("local master key: \n");
  });

  test("cannot be asked for where there is no terminal; Ctrl-C gives none", async () => {
    await expect(withKeysOf({ lmk: true }, host())).rejects.toThrow(
      "there is no terminal to ask for the local master key",
    );
    const keyboard = terminal();
    const asking = withKeysOf({ lmk: true }, host({}, keyboard));
    keyboard.write("012\u0003");
    await expect(asking).rejects.toThrow("no local master key was given");
  });

  test("on the command line is remarked once, and on a terminal only", async () => {
    const shown = host({}, undefined, true);
    await keyListsOf({ lmk: [KEY, KEY], pmk: KEY }, shown);
    expect(shown.stderr.lines).toEqual([expect.stringMatching(/^note: other users .* list of processes/)]);
    const piped = host();
    await keyListsOf({ lmk: [KEY] }, piped);
    expect(piped.stderr.text).toBe("");
  });

  test("that is none is refused with the name of its source", async () => {
    const short = file("short");
    await expect(withKeysOf({ lmkFile: short }, host())).rejects.toThrow(
      `--lmk-file ${short}: A key has 16 characters`,
    );
    await expect(withKeysOf({}, host({ ESPNOW_LMK: "short" }))).rejects.toThrow(
      "the environment variable ESPNOW_LMK: A key",
    );
    await expect(withKeysOf({ lmkFile: join(folder, "no") }, host())).rejects.toThrow(
      /^cannot read .*no: no such file/,
    );
  });
});

describe("a secret of espnow decode", () => {
  /** The example of https://bthome.io/encryption, with its key. */
  const MESSAGE = "41a47266c95f730011223378237214";
  const SECRET = "231d39c1d7cc1ab1aee224cd096db932";
  const COMMAND = ["decode", MESSAGE, "--format", "bthome", "--source", "54:48:e6:8f:80:a5"];

  test.each([
    ["--key-file", "read from a file", () => ["--key-file", file(`${SECRET}\n`)]],
    ["--key=", "given as it is", () => [`--key=${SECRET}`]],
  ])("%s is %s", async (_, __, options) => {
    const process = host({}, undefined, true);
    await run([...COMMAND, ...options()], process);
    expect(process.stdout.text).toMatch(/^bthome: temperature 25\.06 /);
    const isShown = /^note: other users .* see a key or group .*\n$/.test(process.stderr.text);
    expect(isShown).toBe(_ === "--key=");
  });

  test("is asked for at the terminal", async () => {
    const keyboard = terminal();
    const process = host({}, keyboard);
    keyboard.write(`${SECRET}\r`);
    await run([...COMMAND, "--key"], process);
    expect(process.stderr.text).toBe("key: \n");
    expect(process.stdout.text).toMatch(/^bthome: temperature 25\.06 /);
  });

  test("may be the group, and is given once", async () => {
    const process = host();
    expect(await run(["decode", "00", "--group-file", file("house"), "--group", "house"], process)).toBe(2);
    expect(process.stderr.text).toContain("--group and --group-file are two of one: leave one out");
  });
});

test("a broker's password on the command line is remarked once", async () => {
  const process = host({}, undefined, true);
  await run(["gateway", "--mqtt", "mqtt://me:secret@localhost", "--radio", "nowhere:"], process);
  expect(process.stderr.lines[0]).toMatch(
    /^note: other users .* the broker's password .* ESPNOW_MQTT_PASSWORD hides it$/,
  );
  expect(process.stderr.text).not.toContain("secret");
});

test("espnow send encrypts with the key of ESPNOW_LMK", async () => {
  const process = host({ ESPNOW_LMK: TEXT_KEY, XDG_STATE_HOME: folder });
  await using phy = await openPhy("sim:keys?clock=virtual");
  const kinds: boolean[] = [];
  phy.onFrame = ({ bytes }) => kinds.push(isProtected(bytes));
  phy.setAckAddresses([toMac("02:00:00:00:00:01")]);
  await run(["send", NOBODY, "secret", "--radio", "sim:keys?clock=virtual"], process);
  expect(kinds).toEqual(Array(6).fill(true));
});
