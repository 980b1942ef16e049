import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GREETING, printed, repl, type Session, textOf } from "./repl-session.ts";

/** What an attacker wants to be run. */
const BODY = "\r\nprint('own' + 'ed')\r\n";

let folder: string;
let session: Session;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-listen-"));
});

afterEach(async () => {
  session.stop.abort();
  await session.ended;
  rmSync(folder, { recursive: true, force: true });
});

async function listen(...args: string[]): Promise<number> {
  session = repl(["--listen", ...args]);
  await printed(session.stdout, "\n");
  const [, port] = /listening on [\d.]+:(\d+)/.exec(textOf(session.stdout)) ?? [];
  if (port !== undefined) await ready(Number(port));
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

/** Connects as a tool does. Returns what the board says, up to `end`. */
async function talk(place: number | string, words: string, end: string): Promise<string> {
  const socket = typeof place === "number" ? connect(place, "127.0.0.1") : connect(place);
  const closed = once(socket, "close");
  socket.write(words);
  const text = await heard(socket, end);
  socket.end();
  await closed;
  return text;
}

/** Lets a board start, which prints its greeting then. */
async function ready(place: number | string): Promise<void> {
  await talk(place, "print('re' + 'ady')\r", "ready\r\n>>> ");
}

/** Connects and writes pieces, one after the other, until the board ends the connection. */
async function write(port: number, pieces: Iterable<string>): Promise<void> {
  const socket = connect(port, "127.0.0.1").setNoDelay().resume();
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  for (const piece of pieces) {
    if (!socket.destroyed) await new Promise((resolve) => socket.write(piece, resolve));
  }
  await closed;
}

/** Nothing was typed at the board: its line is empty, and nothing that was sent has run. */
async function expectUntouched(port: number): Promise<void> {
  expect(await talk(port, "_\r", ">>> ")).toMatch(/^_\r\nTraceback .*NameError: name '_' isn't defined\r\n>>> $/s);
}

describe("what is no terminal types nothing", () => {
  test("a page's POST of text/plain", async () => {
    const port = await listen("127.0.0.1:0");
    const headers = { "content-type": "text/plain" };
    const page = { method: "POST", mode: "no-cors", headers, body: BODY } as const;
    await expect(fetch(`http://127.0.0.1:${port}/`, page)).rejects.toThrow("fetch failed");
    await expectUntouched(port);
    expect(textOf(session.stderr)).toBe(
      "refused a connection that began with an HTTP request, such as a web page can send: only a terminal may type at the board\n",
    );
  });

  test.each(["GET", "PUT", "OPTIONS", "PATCH", "CONNECT"])("a %s request with a body", async (method) => {
    const port = await listen("127.0.0.1:0");
    const sent = request({ port, method, path: "/x", headers: { "content-length": BODY.length } });
    sent.end(BODY);
    await once(sent, "error");
    await expectUntouched(port);
  });

  test("requests without end are remarked once", async () => {
    const port = await listen("127.0.0.1:0");
    for (let i = 0; i < 20; i++) await expect(fetch(`http://127.0.0.1:${port}/${i}`)).rejects.toThrow();
    expect(textOf(session.stderr)).toMatch(/^refused .*\n$/);
  });

  test("HTTP/2", async () => {
    const port = await listen("127.0.0.1:0");
    const client = connectHttp2(`http://127.0.0.1:${port}`);
    client.on("error", () => undefined);
    await new Promise((resolve) => client.once("close", resolve));
    await expectUntouched(port);
  });

  test("TLS", async () => {
    const port = await listen("127.0.0.1:0");
    await once(connectTls({ port, host: "127.0.0.1", servername: "print.example" }), "error");
    await expectUntouched(port);
    expect(textOf(session.stderr)).toContain("a TLS handshake");
  });

  test("a request byte by byte", async () => {
    const port = await listen("127.0.0.1:0");
    await write(port, `POST /a HTTP/1.1\r\nHost: x\r\n${BODY}`);
    await expectUntouched(port);
  });

  test("a request that waits after its method, which is shown then", async () => {
    const port = await listen("127.0.0.1:0");
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("POST");
    expect(await heard(socket, "POST")).toBe("POST");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.resume().write(` / HTTP/1.1\r\n${BODY}`);
    await closed;
    expect(await talk(port, "\x03", ">>> ")).toBe("\r\n>>> ");
  });
});

describe("a terminal", () => {
  test("gets the line of the board, one after the other", async () => {
    const port = await listen("127.0.0.1:0");
    const first = connect(port, "127.0.0.1");
    first.write("\r\x03\x01");
    await heard(first, "raw REPL; CTRL-B to exit\r\n>");
    first.write("print(6 * 7)\x04");
    expect(await heard(first, "\x04>")).toBe("OK42\r\n\x04\x04>");

    const second = connect(port, "127.0.0.1");
    await once(second, "close");
    first.destroy();
    expect((await talk(port, "\x02", ">>> ")).endsWith(GREETING)).toBe(true);
  });

  test("gets it in the moment in which the one before leaves", async () => {
    const port = await listen("127.0.0.1:0");
    for (let i = 0; i < 5; i++) {
      const socket = connect(port, "127.0.0.1");
      socket.write("6 * 7\r");
      expect(await heard(socket, "42\r\n>>> ")).toBe("6 * 7\r\n42\r\n>>> ");
      socket.destroy();
    }
  });

  test("is kept away by no connection that types nothing, such as a browser opens in advance", async () => {
    const port = await listen("127.0.0.1:0");
    const silent = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = connect(port, "127.0.0.1").resume();
        socket.on("error", () => undefined);
        const closed = new Promise((resolve) => socket.once("close", resolve));
        await once(socket, "connect");
        return { closed };
      }),
    );
    const terminal = connect(port, "127.0.0.1");
    terminal.write("6 * 7\r");
    expect(await heard(terminal, "42\r\n>>> ")).toBe("6 * 7\r\n42\r\n>>> ");
    await Promise.all(silent.map(({ closed }) => closed));
    terminal.destroy();
  });

  test.each([
    ["\x03\x03\x01", "raw REPL; CTRL-B to exit\r\n>"],
    ["7 / 2\r", "3.5\r\n>>> "],
    ["G", "G"],
    ["import os\rimport os\r", ">>> import os\r\n>>> "],
  ])("may begin with %j", async (words, end) => {
    const port = await listen("127.0.0.1:0");
    expect(await talk(port, words, end)).toContain(end);
  });
});

describe("a Unix socket", () => {
  const path = (): string => join(folder, "board.sock");

  test("is this user's alone, is talked to, and goes at the end", async () => {
    await listen(path());
    await ready(path());
    expect(textOf(session.stdout)).toMatch(/^listening on .*board\.sock: a board with the address/);
    expect(lstatSync(path()).isSocket()).toBe(true);
    expect(lstatSync(path()).mode & 0o777).toBe(0o600);
    expect(await talk(path(), "6 * 7\r", ">>> ")).toBe("6 * 7\r\n42\r\n>>> ");
    session.stop.abort();
    expect(await session.ended).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("takes one terminal at a time", async () => {
    await listen(path());
    const first = connect(path());
    first.write("6 * 7\r");
    await heard(first, "42\r\n>>> ");
    const second = connect(path());
    await once(second, "close");
    first.destroy();
  });

  test("takes the place of one that a killed program left", async () => {
    const left = createServer().listen(join(folder, "other.sock"));
    await once(left, "listening");
    renameSync(join(folder, "other.sock"), path());
    left.close();
    await once(left, "close");
    expect(existsSync(path())).toBe(true);
    await listen(path());
    await ready(path());
  });

  test.each([
    ["a file", (at: string) => writeFileSync(at, "mine"), "exists and is no socket"],
    ["a link", (at: string) => symlinkSync("elsewhere.sock", at), "exists and is no socket"],
  ])("does not replace %s", async (_, make, message) => {
    make(path());
    const before = lstatSync(path()).ino;
    session = repl(["--listen", path()]);
    expect(await session.ended).toBe(1);
    expect(textOf(session.stderr)).toContain(message);
    expect(lstatSync(path()).ino).toBe(before);
  });

  test("does not take the place of a program that listens", async () => {
    const other = createServer((socket) => socket.destroy()).listen(path());
    await once(other, "listening");
    session = repl(["--listen", path()]);
    expect(await session.ended).toBe(1);
    expect(textOf(session.stderr)).toMatch(/^espnow: another program listens at .*board\.sock: choose another path\n$/);
    expect(existsSync(path())).toBe(true);
    other.close();
  });

  test("with a path that is too long is refused", async () => {
    session = repl(["--listen", join(folder, "x".repeat(100))]);
    expect(await session.ended).toBe(1);
    expect(textOf(session.stderr)).toContain("is too long");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("in a folder that may not be written to is refused", async () => {
    session = repl(["--listen", join(folder, "missing", "board.sock")]);
    expect(await session.ended).toBe(1);
    expect(textOf(session.stderr)).toContain("ENOENT");
  });
});

describe("the place", () => {
  test("that the network reaches is warned of", async () => {
    await listen("0.0.0.0:0");
    expect(textOf(session.stderr)).toMatch(/^anybody on the network who reaches 0\.0\.0\.0:\d+ can type at the board/);
  });

  test("of this computer alone is not", async () => {
    await listen("127.0.0.1:0");
    expect(textOf(session.stderr)).toBe("");
  });

  test.each([
    ["nowhere", "It must look like ./board.sock or 127.0.0.1:9977."],
    ["host:", "It must look like ./board.sock or 127.0.0.1:9977."],
    ["127.0.0.1:99999", "A port is a number from 0 to 65535."],
  ])("%s is not understood", async (place, why) => {
    session = repl(["--listen", place]);
    expect(await session.ended).toBe(2);
    expect(textOf(session.stderr)).toContain(why);
  });
});
