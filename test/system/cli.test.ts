import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LinkType, PcapngWriter, readCapture } from "#lib/pcap/index.ts";
import { vectorFrames } from "../vectors/frames.ts";

const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));
const PLUGIN = fileURLToPath(new URL("../../packages/espnow/wireshark/espnow.lua", import.meta.url));
const NOBODY = "02:00:00:00:00:99";
const { ESPNOW_RADIO: _, ...ENVIRONMENT } = process.env;

/** In CI the programs must be there: a test that cannot run them then fails. */
const missing = process.env["CI"] !== "true" && spawnSync("tshark", ["--version"]).error !== undefined;

function start(...args: string[]) {
  return spawn(process.execPath, [ESPNOW, ...args], { stdio: ["ignore", "pipe", "pipe"], env: ENVIRONMENT });
}

async function run(...args: string[]) {
  const child = start(...args);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, stdout, stderr };
}

/** Waits until a stream has said `words`. It is read on by others. */
async function heard(stream: Readable, words: string): Promise<void> {
  let said = "";
  while (!said.includes(words)) said += String((await once(stream, "data"))[0]);
}

const COMMANDS = [
  "radios",
  "repl",
  "listen",
  "send",
  "ping",
  "echo",
  "sniff",
  "replay",
  "scan",
  "bench",
  "air",
  "doctor",
  "wireshark-plugin",
];

describe("the built command", () => {
  test("tells its version and its commands", async () => {
    expect((await run("--version")).stdout).toBe("0.1.0\n");
    const { code, stdout } = await run("--help");
    expect(code).toBe(0);
    for (const name of COMMANDS) expect(stdout).toContain(`\n  ${name}`);
  });

  test.each(COMMANDS)("espnow %s --help says how it is used, with every option", async (name) => {
    const { code, stdout, stderr } = await run(name, "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`Usage: espnow ${name}`);
    expect(stdout).toContain("--json");
  });

  test("exits with 0 when it did what was asked, with 1 when not, with 2 for wrong arguments", async () => {
    expect((await run("send", "broadcast", "hi", "--radio", "sim:")).code).toBe(0);
    expect((await run("send", NOBODY, "hi", "--radio", "sim:")).code).toBe(1);
    expect(await run("send", "--radio", "sim:")).toEqual({
      code: 2,
      stdout: "",
      stderr: "espnow: missing required argument 'mac'\n",
    });
  });

  test.each([
    ["ping", NOBODY, "--count", "2", "--interval", "0.01"],
    ["send", "broadcast", "hi"],
    ["bench", "--count", "3"],
    ["scan", NOBODY, "--channels", "1,2", "--pings", "1"],
  ])("espnow %s --json prints a JSON object per line and nothing else", async (...args) => {
    const { stdout } = await run(...args, "--json", "--radio", "sim:");
    const lines = stdout.split("\n").slice(0, -1);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line)).toBeTypeOf("object");
  });

  test("Ctrl-C ends it in good order, with its summary", async () => {
    const child = start("ping", NOBODY, "--interval", "60", "--radio", "sim:");
    const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
    await heard(child.stdout, "seq=1");
    child.kill("SIGINT");
    const [, signal] = await once(child, "exit");
    expect({ signal, stderr: await stderr }).toEqual({ signal: "SIGINT", stderr: "" });
    expect(await stdout).toMatch(new RegExp(`--- ${NOBODY}: 1 sent, 0 acknowledged, 100 % lost\n$`));
  });

  test("listening goes on until it is stopped, and so does sniffing", async () => {
    for (const [command, said] of [
      ["listen", "listening as "],
      ["echo", "echo server "],
    ] as const) {
      const child = start(command, "--radio", "sim:");
      await heard(child.stderr, said);
      child.kill("SIGTERM");
      expect(await once(child, "exit")).toEqual([null, "SIGTERM"]);
    }
  });

  test("does what docs/cli.md shows", () => {
    const script = fileURLToPath(new URL("../../scripts/cli-transcripts.js", import.meta.url));
    const { stderr, status } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });

  test("a closed pipe is no error", async () => {
    const child = start("send", "broadcast", "hi", "--repeat", "100000", "--every", "0.001", "--radio", "sim:");
    const stderr = text(child.stderr);
    await once(child.stdout, "data");
    child.stdout.destroy();
    const [code] = await once(child, "exit");
    expect({ code, stderr: await stderr }).toEqual({ code: 0, stderr: "" });
  });
});

describe.skipIf(missing)("with Wireshark's programs (tshark, editcap)", () => {
  let folder = "";
  const path = (name: string) => join(folder, name);

  /** What tshark shows of each packet: a line per packet, fields separated by tabs. */
  function tshark(file: string, ...fields: string[]): string[] {
    const args = ["-X", `lua_script:${PLUGIN}`, "-r", file, "-T", "fields", ...fields.flatMap((name) => ["-e", name])];
    return execFileSync("tshark", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      .replace(/\n$/, "")
      .split("\n");
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "espnow-cli-"));
    const chunks: Uint8Array[] = [];
    const writer = new PcapngWriter((bytes) => void chunks.push(bytes));
    writer.addInterface({ linkType: LinkType.IEEE802_11 });
    vectorFrames.forEach(({ mpdu }, i) => {
      writer.write({ time: { seconds: 1_700_000_000, nanoseconds: i * 1_000_000 }, bytes: mpdu });
    });
    writeFileSync(path("vectors.pcapng"), Buffer.concat(chunks));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("the dissector shows version, elements and the whole message of every vector that is not encrypted", () => {
    const shown = tshark(path("vectors.pcapng"), "_ws.col.Protocol", "espnow.elements", "espnow.data");
    const expected = vectorFrames.map((frame) =>
      frame.kind === "plain" ? `ESP-NOW\t${frame.elements}\t${frame.payload}` : "802.11\t\t",
    );
    expect(shown).toEqual(expected);
  });

  test("the dissector marks a broken element, and leaves other protocols of Espressif alone", () => {
    const [first] = vectorFrames;
    const variant = (offset: number, value: number) => {
      const bytes = (first as (typeof vectorFrames)[number]).mpdu.slice();
      bytes[offset] = value;
      return bytes;
    };
    const chunks: Uint8Array[] = [];
    const writer = new PcapngWriter((bytes) => void chunks.push(bytes));
    writer.addInterface({ linkType: LinkType.IEEE802_11 });
    // Header 24, category 1, organisation 3, random 4: the element is at 32, its length at 33, its type at 37.
    for (const bytes of [variant(33, 200), variant(37, 5)]) {
      writer.write({ time: { seconds: 1, nanoseconds: 0 }, bytes });
    }
    writeFileSync(path("broken.pcapng"), Buffer.concat(chunks));
    const shown = tshark(path("broken.pcapng"), "_ws.col.Protocol", "_ws.expert.message");
    expect(shown).toEqual(["ESP-NOW\tElement 1 is refused: its length does not fit", "802.11\t"]);
  });

  test("wireshark-plugin prints the dissector, and installs it", async () => {
    const script = readFileSync(PLUGIN, "utf8");
    expect(await run("wireshark-plugin")).toEqual({ code: 0, stderr: "", stdout: script });
    const { code, stdout } = await run("wireshark-plugin", "--install", path("plugins"));
    expect({ code, stdout }).toEqual({ code: 0, stdout: `installed as ${path("plugins/espnow.lua")}\n` });
    expect(readFileSync(path("plugins/espnow.lua"), "utf8")).toBe(script);
  });

  test.each(["pcapng", "pcap", "nsecpcap"])(
    "sniff reads what editcap wrote as %s, and tshark what sniff writes",
    async (format) => {
      const [edited, sniffed] = [path(`edited.${format}`), path(`sniffed-${format}.pcapng`)];
      execFileSync("editcap", ["-F", format, path("vectors.pcapng"), edited]);
      const { code, stderr } = await run("sniff", "--radio", `replay:${edited}`, "--json", "-w", sniffed);
      expect({ code, stderr: stderr.split(",")[0] }).toEqual({ code: 0, stderr: `${vectorFrames.length} frames` });
      const fields = ["wlan.ta", "wlan.seq", "espnow.data"];
      expect(tshark(sniffed, ...fields)).toEqual(tshark(path("vectors.pcapng"), ...fields));
    },
  );

  test("sniff -w - writes a capture into a pipe that tshark reads without a complaint", async () => {
    const pipe = `"$0" "${ESPNOW}" sniff --radio "replay:${path("vectors.pcapng")}" -w - | tshark -r -`;
    const { stdout, stderr } = spawnSync("sh", ["-c", pipe, process.execPath], { encoding: "utf8", env: ENVIRONMENT });
    expect(stdout.split("\n")).toHaveLength(vectorFrames.length + 1);
    const complaints = stderr.split("\n").filter((line) => line !== "" && !line.startsWith('Running as user "root"'));
    expect(complaints).toEqual([expect.stringMatching(/^23 frames, /)]);
  });

  test("replay sends what editcap wrote", async () => {
    const edited = path("replay.pcap");
    execFileSync("editcap", ["-F", "pcap", path("vectors.pcapng"), edited]);
    const { code, stderr } = await run("replay", edited, "--speed", "1000", "--radio", "sim:");
    expect(stderr).toBe(`${vectorFrames.length} frames sent, 0 refused, 0 not of ESP-NOW\n`);
    expect(code).toBe(0);
  });

  test("a capture that sniff leaves when it is stopped is whole", async () => {
    const file = path("stopped.pcapng");
    const child = start("sniff", "--radio", "sim:", "-w", file);
    const stderr = text(child.stderr);
    await expect.poll(() => readIfThere(file).length, { timeout: 30_000 }).toBeGreaterThan(0);
    child.kill("SIGINT");
    const [, signal] = await once(child, "exit");
    expect({ signal, stderr: await stderr }).toEqual({
      signal: "SIGINT",
      stderr: expect.stringMatching(/^0 frames, 0 of ESP-NOW, 0 repeated\n$/m),
    });
    const reader = readCapture(readFileSync(file));
    expect([...reader]).toEqual([]);
    expect(reader.ending).toEqual({ status: "complete" });
  });
});

function readIfThere(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch {
    return new Uint8Array();
  }
}
