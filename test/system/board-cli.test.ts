import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { typeAt } from "#cli/boards/board-terminal.ts";
import { run } from "#cli/program.ts";
import { type BoardPort, boardLine } from "#lib/board.ts";
import { Air } from "#lib/sim.ts";
import { PLAIN } from "#lib/testing/radio-suite.ts";
import { systemClock } from "#lib/util/system-clock.ts";
import { Recorder, transcript } from "../../packages/espnow/test/transcript.ts";
import { SimulatedBoard } from "../doubles/simulated-board.ts";
import { BoardServer } from "./board-server.ts";

const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));

let air: Air;
let board: SimulatedBoard;
let server: BoardServer;

beforeEach(async () => {
  air = new Air({ seed: 1, clock: systemClock });
  board = new SimulatedBoard(air.radio());
  server = await new BoardServer(board).start();
});

afterEach(async () => {
  await server.stop();
  await board.stop();
  await air[Symbol.asyncDispose]();
});

/** The command, in this process. */
async function espnow(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  const code = await run(args, { stdout, stderr, env: {}, signal: new AbortController().signal, exitCode: 0 });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

describe("espnow with a board", () => {
  test("board info says what it is", async () => {
    const { code, stdout } = await espnow(["board", "info", server.url]);
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "MicroPython 1.27.0 on Generic ESP32 module with ESP32",
      `station ${board.radio.address(0)}, access point ${board.radio.address(1)}`,
      "ESP-NOW v2, messages of at most 1470 bytes, with signal strength",
      expect.stringMatching(/^memory: [1-9]\d+ bytes used, [1-9]\d+ free, with the agent$/),
      "",
    ]);
    await board.atPrompt();
  });

  test("board info --json has it for programs", async () => {
    const { stdout } = await espnow(["board", "info", "--json", server.url]);
    expect(JSON.parse(stdout)).toMatchObject({ platform: "esp32", version: "v2", station: board.radio.address(0) });
  });

  test("send is acknowledged by a node on the board's air", async () => {
    const other = air.radio();
    other.setInterfaceActive(0, true);
    other.start();
    other.peers.add(board.radio.address(0), PLAIN);
    const { code, stdout } = await espnow(["send", other.address(0), "hello", "--radio", server.url]);
    expect(stdout).toMatch(/acknowledged/);
    expect(code).toBe(0);
  });

  test("board repl types at its REPL, until Ctrl-]", async () => {
    const keyboard = new PassThrough();
    const { output, stdout, signal } = transcript();
    const typing = typeAt(boardLine(server.url.replace("board:", "")), keyboard, output, signal);
    await board.atPrompt();
    keyboard.write("1 + 1\r");
    await expect.poll(() => stdout.text).toContain("1 + 1\r\n2\r\n>>> ");
    keyboard.write("\x1d");
    await typing;
  });

  test("board repl waits with typing for a line that takes nothing", async () => {
    const keyboard = new PassThrough();
    const { output, stop, signal } = transcript();
    const written: number[] = [];
    const port: BoardPort = {
      onOpen: undefined,
      onData: undefined,
      onClose: undefined,
      onWritten: undefined,
      write: ({ length }) => void written.push(length),
      close: () => Promise.resolve(),
    };
    const typing = typeAt({ name: "deaf", blocks: false, open: () => port }, keyboard, output, signal);
    for (let i = 0; i < 20; i++) keyboard.write(new Uint8Array(16_384));
    await expect.poll(() => keyboard.isPaused()).toBe(true);
    expect(written).toEqual(Array.from({ length: 5 }, () => 16_384));
    port.onWritten?.(2 * 16_384);
    await expect.poll(() => keyboard.isPaused()).toBe(true);
    expect(written).toHaveLength(7);
    stop.abort();
    await typing;
  });

  test("board repl as a process types what comes from a pipe", async () => {
    const child = spawn(process.execPath, [ESPNOW, "board", "repl", server.url.replace("board:", "")], {
      timeout: 30_000,
    });
    child.stdin.end("2 + 2\r");
    const [printed, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    expect(code).toBe(0);
    expect(printed).toContain("2 + 2\r\n4\r\n");
  });

  test("what is no board, and no address, is said in one line", async () => {
    await server.stop();
    const gone = await espnow(["board", "info", server.url]);
    expect(gone).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^espnow: ERR_RADIO_DOWN: .*ECONNREFUSED.*\n$/),
    });
    const wrong = await espnow(["board", "repl", "tcp://nowhere"]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("tcp://HOST:PORT") });
  });

  test("install-agent and remove-agent write and remove the main.py that is its own", async () => {
    expect(await espnow(["board", "remove-agent", server.url])).toMatchObject({ code: 1 });
    expect(await espnow(["board", "install-agent", server.url])).toMatchObject({ code: 0, stderr: "" });
    expect(await espnow(["board", "remove-agent", server.url])).toMatchObject({ code: 0, stderr: "" });
    expect(await espnow(["board", "remove-agent", server.url])).toMatchObject({ code: 1 });
  });
});
