/** A gateway's store on disk. */
export { openStore } from "./store/sqlite-store.ts";
