import { MemoryStore, StoreHealth } from "espnow-gateway";
import { describe, expect, test } from "vitest";
import type { RetainedPacket } from "#gateway/broker/aedes.ts";
import { Retained } from "#gateway/broker/retained.ts";
import { isUser, parseUsers } from "#gateway/broker/users.ts";

describe("retained messages", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const message = (topic: string, payload: Uint8Array): RetainedPacket => ({ topic, payload, qos: 1, retain: true });

  async function open(store: MemoryStore) {
    const retained = new Retained(store, new StoreHealth());
    const persistence = { kept: new Map<string, RetainedPacket>(), storeRetained };
    async function storeRetained(this: void, packet: RetainedPacket): Promise<void> {
      persistence.kept.set(packet.topic, packet);
    }
    await retained.attach(persistence, 0);
    return { retained, persistence };
  }

  test("are limited in number and bytes; those that are there can change and go", async () => {
    const { retained, persistence } = await open(new MemoryStore());
    for (let i = 0; i < 10_000; i++) await persistence.storeRetained(message(`t/${i}`, bytes("1")));
    expect(retained.hasRoom(message("t/new", bytes("1")))).toBe(false);
    expect(retained.hasRoom(message("t/5", bytes("22")))).toBe(true);
    expect(retained.hasRoom(message("t/new", bytes("")))).toBe(true);
    await persistence.storeRetained(message("t/5", bytes("")));
    expect(retained.hasRoom(message("t/new", bytes("1")))).toBe(true);
    expect(retained.hasRoom(message("t/new", new Uint8Array(16 * 1024 * 1024)))).toBe(false);
    expect(retained.refused).toBe(2);
  });

  test("come from the store with all that they had, and count", async () => {
    const store = new MemoryStore();
    const { persistence } = await open(store);
    const properties = { userProperties: { a: "b" }, correlationData: bytes("x") };
    await persistence.storeRetained({ ...message("a", Uint8Array.of(0, 255)), properties });
    await persistence.storeRetained({ ...message("old", bytes("1")), messageExpiry: -1 });
    const again = await open(store);
    expect([...again.persistence.kept.keys()]).toEqual(["a"]);
    expect(again.persistence.kept.get("a")).toMatchObject({
      payload: Buffer.of(0, 255),
      properties: { userProperties: { a: "b" } },
    });
    expect(store.entries("retained").map(([topic]) => topic)).toEqual(["a"]);
  });
});

describe("users", () => {
  test("have a name and a password on each line", () => {
    const users = parseUsers("# house\nann:a:b\r\n\nbob: x\n");
    expect([...users]).toEqual([
      ["ann", "a:b"],
      ["bob", " x"],
    ]);
    expect(isUser(users, "ann", Buffer.from("a:b"))).toBe(true);
    for (const [name, password] of [
      ["ann", "a"],
      ["eve", "a:b"],
      [undefined, "a:b"],
      ["ann", undefined],
    ] as const)
      expect(isUser(users, name, password === undefined ? undefined : Buffer.from(password))).toBe(false);
  });

  test.each([
    ["", "it has no users"],
    ["ann:x\nsecret", "line 2 is not NAME:PASSWORD"],
    [":x", "line 1 is not NAME:PASSWORD"],
    ["ann:", "line 1 is not NAME:PASSWORD"],
    ["ann:x\nann:y", "line 2 has the name of a line before"],
  ])("%j is refused, and no password is told", (text, reason) => {
    expect(() => parseUsers(text)).toThrow(new Error(reason));
  });
});
