import { createHash } from "node:crypto";
import { Scenario, type ScenarioBoardOptions } from "espnow-micropython";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RawRepl } from "./raw-repl.ts";
import { MOUNT, remoteFiles } from "./remote-files.ts";

// What tools do on a board's line, one command after the other, as mpremote, ampy and rshell document it: each is code that
// the tool types at the raw REPL.

let scenario: Scenario;

beforeEach(() => {
  scenario = new Scenario({ seed: 1 });
});

afterEach(() => scenario[Symbol.asyncDispose]());

/** A tool that is connected to a board with these files. */
async function connected(files: ScenarioBoardOptions["files"] = {}): Promise<RawRepl> {
  const tool = new RawRepl();
  tool.board = scenario.board({ source: "" }, { files, repl: true, stdout: tool });
  await scenario.settled(tool.enter());
  return tool;
}

function exec(tool: RawRepl, code: string): Promise<string> {
  return scenario.settled(tool.text(code));
}

/** `mpremote fs cp FILE :PATH`: in pieces, as the line's buffers want it. */
async function copyTo(tool: RawRepl, path: string, content: Buffer): Promise<void> {
  await exec(tool, `f=open('${path}','wb')\nw=f.write`);
  for (let at = 0; at < content.length; at += 256) {
    const bytes = [...content.subarray(at, at + 256)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`);
    expect(await exec(tool, `print(w(b'${bytes.join("")}'))`)).toBe(`${bytes.length}\n`);
  }
  await exec(tool, "f.close()");
}

/** `mpremote fs cp :PATH FILE` */
async function copyFrom(tool: RawRepl, path: string): Promise<Buffer> {
  const pieces: string[] = [];
  await exec(tool, `f=open('${path}','rb')\nr=f.read`);
  for (;;) {
    const piece = await exec(tool, "p=r(256)\nprint(p.hex() if p else '')");
    if (piece.trim() === "") break;
    pieces.push(piece.trim());
  }
  await exec(tool, "f.close()");
  return Buffer.from(pieces.join(""), "hex");
}

const EVERY_BYTE = Buffer.from(Array.from({ length: 1000 }, (_, index) => index & 0xff));

describe("mpremote", () => {
  test("exec, eval, run: prints, raises, and goes on", async () => {
    const tool = await connected();
    expect(await exec(tool, "x = 6\nprint(x * 7)")).toBe("42\n");
    await expect(exec(tool, "1/0")).rejects.toThrow("ZeroDivisionError: divide by zero");
    expect(await exec(tool, `${"# a line of a long program\n".repeat(400)}print(x)`)).toBe("6\n");
  });

  test("cp and cp -r, both ways: every byte arrives", async () => {
    const tool = await connected();
    await copyTo(tool, "every.bin", EVERY_BYTE);
    expect(await copyFrom(tool, "every.bin")).toEqual(EVERY_BYTE);
    await exec(tool, "import os\nos.mkdir('pkg')\nos.mkdir('pkg/deep')");
    await copyTo(tool, "pkg/__init__.py", Buffer.from("from .deep.there import VALUE"));
    await copyTo(tool, "pkg/deep/there.py", Buffer.from("VALUE = 5"));
    expect(await exec(tool, "import pkg\nprint(pkg.VALUE)")).toBe("5\n");
    expect(Buffer.from(tool.board.files.get("/every.bin") ?? []).equals(EVERY_BYTE)).toBe(true);
  });

  test("ls, tree and df: kinds, sizes, and what is free", async () => {
    const tool = await connected({ "/main.py": "# nothing\n", "/lib/a.py": "A = 1\n", "/lib/b/c.py": "" });
    const ls =
      "import os\nfor f in os.ilistdir('%s'):\n print('{:12} {}{}'.format(f[3], f[0], '/' if f[1] & 0x4000 else ''))";
    expect(await exec(tool, ls.replace("%s", "/lib"))).toBe("           6 a.py\n           0 b/\n");
    const tree = `
def tree(path, indent):
    for name, kind, _, size in sorted(os.ilistdir(path)):
        print(indent + name, size)
        if kind & 0x4000:
            tree(path + "/" + name, indent + "  ")
tree("", "")`;
    expect(await exec(tool, tree)).toBe("lib 0\n  a.py 6\n  b 0\n    c.py 0\nmain.py 10\n");
    const df = `
import vfs
for fs, path in vfs.mount():
    s = os.statvfs(path)
    print(path, s[1] * s[2], s[1] * s[3] < s[1] * s[2])`;
    expect(await exec(tool, df)).toBe("/ 2097152 True\n");
  });

  test("sha256sum, touch, rm, rm -r, rmdir", async () => {
    const tool = await connected({ "/every.bin": EVERY_BYTE, "/old/a/b.txt": "x", "/old/c.txt": "y" });
    const sum = `
import hashlib
h = hashlib.sha256()
buf = memoryview(bytearray(256))
with open("every.bin", "rb") as f:
    while n := f.readinto(buf):
        h.update(buf[:n])
print(h.digest().hex())`;
    expect(await exec(tool, sum)).toBe(`${createHash("sha256").update(EVERY_BYTE).digest("hex")}\n`);
    await exec(tool, "open('new', 'a').close()");
    const remove = `
import os
def rm(path):
    if os.stat(path)[0] & 0x4000:
        for name, *_ in os.ilistdir(path):
            rm(path + "/" + name)
        os.rmdir(path)
    else:
        os.remove(path)
rm("old")
os.remove("every.bin")
print(sorted(os.listdir()))`;
    expect(await exec(tool, remove)).toBe("['new']\n");
    await expect(exec(tool, "os.remove('missing')")).rejects.toThrow("OSError: [Errno 2] ENOENT");
  });

  test("mip: packages go where the board looks for them, from an index of this side", async () => {
    const index: Record<string, string> = {
      "greet/__init__.py": "from .words import HELLO",
      "greet/words.py": "HELLO = 'hello'",
    };
    const tool = await connected();
    const target = (await exec(tool, "import sys\nprint('\\n'.join(sys.path))"))
      .split("\n")
      .find((path) => path.endsWith("/lib"));
    expect(target).toBe("/lib");
    await exec(tool, "import os\nos.mkdir('/lib')\nos.mkdir('/lib/greet')");
    for (const [path, text] of Object.entries(index)) await copyTo(tool, `${target}/${path}`, Buffer.from(text));
    expect(await exec(tool, "import greet\nprint(greet.HELLO)")).toBe("hello\n");
  });

  test("romfs: the firmware has none, as mpremote finds out", async () => {
    const tool = await connected();
    expect(await exec(tool, "import vfs\nprint(hasattr(vfs, 'rom_ioctl'))")).toBe("False\n");
  });

  test("mount: files of this side can be read, listed, imported, run and written", async () => {
    const tool = await connected();
    const files = new Map<string, Buffer | null>([
      ["/hello.py", Buffer.from("import helpers.words\nprint(helpers.words.HELLO)")],
      ["/helpers", null],
      ["/helpers/words.py", Buffer.from("HELLO = 'from the other side'")],
      ["/every.bin", EVERY_BYTE],
    ]);
    tool.answer = remoteFiles(files);
    await exec(tool, MOUNT);
    expect(await exec(tool, "print(os.getcwd(), sorted(os.listdir()), os.listdir('/'))")).toBe(
      "/remote ['every.bin', 'hello.py', 'helpers'] ['remote']\n",
    );
    expect(await exec(tool, "import hello")).toBe("from the other side\n");
    expect(
      await exec(
        tool,
        "execfile('hello.py')\nprint(open('every.bin', 'rb').read() == bytes(i & 255 for i in range(1000)))",
      ),
    ).toBe("from the other side\nTrue\n");
    await exec(
      tool,
      "with open('out.bin', 'wb') as f:\n f.write(bytes(range(256)))\nos.mkdir('made')\nos.remove('every.bin')",
    );
    expect(files.get("/out.bin")).toEqual(Buffer.from(Array.from({ length: 256 }, (_, index) => index)));
    expect([files.get("/made"), files.has("/every.bin")]).toEqual([null, false]);
    await expect(exec(tool, "open('missing')")).rejects.toThrow("OSError: [Errno 2] ENOENT");
    expect(await exec(tool, "print([(n, s) for n, k, i, s in os.ilistdir('helpers')])")).toBe("[('words.py', 29)]\n");
  });

  test("a soft reset unmounts, and the files of the board stay", async () => {
    const tool = await connected({ "/kept.txt": "kept" });
    tool.answer = remoteFiles(new Map());
    await exec(tool, MOUNT);
    await scenario.settled(tool.softReset());
    expect(await exec(tool, "import os\nprint(os.getcwd(), sorted(os.listdir()), open('kept.txt').read())")).toBe(
      "/ ['kept.txt'] kept\n",
    );
  });
});

describe("ampy", () => {
  test("put and get: text is read by the platform's own words", async () => {
    const tool = await connected();
    await exec(tool, "f = open('/data.txt', 'wb')");
    await exec(tool, "f.write(b'line one\\r\\nline two\\n')");
    await exec(tool, "f.close()");
    const get = `
import sys
import ubinascii
with open('/data.txt', 'rb') as infile:
    while True:
        result = infile.read(32)
        if result == b'':
            break
        len = sys.stdout.write(ubinascii.hexlify(result))`;
    expect(Buffer.from(await exec(tool, get), "hex").toString()).toBe("line one\r\nline two\n");
  });

  test("ls -r -l, mkdir, rmdir, rm", async () => {
    const tool = await connected({ "/a/b.txt": "12345" });
    const ls = `
try:
    import os
except ImportError:
    import uos as os
def listdir(directory):
    if directory == "/":
        return sorted([directory + f for f in os.listdir(directory)])
    return sorted([directory + "/" + f for f in os.listdir(directory)])
def walk(path):
    for f in listdir(path):
        if os.stat(f)[0] & 0x4000:
            walk(f)
        else:
            print(f, os.stat(f)[6])
walk("/")`;
    expect(await exec(tool, ls)).toBe("/a/b.txt 5\n");
    await expect(exec(tool, "os.mkdir('/a')")).rejects.toThrow("OSError: [Errno 17] EEXIST");
    await expect(exec(tool, "os.rmdir('/a')")).rejects.toThrow("OSError: 39");
  });
});

describe("rshell", () => {
  test("asks who the board is, sets its clock, and sends files with a byte for each piece", async () => {
    const tool = await connected();
    expect(await exec(tool, "import os\nprint(os.uname().sysname, hasattr(os, 'sync'))")).toBe("esp32 True\n");
    await exec(tool, "import machine\nmachine.RTC().datetime((2026, 3, 1, 7, 12, 0, 0, 0))");
    expect(await exec(tool, "import time\nprint(time.localtime()[:5])")).toBe("(2026, 3, 1, 12, 0)\n");
    const receive = `
import sys, os
def receive(name, left):
    sys.stdin.buffer
    with open(name, "wb") as f:
        while left:
            size = min(left, 512)
            sys.stdout.buffer.write(b"\\x06")
            data = bytearray(size)
            got = 0
            while got < size:
                got += sys.stdin.buffer.readinto(memoryview(data)[got:], size - got)
            f.write(data)
            left -= size
    return True
import micropython
micropython.kbd_intr(-1)
print(receive("sent.bin", ${EVERY_BYTE.length}))`;
    let sent = 0;
    tool.onPiece = (bytes) => {
      if (!bytes.includes(6)) return;
      tool.board.type(EVERY_BYTE.subarray(sent, sent + 512));
      sent += 512;
    };
    expect(await exec(tool, receive)).toBe("\x06\x06True\n");
    expect(Buffer.from(tool.board.files.get("/sent.bin") ?? []).equals(EVERY_BYTE)).toBe(true);
  });
});
