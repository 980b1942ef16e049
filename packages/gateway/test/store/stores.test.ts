import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryStore, StoreError } from "espnow-gateway";
import { openStore } from "espnow-gateway/sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadSqlite, type SqliteEngine } from "#gateway/store/sqlite.ts";
import { storeSuite } from "#test/suites/store-suite.ts";

/** Those of this Node: 20 has none of its own. */
const ENGINES: SqliteEngine[] = ["libsql"];
if ((await loadSqlite("node:sqlite")) !== undefined) ENGINES.push("node:sqlite");

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-store-"));
  file = join(folder, "gateway.db");
});

/** Of the files in the folder. */
function modes(): Record<string, string> {
  const modeOf = (name: string): string => (statSync(join(folder, name)).mode & 0o777).toString(8);
  return Object.fromEntries(readdirSync(folder).map((name) => [name, modeOf(name)]));
}

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("in memory", () => storeSuite(async () => new MemoryStore()));

describe.each(ENGINES)("%s", (engine) => {
  const open = (path = file) => openStore(path, [engine]);

  storeSuite(open);

  test("keeps what was put, over a restart", async () => {
    const before = await open();
    before.put("nodes", "a", "1");
    await before[Symbol.asyncDispose]();
    await using after = await open();
    expect(after.entries("nodes")).toEqual([["a", "1"]]);
  });

  test.each([
    ["text in its place", () => writeFileSync(file, "not a database, but long enough to be looked at".repeat(10))],
    ["half of it", () => truncateSync(file, 5000)],
  ])("a damaged file is told of, and left as it is: %s", async (_, damage) => {
    const before = await open();
    before.transaction(() => {
      for (let i = 0; i < 200; i++) before.put("nodes", String(i), "x".repeat(100));
    });
    await before[Symbol.asyncDispose]();
    damage();
    await expect(open()).rejects.toThrow(/gateway\.db is damaged or no store; move it away/);
    await expect(open()).rejects.toThrow(StoreError);
  });

  test("only the user can read it, and what SQLite puts beside it", async () => {
    const umask = process.umask(0);
    try {
      await using store = await open();
      store.put("nodes", "a", "a key");
      expect(modes()).toEqual({ "gateway.db": "600", "gateway.db-shm": "600", "gateway.db-wal": "600" });
    } finally {
      process.umask(umask);
    }
  });

  test("a file that others could read is narrowed", async () => {
    const before = await open();
    await before[Symbol.asyncDispose]();
    for (const name of ["gateway.db", "gateway.db-wal", "gateway.db-shm"]) {
      writeFileSync(join(folder, name), "", { flag: "a" });
      chmodSync(join(folder, name), 0o644);
    }
    await using store = await open();
    store.put("nodes", "a", "a key");
    expect(modes()).toEqual({ "gateway.db": "600", "gateway.db-shm": "600", "gateway.db-wal": "600" });
  });

  test("a folder that is not there is not made", async () => {
    const place = join(folder, "typing-eror", "gateway.db");
    await expect(open(place)).rejects.toThrow(`the store ${place} cannot be opened: its folder is not there`);
    expect(readdirSync(folder)).not.toContain("typing-eror");
  });

  test("a place where no file can be is told of", async () => {
    await expect(open("/proc/nothing/gateway.db")).rejects.toThrow(StoreError);
  });

  test.each(["power-loss", "kill"])("kill -9 loses nothing that was put: %s", async (survives) => {
    const program = `
      import { openStore } from "espnow-gateway/sqlite";
      const store = await openStore(process.argv[1], ["${engine}"]);
      for (let i = store.entries("spool").length; ; i++) {
        store.transaction(() => {
          store.put("spool", String(i).padStart(6, "0"), "x".repeat(200));
          store.put("counters", "last", String(i));
        }, process.argv[2]);
        process.stdout.write(i + "\\n");
      }`;
    let acknowledged = -1;
    for (let round = 0; round < 4; round++) {
      const child = spawn(process.execPath, ["--input-type=module", "-e", program, file, survives], {
        cwd: new URL("../..", import.meta.url),
        stdio: ["ignore", "pipe", "inherit"],
      });
      let printed = "";
      for await (const chunk of child.stdout) {
        printed += chunk;
        if (printed.length > 100 * (round + 1)) child.kill("SIGKILL");
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      acknowledged = Number(printed.trim().split("\n").at(-1));
      await using store = await open();
      const kept = store.entries("spool");
      expect(kept.length).toBeGreaterThan(acknowledged);
      expect(store.get("counters", "last")).toBe(String(kept.length - 1));
    }
    expect(acknowledged).toBeGreaterThan(10);
  });
});

test("without any SQLite it is said what to do", async () => {
  await expect(openStore(file, [])).rejects.toThrow(
    "a store on disk needs Node 22.13 or later, or: npm install libsql",
  );
});
