import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "#cli/program.ts";
import { repl } from "./repl-session.ts";
import { Recorder } from "./transcript.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-run-files-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

async function espnow(...args: readonly string[]) {
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  const code = await run(["run", "--virtual", ...args], {
    stdout,
    stderr,
    env: {},
    signal: new AbortController().signal,
    exitCode: 0,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

const readSaved = (path: string): string => readFileSync(join(folder, "saved", path), "utf8");

test.each(["board/main.py", "board"])("espnow run %s runs boot.py, and main.py after it", async (path) => {
  write("board/boot.py", "x = 'from boot'");
  write("board/main.py", "import os\nprint(x, os.getcwd(), sorted(os.listdir()))");
  expect(await espnow(join(folder, path))).toEqual({
    code: 0,
    stdout: "from boot / ['boot.py', 'main.py']\n",
    stderr: "",
  });
});

test("espnow run boot.py runs it once", async () => {
  expect(await espnow(write("board/boot.py", "print('boot')"))).toEqual({ code: 0, stdout: "boot\n", stderr: "" });
});

describe("espnow run --save", () => {
  const LOGGER =
    "import os\nos.mkdir('data')\nopen('data/log.csv', 'w').write('1,2\\n')\nopen('count', 'w').write('7')";

  test("keeps what one program has written or changed, and nothing else", async () => {
    write("board/count", "6");
    write("board/same", "x");
    const program = write("board/logger.py", LOGGER);
    expect((await espnow("--save", join(folder, "saved"), program)).code).toBe(0);
    expect([readSaved("data/log.csv"), readSaved("count")]).toEqual(["1,2\n", "7"]);
    expect(existsSync(join(folder, "saved/same"))).toBe(false);
  });

  test("keeps the files of several in folders of their names, of one that fails too", async () => {
    const [a, b] = [write("a/a.py", LOGGER), write("b/b.py", `${LOGGER}\n1 / 0`)];
    expect((await espnow("--keep-going", "--save", join(folder, "saved"), a, b)).code).toBe(1);
    expect([readSaved("a/count"), readSaved("b/count")]).toEqual(["7", "7"]);
  });

  test.each([
    ["a folder", "data", "data", /links are not followed/],
    ["a file", "count", "elsewhere", /symbolic link/],
  ])("follows no link that is there: %s", async (_kind, link, target, reason) => {
    mkdirSync(join(folder, "outside"));
    mkdirSync(join(folder, "saved"));
    symlinkSync(join(folder, "outside", target === "data" ? "" : target), join(folder, "saved", link));
    const { code, stderr } = await espnow("--save", join(folder, "saved"), write("board/logger.py", LOGGER));
    expect(code).toBe(1);
    expect(stderr).toMatch(reason);
    expect(existsSync(join(folder, "outside", "elsewhere"))).toBe(false);
    expect(existsSync(join(folder, "outside", "log.csv"))).toBe(false);
  });
});

test("espnow repl --save keeps what is written at the REPL", async () => {
  const session = repl(["--save", join(folder, "saved")]);
  session.keys.end("open('note', 'w').write('hello')\r");
  expect(await session.ended).toBe(0);
  expect(readSaved("note")).toBe("hello");
});
