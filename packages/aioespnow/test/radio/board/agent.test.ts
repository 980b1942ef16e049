import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadMicroPython, type MicroPython } from "@micropython/micropython-webassembly-pyscript/micropython.mjs";
import { beforeAll, describe, expect, test } from "vitest";
import type { MacAddress } from "#lib/codec/mac-address.ts";
import { AGENT } from "#lib/radio/board/agent.ts";
import {
  activeRequest,
  channelRequest,
  decodeHello,
  decodeMessage,
  decodeReply,
  decodeStats,
  interfaceRequest,
  LEAVE,
  NoticeType,
  PING,
  peerRequest,
  pmkRequest,
  powerRequest,
  type Reply,
  type Request,
  RequestType,
  rateRequest,
  STATS,
  sendRequests,
} from "#lib/radio/board/board-protocol.ts";
import { encodeRequestFrame, type LineFrame, LineReader } from "#lib/radio/board/framing.ts";
import { GREETING } from "#lib/radio/board/session.ts";
import { PLAIN, pattern } from "#lib/testing/radio-suite.ts";
import { fromHex, toHex } from "#lib/util/bytes.ts";

const PYTHON = fileURLToPath(new URL("../../../src/radio/board/agent.py", import.meta.url));
const EMBED = fileURLToPath(new URL("../../../../../scripts/embed-agent.js", import.meta.url));
const MODULES = readFileSync(new URL("../../../../../test/doubles/board_modules.py", import.meta.url), "utf8");
const MAC = "02:00:00:00:00:05" as MacAddress;
const NOBODY = "02:00:00:00:00:63" as MacAddress;

interface Run {
  readonly frames: readonly LineFrame[];
  /** What it asked of the board's modules. */
  readonly log: readonly string[];
}

describe("the agent, in MicroPython", () => {
  let python: MicroPython;

  beforeAll(async () => {
    python = await loadMicroPython({ stdout: () => undefined, heapsize: 1 << 21 });
    python.runPython("import sys\nloaded = sys.modules");
  });

  /** Runs the agent to its end, with what its host says written down. So many messages before the last one is one too long. */
  function run(said: readonly Uint8Array[], { messages = 0, tooLong = -1, counted = 0 } = {}): Run {
    const hex = said.map(toHex).join("");
    python.runPython("for name in ('sys', 'select', 'network', 'espnow', 'time'): loaded.pop(name, None)");
    python.runPython(
      `SAID = '${hex}'\nMESSAGES = ${messages}\nTOO_LONG = ${tooLong}\nCOUNTED = ${counted}\n${MODULES}\n${AGENT}\nagent()\n`,
    );
    python.runPython(
      "import json\nfrom binascii import hexlify\nRESULT = json.dumps([LOG, hexlify(line.heard).decode()])",
    );
    const [log, heard] = JSON.parse(python.globals.get("RESULT") as string) as [string[], string];
    const frames: LineFrame[] = [];
    const reader = new LineReader(
      (frame) => void frames.push({ ...frame, payload: frame.payload.slice() }),
      (text) => expect.fail(text),
    );
    reader.push(fromHex(heard));
    expect(reader.counters).toEqual({ malformed: 0, tooLong: 0 });
    return { frames, log };
  }

  const replies = ({ frames }: Run) =>
    frames.filter(({ type }) => type === NoticeType.reply).map(({ payload }) => decodeReply(payload) as Reply);
  const bye = ({ frames }: Run): string => {
    expect(frames.at(-1)?.type).toBe(NoticeType.bye);
    return new TextDecoder().decode(frames.at(-1)?.payload);
  };

  test("is what scripts/embed-agent.js makes of agent.py, which is Python", () => {
    execFileSync(process.execPath, [EMBED, "--check"]);
    execFileSync("python3", ["-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())", PYTHON]);
  });

  test("has at most 6 KB of source", () => expect(AGENT.length).toBeLessThanOrEqual(6 * 1024));

  test("says hello, and leaves after 3 s in which it hears nothing, restoring the interfaces", () => {
    const result = run([]);
    expect(result.frames.map(({ type }) => type)).toEqual([NoticeType.hello, NoticeType.bye]);
    expect(decodeHello(result.frames[0]?.payload as Uint8Array)).toEqual({
      version: 2,
      rssi: true,
      rates: true,
      maxDataLength: 1470,
      station: "02:00:00:00:00:00",
      accessPoint: "02:00:00:00:00:01",
    });
    expect(bye(result)).toBe("nothing was heard of the computer");
    expect(result.log).toEqual(["active False", "wlan 0 False", "wlan 1 False"]);
  });

  test("does what it is asked for, in order, and answers each request", () => {
    const peer = { mac: MAC, ...PLAIN, lmk: pattern(16), encrypt: true, ifidx: 1 as const, channel: 6 };
    const result = run([
      GREETING,
      ...numbered([
        PING,
        interfaceRequest(0, true),
        activeRequest(true),
        channelRequest(6),
        rateRequest(3),
        powerRequest(12),
        pmkRequest(new Uint8Array(16).fill(7)),
        peerRequest("added", peer),
        peerRequest("modified", { ...peer, encrypt: false }),
        peerRequest("removed", peer),
        LEAVE,
      ]),
    ]);
    expect(result.log).toEqual([
      "wlan 0 True",
      "disconnect",
      "active True",
      "wlan 0 {'channel': 6}",
      "espnow {'rate': 3}",
      "wlan 0 {'txpower': 12}",
      "pmk 7",
      `add 5 ${pattern(16)[0]} 6 1 True`,
      "mod 5 None 6 1 False",
      "del 5",
      ...["active False", "wlan 0 False", "wlan 1 False"],
    ]);
    expect(replies(result)).toEqual(Array.from({ length: 10 }, () => ({ error: 0, body: new Uint8Array(0) })));
    expect(result.frames.filter(({ type }) => type === NoticeType.hello).map(({ sequence }) => sequence)).toEqual([
      0, 1,
    ]);
    expect(bye(result)).toBe("it was told to leave");
  });

  test.each([1, 160, 161, 250, 320, 1470])("sends a message of %i bytes that came in parts", (length) => {
    const result = run(numbered([...sendRequests(MAC, pattern(length)), ...sendRequests(NOBODY, pattern(1)), LEAVE]));
    const sum = pattern(length).reduce((total, byte, i) => total + i * byte, 0);
    expect(result.log.slice(0, 2)).toEqual([`send 5 ${length} ${sum} True`, "send 99 1 0 True"]);
    expect(replies(result).slice(-2)).toEqual([
      { error: 0, body: Uint8Array.of(1) },
      { error: 0, body: Uint8Array.of(0) },
    ]);
  });

  test("answers with the number of the board's error, and with -1 for what is none", () => {
    const result = run(
      numbered([
        peerRequest("removed", { ...PLAIN, mac: NOBODY }),
        { type: RequestType.interface, payload: pattern(0) },
      ]),
    );
    const [notFound] = replies(result);
    expect(notFound?.error).toBe(-12393);
    expect(new TextDecoder().decode(notFound?.body)).toContain("ESP_ERR_ESPNOW_NOT_FOUND");
  });

  test("a request that is repeated is answered again and not done again", () => {
    const [frame] = numbered(sendRequests(MAC, pattern(3))) as [Uint8Array];
    const result = run([frame, frame, frame]);
    expect(result.log.filter((line) => line.startsWith("send"))).toHaveLength(1);
    expect(replies(result)).toHaveLength(3);
  });

  test("noise and broken frames are passed over", () => {
    const frames = numbered([PING, PING]);
    const broken = (frames[0] as Uint8Array).with(4, 0x55);
    const result = run([pattern(1000), frames[0] as Uint8Array, broken, pattern(90), frames[1] as Uint8Array]);
    expect(replies(result)).toHaveLength(2);
  });

  test("a Ctrl-C between zeros is an order to leave", () => {
    expect(bye(run([Uint8Array.of(0, 3, 0), ...numbered([PING])]))).toBe("it was told to leave");
  });

  test("goes on after a message that is too long for its buffer", () => {
    const start = [GREETING, ...numbered([activeRequest(true)])];
    const result = run(start, { messages: 5, tooLong: 3 });
    expect(result.frames.filter(({ type }) => type === NoticeType.message)).toHaveLength(4);
    expect(bye(result)).toBe("nothing was heard of the computer");
  });

  test("hands on messages with their signal and age, 32 more than were acknowledged, and the others when they are", () => {
    const alive = (events: number): Uint8Array =>
      encodeRequestFrame({ type: RequestType.alive, sequence: 0, events, payload: new Uint8Array(0) });
    const messages = (result: Run) => result.frames.filter(({ type }) => type === NoticeType.message);
    const start = numbered([activeRequest(true)]);
    const first = messages(run(start, { messages: 50 }));
    expect(first.map(({ events }) => events)).toEqual(Array.from({ length: 32 }, (_, i) => i + 1));
    expect(decodeMessage(first[0]?.payload as Uint8Array)).toEqual({
      source: "02:00:00:00:00:07",
      rssi: -40,
      age: 5,
      data: new TextEncoder().encode("hello\0there"),
    });
    expect(messages(run([...start, alive(200)], { messages: 50 }))).toHaveLength(32); // that was never sent
  });

  test("tells what it counts", () => {
    const stats = decodeStats(replies(run(numbered([STATS])))[0]?.body as Uint8Array);
    expect(stats).toMatchObject({ txPackets: 1, txResponses: 2, txFailures: 3, rxPackets: 4, rxDropped: 5 });
  });

  test("tells what it counts modulo 2^32, as long as it may have run", () => {
    const stats = decodeStats(replies(run(numbered([STATS]), { counted: 2 ** 32 - 3 }))[0]?.body as Uint8Array);
    expect(stats).toMatchObject({ txPackets: 2 ** 32 - 2, txResponses: 2 ** 32 - 1, txFailures: 0, rxPackets: 1 });
  });

  test("takes at most 8 KiB of a board's memory, compiled", () => {
    run([]); // its modules are loaded now
    python.runPython("import gc\ndel agent\ngc.collect()\nBEFORE = gc.mem_alloc()");
    python.runPython(`exec(${JSON.stringify(AGENT)})\ngc.collect()\nCODE = gc.mem_alloc() - BEFORE`);
    const code = python.globals.get("CODE") as number;
    console.log(`the agent: ${AGENT.length} bytes of source, ${code} of memory when it is compiled`);
    expect(code).toBeLessThanOrEqual(8 * 1024);
  });
});

/** The requests as they go on the line. */
function numbered(requests: readonly Request[]): Uint8Array[] {
  return requests.map((request, index) => encodeRequestFrame({ ...request, sequence: index + 1, events: 0 }));
}
