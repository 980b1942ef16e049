import { expect, test } from "vitest";
import { type PacketNumberStore, PacketNumbers } from "#lib/radio/soft-mac/packet-numbers.ts";

class MemoryStore implements PacketNumberStore {
  readonly saved = new Map<string, number>();
  writes = 0;

  load(keyId: string): number {
    return this.saved.get(keyId) ?? 0;
  }

  save(keyId: string, highWater: number): void {
    this.saved.set(keyId, highWater);
    this.writes++;
  }
}

test("the first number of a key is 1, and each key has its own", () => {
  const numbers = new PacketNumbers();
  expect([numbers.next("a"), numbers.next("a"), numbers.next("b"), numbers.next("a")]).toEqual([1, 2, 1, 3]);
});

test("after a restart no number comes again, wherever the process ended", () => {
  const store = new MemoryStore();
  const first = new PacketNumbers(store);
  const used = Array.from({ length: 3000 }, () => first.next("a"));
  const again = new PacketNumbers(store).next("a");
  expect(again).toBeGreaterThan(Math.max(...used));
});

test("numbers are saved ahead in blocks, before they are used", () => {
  const store = new MemoryStore();
  const numbers = new PacketNumbers(store);
  for (let i = 0; i < 2000; i++) expect(numbers.next("a")).toBeLessThanOrEqual(store.load("a"));
  expect(store.writes).toBe(2);
});

test("a key whose 48-bit numbers are used up is refused", () => {
  const store = new MemoryStore();
  store.saved.set("a", 0xffff_ffff_fffe);
  const numbers = new PacketNumbers(store);
  expect(numbers.next("a")).toBe(0xffff_ffff_ffff);
  expect(() => numbers.next("a")).toThrow(expect.objectContaining({ code: "ESP_ERR_ESPNOW_INTERNAL" }));
});

test("the 4097th key is refused rather than a counter forgotten", () => {
  const numbers = new PacketNumbers();
  for (let i = 0; i < 4096; i++) numbers.next(String(i));
  expect(() => numbers.next("one more")).toThrow(expect.objectContaining({ code: "ESP_ERR_ESPNOW_INTERNAL" }));
  expect(numbers.next("0")).toBe(2);
});

test("a number is not used where saving it fails, and the next try saves again", () => {
  const store = new MemoryStore();
  const numbers = new PacketNumbers(store);
  const { save } = store;
  store.save = () => {
    throw new Error("disk full");
  };
  expect(() => numbers.next("a")).toThrow("disk full");
  store.save = save;
  expect(numbers.next("a")).toBe(1);
  expect(store.load("a")).toBeGreaterThanOrEqual(1);
});

test.each([[Number.NaN], [-5], [1.5], ["5"], [2 ** 48]])("a store that loads %o is refused", (loaded) => {
  const numbers = new PacketNumbers({ load: () => loaded as number, save: () => undefined });
  expect(() => numbers.next("a")).toThrow("what load() returns");
});
