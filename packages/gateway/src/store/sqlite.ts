/** As much of SQLite as the store uses, in the words that node:sqlite and libsql have in common. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

export interface SqliteStatement {
  run(...values: readonly (string | number)[]): unknown;
  get(...values: readonly (string | number)[]): unknown;
  all(...values: readonly (string | number)[]): readonly unknown[];
}

/** The SQLite of this process: `node:sqlite` (Node 22.13 and later) or the package `libsql`. */
export type SqliteEngine = "node:sqlite" | "libsql";

type Constructor = new (file: string) => SqliteDatabase;

/** Loads one. Undefined: it is not there. */
export async function loadSqlite(engine: SqliteEngine): Promise<Constructor | undefined> {
  try {
    // As variables: neither has to be there when this is compiled and bundled.
    const name: string = engine;
    const module = (await import(name)) as { DatabaseSync?: Constructor; default?: Constructor };
    return engine === "node:sqlite" ? module.DatabaseSync : module.default;
  } catch {
    return undefined;
  }
}
