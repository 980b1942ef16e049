/**
 * A gateway's store on disk.
 *
 * @module espnow-gateway/sqlite
 */
export type { SqliteEngine } from "./store/sqlite.ts";
export { openStore } from "./store/sqlite-store.ts";
