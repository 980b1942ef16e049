import { expect, test } from "vitest";
import { type PacketNumberStore, PacketNumbers } from "#lib/radio/soft-mac/packet-numbers.ts";

class MemoryStore implements PacketNumberStore {
  readonly reserved = new Map<string, number>();
  calls = 0;

  reserve(keyId: string, after: number, count: number): number {
    const last = Math.max(this.reserved.get(keyId) ?? 0, after);
    this.reserved.set(keyId, last + count);
    this.calls++;
    return last + 1;
  }
}

const INTERNAL = expect.objectContaining({ code: "ESP_ERR_ESPNOW_INTERNAL" });

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

test("numbers are reserved in blocks, before they are used", () => {
  const store = new MemoryStore();
  const numbers = new PacketNumbers(store);
  for (let i = 0; i < 2000; i++) expect(numbers.next("a")).toBeLessThanOrEqual(store.reserved.get("a") ?? 0);
  expect(store.calls).toBe(2);
});

test("a key whose 48-bit numbers are used up is refused", () => {
  const store = new MemoryStore();
  store.reserved.set("a", 0xffff_ffff_fffe);
  const numbers = new PacketNumbers(store);
  expect(numbers.next("a")).toBe(0xffff_ffff_ffff);
  expect(() => numbers.next("a")).toThrow(INTERNAL);
  expect(() => numbers.next("a")).toThrow("change the key");
  expect(() => new PacketNumbers(store).next("a")).toThrow("change the key");
});

test.each([
  ["without a store", () => new PacketNumbers()],
  ["with a store", () => new PacketNumbers(new MemoryStore())],
])("of 40,960 keys %s at most 4096 have a counter, and no number comes twice for any", (_, create) => {
  const numbers = create();
  const last = new Map<string, number>();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 40_960; i++) {
      const number = numbers.next(`${i}`);
      expect(number).toBeGreaterThan(last.get(`${i}`) ?? 0);
      last.set(`${i}`, number);
    }
    expect(numbers.size).toBe(4096);
  }
});

test("a store that fails stops sending in clear words, and the next try asks again", () => {
  const store = new MemoryStore();
  const numbers = new PacketNumbers(store);
  const { reserve } = store;
  store.reserve = () => {
    throw new Error("disk full");
  };
  expect(() => numbers.next("a")).toThrow(INTERNAL);
  expect(() => numbers.next("a")).toThrow(
    "no packet number could be reserved, so nothing encrypted is sent: disk full",
  );
  store.reserve = reserve;
  expect(numbers.next("a")).toBe(1);
});

test.each([[Number.NaN], [-5], [0], [1.5], ["5"], [2 ** 53], [undefined]])(
  "a store that gives %o is refused",
  (given) => {
    const numbers = new PacketNumbers({ reserve: () => given as number });
    expect(() => numbers.next("a")).toThrow(INTERNAL);
    expect(() => numbers.next("a")).toThrow("nothing encrypted is sent: the store of packet numbers gave");
  },
);

test("a store that gives numbers again is refused, and sending goes on when it does not", () => {
  let first = 1;
  const numbers = new PacketNumbers({ reserve: () => first });
  for (let i = 0; i < 1024; i++) numbers.next("a");
  expect(() => numbers.next("a")).toThrow("gave 1, and 1024 was used before");
  first = 1024;
  expect(() => numbers.next("a")).toThrow("gave 1024");
  first = 1025;
  expect(numbers.next("a")).toBe(1025);
});
