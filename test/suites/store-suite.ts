import type { Store } from "espnow-gateway";
import { afterEach, beforeEach, expect, test } from "vitest";

/** What every store does. `open` opens the same one each time, if it keeps anything. */
export function storeSuite(open: () => Promise<Store>): void {
  let store: Store;

  beforeEach(async () => {
    store = await open();
  });

  afterEach(() => store[Symbol.asyncDispose]());

  test("gives back what was put, the newest of each key, by collection", () => {
    store.put("nodes", "a", "1");
    store.put("nodes", "a", "2 °C\n'");
    store.put("spool", "a", "3");
    expect([store.get("nodes", "a"), store.get("spool", "a"), store.get("nodes", "b")]).toEqual([
      "2 °C\n'",
      "3",
      undefined,
    ]);
    store.delete("nodes", "a");
    store.delete("nodes", "never there");
    expect(store.get("nodes", "a")).toBeUndefined();
    expect(store.get("spool", "a")).toBe("3");
  });

  test("lists a collection by its keys", () => {
    for (const key of ["b", "a", "ä", "10", "9", "é"]) store.put("mailbox", key, key);
    expect(store.entries("mailbox").map(([key]) => key)).toEqual(["10", "9", "a", "b", "ä", "é"]);
    expect(store.entries("counters")).toEqual([]);
  });

  test("a transaction keeps all or nothing", () => {
    store.put("nodes", "a", "1");
    const result = store.transaction(() => {
      store.put("nodes", "b", "2");
      store.delete("nodes", "a");
      return "done";
    });
    expect(result).toBe("done");
    const fail = (): void => {
      store.put("nodes", "c", "3");
      store.delete("nodes", "b");
      throw new Error("no");
    };
    expect(() => store.transaction(fail)).toThrow("no");
    expect(store.entries("nodes")).toEqual([["b", "2"]]);
    store.put("nodes", "d", "4");
    expect(store.get("nodes", "d")).toBe("4");
  });

  test("a transaction that need not survive a loss of power is one too, and does not change the others", () => {
    expect(store.transaction(() => store.put("nodes", "a", "1"), "kill")).toBeUndefined();
    const fail = (): void => {
      store.delete("nodes", "a");
      throw new Error("no");
    };
    expect(() => store.transaction(fail, "kill")).toThrow("no");
    store.put("nodes", "b", "2");
    expect(store.entries("nodes")).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
  });

  test("closing twice is closing once", async () => {
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
}
