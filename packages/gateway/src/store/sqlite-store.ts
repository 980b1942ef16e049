import { accessSync, constants, existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { makePrivate } from "./private-file.ts";
import { loadSqlite, type SqliteDatabase, type SqliteEngine, type SqliteStatement } from "./sqlite.ts";
import { type Collection, type Durability, type Store, StoreError } from "./store.ts";

/** Of the tables. A later one is migrated from this. */
const VERSION = 1;
const BUSY_TIMEOUT_MS = 2000;

/**
 * Opens the store in a file, which is made if it is not there; its folder is not. Only the user can read the file: it holds
 * keys. `onRemark` gets a warning if others can read it all the same.
 * @throws StoreError that says what is wrong with the file, by rejection; Error where this Node has no SQLite.
 */
export async function openStore(
  file: string,
  engines: readonly SqliteEngine[] = ["node:sqlite", "libsql"],
  onRemark: (text: string) => void = () => {},
): Promise<Store> {
  for (const engine of engines) {
    const Database = await loadSqlite(engine);
    if (Database === undefined) continue;
    return new SqliteStore(file, () => {
      for (const path of makePrivate(file)) {
        onRemark(`others on this computer can read ${path}, which can hold keys: give it the mode 600`);
      }
      return new Database(resolve(file)); // as a path: libsql would take a URL, and both ":memory:"
    });
  }
  throw new Error("a store on disk needs Node 22.13 or later, or: npm install libsql");
}

/** One SQLite file in WAL mode. */
class SqliteStore implements Store {
  readonly #file: string;
  readonly #database: SqliteDatabase;
  readonly #get: SqliteStatement;
  readonly #put: SqliteStatement;
  readonly #delete: SqliteStatement;
  readonly #entries: SqliteStatement;
  #isClosed = false;

  constructor(file: string, open: () => SqliteDatabase) {
    this.#file = file;
    this.#database = this.#explained(() => {
      // Not made: after a typing error the gateway would begin with an empty store in another place.
      if (!existsSync(dirname(file)))
        throw new StoreError(`the store ${file} cannot be opened: its folder is not there`);
      return open();
    });
    try {
      this.#explained(() => prepareTables(this.#database, file));
      const prepare = (sql: string): SqliteStatement => this.#explained(() => this.#database.prepare(sql));
      this.#get = prepare("SELECT value FROM records WHERE collection = ? AND key = ?");
      this.#put = prepare("INSERT OR REPLACE INTO records (collection, key, value) VALUES (?, ?, ?)");
      this.#delete = prepare("DELETE FROM records WHERE collection = ? AND key = ?");
      this.#entries = prepare("SELECT key, value FROM records WHERE collection = ? ORDER BY key");
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get(collection: Collection, key: string): string | undefined {
    const row = this.#explained(() => this.#get.get(collection, key));
    return (row as { readonly value: string } | undefined)?.value;
  }

  put(collection: Collection, key: string, value: string): void {
    this.#explained(() => this.#put.run(collection, key, value));
  }

  delete(collection: Collection, key: string): void {
    this.#explained(() => this.#delete.run(collection, key));
  }

  entries(collection: Collection): readonly (readonly [string, string])[] {
    const rows = this.#explained(() => this.#entries.all(collection));
    return (rows as readonly { readonly key: string; readonly value: string }[]).map(({ key, value }) => [key, value]);
  }

  transaction<T>(work: () => T, survives: Durability = "power-loss"): T {
    // In WAL mode NORMAL waits for the disk only now and then; what a FULL commit writes, it writes after all before it.
    if (survives === "kill") this.#database.exec("PRAGMA synchronous = NORMAL");
    try {
      this.#explained(() => this.#database.exec("BEGIN IMMEDIATE"));
      const result = work();
      this.#explained(() => this.#database.exec("COMMIT"));
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    } finally {
      if (survives === "kill") this.#database.exec("PRAGMA synchronous = FULL");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // libsql leaves the log behind when it is closed; then the file alone would not be the store.
    this.#explained(() => this.#database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all());
    this.#database.close();
  }

  /** SQLite may have done so already: then there is nothing to roll back. */
  #rollBack(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // the failure that led here is the one to tell
    }
  }

  #explained<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw explain(this.#file, error as Error & { readonly code?: unknown });
    }
  }
}

function prepareTables(database: SqliteDatabase, file: string): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const found = (database.prepare("PRAGMA user_version").get() as { readonly user_version: number }).user_version;
  if (found > VERSION) {
    throw new StoreError(
      `the store ${file} is of a newer version (${found}) of this program; this one knows ${VERSION}`,
    );
  }
  const check = database.prepare("PRAGMA quick_check(1)").get() as { readonly quick_check: string };
  if (check.quick_check !== "ok") throw new Error(`malformed: ${check.quick_check}`);
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec(
    "CREATE TABLE IF NOT EXISTS records (collection TEXT, key TEXT, value TEXT, PRIMARY KEY (collection, key)) WITHOUT ROWID",
  );
  if (found < VERSION) database.exec(`PRAGMA user_version = ${VERSION}`);
}

/** What SQLite says, and what to do about it. */
function explain(file: string, error: Error & { readonly code?: unknown }): StoreError {
  const { message, code } = error;
  const text = `${String(code ?? "")} ${message}`;
  const damage = `the store ${file} is damaged or no store; move it away to begin with an empty one (${message})`;
  if (/malformed|not a database|SQLITE_CORRUPT|SQLITE_NOTADB/i.test(text)) return new StoreError(damage);
  if (/locked|busy/i.test(text)) return new StoreError(`the store ${file} is in use by another gateway`, false);
  if (/readonly|read-only|EROFS/i.test(text) || isReadOnly(file))
    return new StoreError(`the store ${file} cannot be written: it, or its folder, is read-only`);
  if (/full|ENOSPC/i.test(text)) return new StoreError(`the store ${file} cannot be written: the disk is full`);
  if (/EACCES|EPERM|ENOENT|unable to open|CANTOPEN/i.test(text))
    return new StoreError(`the store ${file} cannot be opened (${message})`);
  if (/I\/O error|IOERR/i.test(text))
    return new StoreError(
      `the store ${file} cannot be written: the disk fails, or files may not be so large (${message})`,
    );
  return new StoreError(`the store ${file} does not work: ${message}`);
}

/** SQLite says no more of it than that it cannot open or write a file. */
function isReadOnly(file: string): boolean {
  return [dirname(file), file].some((path) => {
    try {
      accessSync(path, constants.W_OK);
      return false;
    } catch (error) {
      return ["EROFS", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "");
    }
  });
}
