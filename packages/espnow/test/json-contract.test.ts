import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Air } from "aioespnow/sim";
import { describe, expect, test } from "vitest";
import { sniff } from "#cli/commands/sniff.ts";
import { run } from "#cli/program.ts";
import { startStation } from "#cli/radio/station.ts";
import { Recorder, transcript } from "./transcript.ts";

const DOCUMENT = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");
const CAPTURE = "replay:examples/data/encrypted.pcap";
const NOBODY = "02:00:00:00:00:99";
const KEYS = "--lmk 00000000000000000000000000000000 --pmk 00000000000000000000000000000000";
const AIR = "--radio sim:?clock=virtual";

type Json = Readonly<Record<string, unknown>>;

/** The fields of a line, as docs/cli.md lists them. */
function documented(line: string): { readonly always: string[]; readonly sometimes: string[] } {
  const row = DOCUMENT.split("\n").find((candidate) => candidate.startsWith(`| ${line} |`)) ?? "";
  const [, , always = "", sometimes = ""] = row.split("|");
  const names = (cell: string): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name as string);
  return { always: names(always), sometimes: names(sometimes) };
}

async function lines(command: string, input = ""): Promise<Json[]> {
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  const { signal } = new AbortController();
  const stdin = Readable.from([Buffer.from(input)]);
  await run([...command.split(" "), "--json"], { stdout, stderr, stdin, env: {}, signal, exitCode: 0 });
  return stdout.records as Json[];
}

/** The fields of records are those that docs/cli.md lists for such a line. */
function expectDocumented(records: readonly Json[], line: string): void {
  const { always, sometimes } = documented(line);
  expect(records.length).toBeGreaterThan(0);
  expect(always.length).toBeGreaterThan(0);
  for (const record of records) {
    expect(Object.keys(record)).toEqual(expect.arrayContaining(always));
    expect([...always, ...sometimes]).toEqual(expect.arrayContaining(Object.keys(record)));
  }
}

describe("every line of JSON has the fields that docs/cli.md lists", () => {
  test.each<[line: string, command: string, (record: Json) => boolean]>([
    [
      "`listen`, `echo`: a message",
      `listen --radio ${CAPTURE}?mac=30:ae:a4:45:4a:a4 --from 24:0a:c4:1d:58:68 ${KEYS}`,
      () => true,
    ],
    ["`sniff`, `replay`: an ESP-NOW frame", `sniff --radio ${CAPTURE} ${KEYS}`, () => true],
    ["`sniff`: any other frame", `sniff --radio ${CAPTURE}`, () => true],
    ["`test`: a test", "test examples/micropython/tests/test_button.py", () => true],
    ["`send`: a message", `send ${NOBODY} hi ${AIR}`, () => true],
    ["`send`: a message", `send broadcast hi ${AIR}`, () => true],
    ["`ping`: a message", `ping ${NOBODY} --count 1 ${AIR}`, (record) => "seq" in record],
    ["`ping`: the end", `ping ${NOBODY} --count 1 ${AIR}`, (record) => !("seq" in record)],
    ["`ping`: the end", `ping broadcast --count 1 ${AIR}`, (record) => !("seq" in record)],
    ["`scan`: a channel", `scan ${NOBODY} --channels 1 ${AIR}`, (record) => "channel" in record],
    ["`scan`: the end", `scan ${NOBODY} --channels 1 ${AIR}`, (record) => !("channel" in record)],
    ["`bench`: one after another", `bench --count 2 ${AIR} --peer sim:`, ({ run }) => run === "latency"],
    ["`bench`: as fast as possible", `bench --count 2 ${AIR} --peer sim:`, ({ run }) => run === "throughput"],
    ["`radios`: a radio", "radios", () => true],
    ["`doctor`: a finding", "doctor", () => true],
  ])("%s: espnow %s", async (line, command, isMeant) => {
    expectDocumented((await lines(command)).filter(isMeant), line);
  });

  test("espnow send --lines", async () => {
    const records = await lines(`send --lines ${AIR}`, `{"peer":"${NOBODY}","text":"x"}\nnonsense\n`);
    expectDocumented(records.slice(0, 1), "`send`: a message");
    expectDocumented(records.slice(1), "`send --lines`: a line that is not a message");
  });

  test("espnow sniff: an ACK", async () => {
    await using air = new Air({ seed: 1 });
    const monitor = air.phy({ profile: "host", promiscuous: true });
    const out = transcript({ json: true });
    const sniffing = sniff(monitor, { count: 2 }, out);
    const [a, b] = [startStation(air.radio()), startStation(air.radio())];
    a.espnow.addPeer(b.radio.address(0));
    await a.espnow.asend(b.radio.address(0), "x");
    await sniffing;
    expectDocumented(out.stdout.records.slice(1) as Json[], "`sniff`: an ACK");
  });

  test("espnow test, when Ctrl-C ends it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "contract-"));
    writeFileSync(
      join(folder, "test_it.py"),
      "def test_a():\n    pass\ndef test_b():\n    pass\ndef test_c():\n    pass\n",
    );
    const stop = new AbortController();
    const stdout = new Recorder();
    const sink = {
      write(chunk: string | Uint8Array): void {
        stdout.write(chunk);
        stop.abort();
      },
    };
    await run(["test", "--json", folder], {
      stdout: sink,
      stderr: new Recorder(),
      env: {},
      signal: stop.signal,
      exitCode: 0,
    });
    rmSync(folder, { recursive: true });
    const records = stdout.records as Json[];
    expectDocumented(records.slice(0, 1), "`test`: a test");
    expectDocumented(records.slice(1), "`test`: Ctrl-C has ended it");
    expect(records.slice(1)).toEqual([{ interrupted: true, notRun: 2 }]);
  });

  test("espnow run", async () => {
    const folder = mkdtempSync(join(tmpdir(), "contract-"));
    writeFileSync(join(folder, "fails.py"), "print('x')\n1 / 0\n");
    const records = await lines(`run --virtual ${join(folder, "fails.py")}`);
    rmSync(folder, { recursive: true });
    const isEnd = (record: Json): boolean => "exit" in record;
    expectDocumented(records.filter(isEnd), "`run`: the end of a program");
    expectDocumented(
      records.filter((record) => !isEnd(record)),
      "`run`: a line that a board prints",
    );
  });
});

test("what is not known is null, and times have whole microseconds", async () => {
  const [record] = await lines(`sniff --radio ${CAPTURE} ${KEYS}`);
  expect(record).toMatchObject({ time: 0, at: null, rssi: null, text: null });
  const [sent] = await lines(`send ${NOBODY} hi ${AIR}`);
  expect(String(sent?.["ms"])).toMatch(/^\d+(\.\d{1,3})?$/);
});

test("in real time a message has its wall-clock time, in text and JSON", async () => {
  const before = Date.now();
  const [text, json] = [new Recorder(), new Recorder()];
  const stop = new AbortController();
  const host = (stdout: Recorder) => ({ stdout, stderr: new Recorder(), env: {}, signal: stop.signal, exitCode: 0 });
  const listening = [
    run(["listen", "--radio", "sim:wall", "--count", "1"], host(text)),
    run(["listen", "--radio", "sim:wall", "--count", "1", "--json"], host(json)),
  ];
  const sending = run(["send", "broadcast", "hi", "--repeat", "1000", "--every", "0.01", "--radio", "sim:wall"], {
    ...host(new Recorder()),
  });
  await Promise.all(listening);
  stop.abort();
  await sending;
  const [record] = json.records as [{ at: string }];
  expect(record.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect(Math.abs(Date.parse(record.at) - before)).toBeLessThan(60_000);
  expect(text.lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z {2}\w\w:.* hi$/);
});
