import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "#cli/program.ts";
import { NoticeType, RequestType } from "#lib/board.ts";
import { Air } from "#lib/sim.ts";
import { systemClock } from "#lib/util/system-clock.ts";
import { Recorder } from "../../packages/espnow/test/transcript.ts";
import { Firmware } from "../doubles/firmware.ts";
import { SimulatedBoard } from "../doubles/simulated-board.ts";
import { BoardServer } from "./board-server.ts";

/** Renames the terminal, clears it, and begins a line that looks like the command's. */
const EVIL = "\x1b]0;evil\x07\x9b2J\r\nespnow: all is well\u202e";
/** ESP_ERR_ESPNOW_NOT_FOUND */
const NOT_FOUND = [0xff, 0xff, 0xcf, 0x97];
const evil = new TextEncoder().encode(EVIL);

interface Result {
  readonly code: number;
  readonly printed: string;
}

/** A command in this process; all that it has printed. */
async function espnow(args: readonly string[]): Promise<Result> {
  const output = new Recorder();
  const host = { stdout: output, stderr: output, env: {}, signal: AbortSignal.timeout(8000), exitCode: 0 };
  const code = await run(args, host);
  return { code, printed: output.text };
}

/** Nothing that a terminal obeys, and no line that the command did not begin. */
function expectHarmless({ printed }: Result): void {
  expect(printed).not.toBe("");
  expect(printed).toMatch(/^[\x20-\x7e\n]*$/);
  expect(printed).not.toMatch(/^espnow: all is well/m);
}

describe("a hostile board cannot drive a terminal", () => {
  let firmware: Firmware;
  let server: BoardServer;
  let radio: string;

  beforeEach(async () => {
    firmware = new Firmware();
    server = await new BoardServer(firmware).start();
    radio = server.url;
  });
  afterEach(() => server.stop());

  test.each([
    ["send", "02:00:00:00:00:05", "hello"],
    ["send", "02:00:00:00:00:05", "hello", "--json"],
    ["ping", "02:00:00:00:00:05", "--count", "1"],
    ["ping", "02:00:00:00:00:05", "--count", "1", "--json"],
    ["board", "info"],
    ["board", "info", "--json"],
  ])("with its refusals: %s", async (...args) => {
    firmware.answer = ({ type, sequence }) => {
      if (type === RequestType.leave) firmware.say(NoticeType.bye, 0, evil);
      else firmware.say(NoticeType.reply, sequence, [...NOT_FOUND, ...evil]);
    };
    const port = args[0] === "board" ? [radio] : ["--radio", radio];
    expectHarmless(await espnow([...args, ...port]));
  });

  test.each([
    ["listen", "--count", "1"],
    ["listen", "--count", "1", "--json"],
    ["echo", "--count", "1"],
    ["echo", "--count", "1", "--json"],
  ])("with its messages, and its last words: %s", async (...args) => {
    let asked = 0;
    firmware.answer = ({ sequence }) => {
      firmware.say(NoticeType.reply, sequence, [0, 0, 0, 0, 1]);
      if (++asked === 1) firmware.say(NoticeType.bye, 0, evil);
      if (asked === 5) firmware.say(NoticeType.message, 0, [2, 0, 0, 0, 0, 9, 0xd0, 0, 0, ...evil], 1);
    };
    const result = await espnow([...args, "--radio", radio]);
    expectHarmless(result);
    expect(result.printed).toContain("has left");
  });
});

describe("a board that speaks MicroPython cannot, with its name", () => {
  test.each([[["board", "info"]], [["board", "info", "--json"]], [["board", "install-agent"]]])("%s", async (args) => {
    await using air = new Air({ seed: 1, clock: systemClock });
    const board = new SimulatedBoard(air.radio());
    const server = await new BoardServer(board).start();
    const { onOutput } = board;
    board.onOutput = (bytes) => {
      const said = Buffer.from(bytes).toString("latin1");
      onOutput(Buffer.from(said.replaceAll("Generic ESP32", EVIL.replace("\u202e", "")), "latin1"));
    };
    expectHarmless(await espnow([...args, server.url]));
    await server.stop();
    await board.stop();
  });
});
