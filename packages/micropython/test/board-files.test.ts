import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readFolder, readProgramFiles } from "#micropython/board/board-files.ts";

describe("the files of a board", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "board-files-"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (path: string, content: string | Uint8Array = ""): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };

  test("are the program and what stands beside it, without hidden files and folders of other tools", () => {
    for (const path of ["a.py", "lib/b.py", ".git/config", "node_modules/c.js", "data.csv"]) write(path);
    const { main, files } = readProgramFiles(join(folder, "a.py"));
    expect(main).toBe("/a.py");
    expect([...files.keys()]).toEqual(["/a.py", "/lib/b.py", "/data.csv"]);
  });

  test("have the program among them, where it is a link or hidden", () => {
    write("real.py", "print(1)");
    symlinkSync("real.py", join(folder, "link.py"));
    write(".hidden.py");
    expect(readProgramFiles(join(folder, "link.py")).files.get("/link.py")).toEqual(Buffer.from("print(1)"));
    expect(readProgramFiles(join(folder, ".hidden.py")).files.has("/.hidden.py")).toBe(true);
  });

  test("are not those that a link leads to outside the folder", () => {
    write("a.py");
    symlinkSync("/", join(folder, "root"));
    symlinkSync("/etc/passwd", join(folder, "passwd"));
    expect([...readFolder(folder).files.keys()]).toEqual(["/a.py"]);
  });

  test("find 2 MiB, Python files first; the others are left out", () => {
    write("main.py");
    write("0-large.bin", new Uint8Array(2 * 1024 * 1024 - 4096));
    write("0-fitting.bin", new Uint8Array(1.5 * 1024 * 1024));
    write("1-no-room.bin", new Uint8Array(1024 * 1024));
    write("z/module.py");
    expect([...readFolder(folder).files.keys()]).toEqual(["/main.py", "/z/module.py", "/0-fitting.bin"]);
  });

  test("find 500 places, less those that their blocks do not fit in", () => {
    write("main.py");
    for (let i = 0; i < 600; i++) write(`data/${i}.txt`);
    expect([...readFolder(folder).files.keys()]).toHaveLength(500);
    write("half.bin", new Uint8Array(1024 * 1024));
    expect([...readFolder(folder).files.keys()]).toHaveLength(256); // blocks of 4 KiB in the other half, but one that is less
  });

  test("of a program that is not there are an error", () => {
    expect(() => readProgramFiles(join(folder, "no.py"))).toThrow(/^there is no file .*no\.py$/);
    expect(() => readFolder(join(folder, "no"))).toThrow(/^there is no folder .*no$/);
  });
});
