import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GREETING, printed, repl, textOf } from "./repl-session.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-repl-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

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
