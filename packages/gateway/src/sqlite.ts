/**
 * A gateway's store on disk.
 *
 * @module espnow-gateway/sqlite
 */
export { openStore } from "./store/sqlite-store.ts";
