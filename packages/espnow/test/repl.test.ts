import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Keyboard } from "#cli/process/host.ts";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

const GREETING =
  'MicroPython v1.27.0 on 2025-12-10; Generic ESP32 module with ESP32\r\nType "help()" for more information.\r\n>>> ';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-repl-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A terminal, or a pipe, with somebody at it. */
class Keys extends PassThrough implements Keyboard {
  readonly isTTY: boolean;
  readonly modes: boolean[] = [];

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  setRawMode(isRaw: boolean): void {
    this.modes.push(isRaw);
  }
}

interface Session {
  readonly keys: Keys;
  readonly stdout: Recorder;
  readonly stderr: Recorder;
  readonly stop: AbortController;
  readonly ended: Promise<number>;
}

function repl(args: readonly string[], isTTY = false): Session {
  const [stdout, stderr, keys, stop] = [
    new Recorder(isTTY),
    new Recorder(isTTY),
    new Keys(isTTY),
    new AbortController(),
  ];
  const host = { stdout, stderr, stdin: keys, env: {}, signal: stop.signal, exitCode: 0 };
  return { keys, stdout, stderr, stop, ended: run(["repl", "--radio", "sim:", ...args], host) };
}

const textOf = ({ bytes }: Recorder): string => Buffer.from(bytes).toString("utf8");

/** Waits until a text was printed. */
async function printed(sink: Recorder, text: string): Promise<void> {
  while (!textOf(sink).includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe("on a pipe", () => {
  test("the board does what is piped in, and is switched off", async () => {
    const { keys, stdout, stderr, ended } = repl(["--mac", "02:00:00:00:00:07"]);
    keys.end("import machine\nmachine.unique_id()[5]\n");
    expect(await ended).toBe(0);
    expect(textOf(stdout)).toBe(`${GREETING}import machine\r\n>>> machine.unique_id()[5]\r\n7\r\n>>> `);
    expect(textOf(stderr)).toBe("");
  });

  test("a program runs first, with the files of its folder", async () => {
    writeFileSync(join(folder, "helper.py"), "word = 'help'");
    writeFileSync(join(folder, "main.py"), "from helper import word\nprint(word)");
    for (const path of [join(folder, "main.py"), folder]) {
      const { keys, stdout, ended } = repl([path]);
      keys.end();
      expect(await ended).toBe(0);
      expect(textOf(stdout)).toBe(`help\r\n${GREETING}`);
    }
  });

  test("another board prints its own name", async () => {
    const { keys, stdout, ended } = repl(["--board", "esp8266"]);
    keys.end("import sys; sys.platform\n");
    await ended;
    expect(textOf(stdout)).toMatch(/; ESP module with ESP8266\r\n.*'esp8266'\r\n>>> $/s);
  });

  test("a program that is missing is told of", async () => {
    const { stderr, ended } = repl([join(folder, "missing.py")]);
    expect(await ended).toBe(1);
    expect(textOf(stderr)).toMatch(/^espnow: there is no file .*missing\.py\n$/);
  });

  test("a signal switches it off, whatever it does", async () => {
    const { keys, stdout, stop, ended } = repl([]);
    keys.write("while True: pass\n\n");
    await printed(stdout, "... ");
    stop.abort();
    expect(await ended).toBe(0);
  });
});

describe("at a terminal", () => {
  test.each([
    ["Ctrl-X", "\x18"],
    ["Ctrl-]", "\x1d"],
  ])("every key goes to the board but %s, which leaves", async (_key, leave) => {
    const { keys, stdout, stderr, ended } = repl([], true);
    await printed(stdout, ">>> ");
    keys.write("1 +\x036 * 7\r");
    await printed(stdout, "42\r\n>>> ");
    keys.write(`${leave}2`);
    expect(await ended).toBe(0);
    expect(textOf(stdout)).toBe(`${GREETING}1 +\r\n>>> 6 * 7\r\n42\r\n>>> `);
    expect(textOf(stderr)).toMatch(/^a board with the address [0-9a-f:]{17}; Ctrl-X or Ctrl-\] leaves\n\n$/);
    expect(keys.modes).toEqual([true, false]);
  });
});

describe("--listen", () => {
  async function listening(session: Session): Promise<number> {
    await printed(session.stdout, "\n");
    const [, port] = /listening on 127\.0\.0\.1:(\d+)/.exec(textOf(session.stdout)) ?? [];
    return Number(port);
  }

  async function heard(socket: Socket, end: string): Promise<string> {
    let text = "";
    for await (const bytes of socket.iterator({ destroyOnReturn: false })) {
      text += Buffer.from(bytes).toString("latin1");
      if (text.endsWith(end)) break;
    }
    return text;
  }

  test("gives a tool the line of the board, one after the other", async () => {
    const session = repl(["--listen", "127.0.0.1:0"]);
    const port = await listening(session);
    const first = connect(port, "127.0.0.1");
    first.write("\r\x03\x01");
    await heard(first, "raw REPL; CTRL-B to exit\r\n>");
    first.write("print(6 * 7)\x04");
    expect(await heard(first, "\x04>")).toBe("OK42\r\n\x04\x04>");

    const second = connect(port, "127.0.0.1");
    await once(second, "close");
    first.destroy();
    let third: Socket;
    do {
      third = connect(port, "127.0.0.1");
      third.write("\x02");
    } while (!(await heard(third, ">>> ")).endsWith(GREETING));
    third.destroy();

    session.stop.abort();
    expect(await session.ended).toBe(0);
  });

  test.each(["nowhere", "127.0.0.1:99999", "host:"])("does not take %s", async (place) => {
    const { stderr, ended } = repl(["--listen", place]);
    expect(await ended).toBe(2);
    expect(textOf(stderr)).toContain("It must look like 127.0.0.1:9977.");
  });
});
