import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { Air } from "aioespnow/sim";
import { Program, runProgram } from "espnow-micropython";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

test("a program runs to its end, and its output is kept", async () => {
  await using air = new Air();
  const program = await runProgram({ source: "print('hello')", radio: air.radio() });
  expect(await program.exited).toEqual({ code: 0 });
  expect(program.output).toBe("hello\n");
});

test("the random numbers of a program are those of its seed", async () => {
  const roll = async (seed?: number): Promise<string> => {
    await using air = new Air();
    const source = "import random; print(random.getrandbits(30)); random.seed(); print(random.getrandbits(30))";
    const program = await runProgram({ source, radio: air.radio(), ...(seed === undefined ? {} : { seed }) });
    await program.exited;
    return program.output;
  };
  const first = await roll(1);
  expect(await roll(1)).toBe(first);
  expect(new Set([first, await roll(2), await roll(), await roll()]).size).toBe(4);
  expect(new Set(first.split("\n")).size).toBe(3);
});

test("what a program writes to its files can be read when it has ended", async () => {
  await using air = new Air();
  const source = "with open('log.txt', 'a') as f: f.write('second\\n')";
  const program = await runProgram({ source, files: { "log.txt": "first\n" }, radio: air.radio() });
  await program.exited;
  expect(new TextDecoder().decode(program.files.get("/log.txt"))).toBe("first\nsecond\n");
});

test("files outlive a reset, and so does the board's address", async () => {
  await using air = new Air();
  const source = `
import machine, os
if "boots" not in os.listdir():
    open("boots", "w").write("1")
    machine.deepsleep(5000)
print(open("boots").read(), machine.reset_cause() == machine.DEEPSLEEP_RESET)
`;
  const program = await runProgram({ source, radio: air.radio() });
  await program.exited;
  expect([program.output, air.clock.now()]).toEqual(["1 True\n", 5000]);
});

test("Ctrl-C switches off a board that sleeps deeply", async () => {
  await using air = new Air();
  const hold = air.hold();
  const program = await runProgram({
    source: "print('good night')\nimport machine; machine.deepsleep()",
    radio: air.radio(),
  });
  await new Promise<void>((resolve) => {
    program.onOutput = () => resolve();
  });
  hold.release();
  await new Promise((resolve) => void air.radio().clock.schedule(1000, () => resolve(undefined)));
  program.interrupt();
  expect((await program.exited).code).toBe(130);
});

test("its output can be written to a stream as the documents show it", async () => {
  await using air = new Air();
  const stdout = new PassThrough();
  const program = await runProgram({ source: "print('hello')", radio: air.radio() });
  program.onOutput = ({ bytes }) => stdout.write(bytes);
  await program.exited;
  expect(String(stdout.read())).toBe("hello\n");
});

test("a signal stops a program, whatever it does", async () => {
  await using air = new Air();
  const stop = new AbortController();
  const program = await runProgram({ source: "while True: pass", radio: air.radio(), signal: stop.signal });
  stop.abort();
  expect(await program.exited).toEqual({ code: 0 });
});

test("a program that is stopped before it begins does nothing", async () => {
  await using air = new Air();
  const program = await runProgram({ source: "print('no')", radio: air.radio(), signal: AbortSignal.abort() });
  expect([await program.exited, program.output]).toEqual([{ code: 0 }, ""]);
});

test("what a stream brings is typed at a program", async () => {
  await using air = new Air();
  const source = "import sys\nprint(len(sys.stdin.read(200_000)), sys.stdin.readline())";
  const stdin = Readable.from([Buffer.alloc(150_000, "x"), "y".repeat(50_000), "the end\n"]);
  const program = await runProgram({ source, radio: air.radio(), stdin });
  await program.exited;
  expect(program.output).toBe("200000 the end\n\n");
});

test("arguments follow the program's name", async () => {
  await using air = new Air();
  const program = await runProgram({
    source: "import sys; print(sys.argv)",
    radio: air.radio(),
    argv: ["kitchen", "5"],
  });
  await program.exited;
  expect(program.output).toBe("['main.py', 'kitchen', '5']\n");
});

test("a radio that a URL names is closed with its program", async () => {
  const program = await runProgram({ source: "", radio: "sim:closed", mac: "02:00:00:00:00:01" });
  expect(program.radio.address(0)).toBe("02:00:00:00:00:01");
  const closed = new Promise<void>((resolve) => {
    program.radio.onState = ({ state }) => state === "closed" && resolve();
  });
  await program.exited;
  await closed;
});

describe("the folder of a program", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "espnow-program-"));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(path: string, text: string | Uint8Array): void {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  async function outputOf(main: string): Promise<string> {
    await using air = new Air();
    write("main.py", main);
    const program = await runProgram({ file: join(folder, "main.py"), radio: air.radio() });
    await program.exited;
    return program.output;
  }

  test("is the board's file system: modules, packages and data", async () => {
    write("settings.py", "NAME = 'kitchen'");
    write("drivers/thermometer.py", "def read(): return 21.5");
    write("drivers/__init__.py", "");
    write("data.txt", "hello");
    const main = `
import settings
from drivers import thermometer
print(settings.NAME, thermometer.read(), open("data.txt").read())`;
    expect(await outputOf(main)).toBe("kitchen 21.5 hello\n");
  });

  test("does not bring hidden files, or more than a board holds", async () => {
    write(".secret", "x");
    write("node_modules/x.py", "");
    write("big.bin", new Uint8Array(9 * 1024 * 1024));
    write("small.py", "");
    expect(await outputOf("import os; print(sorted(os.listdir()))")).toBe("['main.py', 'small.py']\n");
  });

  test("wins over the board's own modules", async () => {
    write("aioespnow.py", "print('mine')");
    expect(await outputOf("import aioespnow")).toBe("mine\n");
  });

  test("need not have the program: that is an error, before anything is done", async () => {
    await expect(runProgram({ file: join(folder, "none.py"), radio: "sim:" })).rejects.toThrow(
      /there is no file .*none/,
    );
  });
});

test.each([
  [{ source: "", board: "esp99" }, 'a board is esp32 or esp8266, not "esp99"'],
  [{ source: "", espnow: "v3" }, 'espnow is v1 or v2, not "v3"'],
  [{ source: "", files: { "": "" } }, '"" is no path of a file on the board'],
  [{ source: "", files: { "lib/": "" } }, '"lib/" is no path of a file on the board'],
  [{}, "a program is { source }, { file } or { folder }"],
])("a program on %j is refused before it begins", async (options, message) => {
  await using air = new Air();
  await expect(runProgram({ ...(options as { source: string }), radio: air.radio() })).rejects.toThrow(message);
});

test("a path cannot leave the board's file system", async () => {
  await using air = new Air();
  const source = "import os; print(os.listdir('/'), open('/x').read()); import espnow";
  const program = await runProgram({ source, files: { "../../x": "inside" }, radio: air.radio() });
  expect(await program.exited).toEqual({ code: 0 });
  expect(program.output).toContain("inside");
  expect([...program.files.keys()].sort()).toEqual(["/main.py", "/x"]);
});

test("a program that removes itself is not there after a reset", async () => {
  await using air = new Air();
  const source = "import os, machine; os.remove('main.py'); machine.reset()";
  const program = await runProgram({ source, radio: air.radio() });
  expect((await program.exited).code).toBe(1);
  expect(program.output).toBe("there is no /main.py on the board to run\n");
});

test("Ctrl-C that comes before a program has begun interrupts it as soon as it has", async () => {
  await using air = new Air();
  const program = await runProgram({ source: "while True: pass", radio: air.radio() });
  program.interrupt();
  expect((await program.exited).code).toBe(130);
});

test("a radio has one program at a time, and the one that has ended leaves it to the next", async () => {
  await using air = new Air();
  const radio = air.radio();
  const source = "import network, time; w = network.WLAN(0); w.active(True); time.sleep(1); print(w.active())";
  const first = new Program(radio, { source, name: "first" });
  expect(() => new Program(radio, { source })).toThrow(
    "first runs on this radio: stop() it before, or open another radio",
  );
  await first.exited;
  const second = new Program(radio, { source });
  await first.stop();
  await second.exited;
  expect(second.output).toBe("True\n");
});
