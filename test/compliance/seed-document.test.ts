/**
 * The document of MicroPython's aioespnow (its README in micropython-lib), sentence by sentence: the table at the end of
 * docs/compatibility.md.
 */
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { AIOESPNow, ESPNow, type MacAddress, type MessagePair, sleep, WLAN } from "#lib/index.ts";
import { Air, type ProfileName } from "#lib/sim.ts";
import { SHARED_VARIABLE, sharedFile } from "../shared.ts";

const DOCUMENT = sharedFile("seed-aioespnow.md");

interface Node {
  readonly e: AIOESPNow;
  readonly mac: MacAddress;
}

let air: Air;
let a: Node;
let b: Node;

beforeEach(() => {
  air = new Air({ seed: 1 });
  [a, b] = [node(), node()];
  a.e.addPeer(b.mac);
});

function node(profile: ProfileName = "esp32"): Node {
  const radio = air.radio({ profile });
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  return { e, mac: radio.address(0) };
}

/** Python's names in TypeScript's dress: `add_peer` is `addPeer`. */
function camelCase(name: string): string {
  return name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

test.skipIf(DOCUMENT === undefined)(
  `every method that the document names is one of AIOESPNow (${SHARED_VARIABLE})`,
  () => {
    const document = readFileSync(DOCUMENT as string, "utf8");
    const calls = document.matchAll(/\b(?:AIOESPNow|ESPNow|e)\.([a-z_]+)\(/g);
    const names = new Set([...calls].map(([, name]) => camelCase(name as string)));
    expect([...names].toSorted()).toEqual(["active", "addPeer", "airecv", "arecv", "asend", "irecv", "recv", "send"]);
    for (const name of names) expect(a.e[name as keyof AIOESPNow]).toBeTypeOf("function");
  },
);

test("it supplements espnow: whoever waits leaves the thread to others", async () => {
  const events: string[] = [];
  const reader = b.e.arecv().then(() => events.push("received"));
  const ticker = sleep(1, { radio: air.radio() }).then(() => events.push("ticked"));
  await ticker;
  await a.e.asend(b.mac, "x");
  await reader;
  expect(events).toEqual(["ticked", "received"]);
});

test.each(["esp32", "esp8266", "host"] as const)("it runs on an %s", async (profile) => {
  const { e, mac } = node(profile);
  a.e.addPeer(mac);
  e.addPeer(a.mac);
  const [received, answered] = [e.arecv(), a.e.arecv()];
  expect([await a.e.asend(mac, "ping"), await e.asend(a.mac, "pong")]).toEqual([true, true]);
  expect([(await received)[0], (await answered)[0]]).toEqual([a.mac, mac]);
});

describe("class AIOESPNow", () => {
  test("inherits all methods of ESPNow", () => {
    expect(a.e).toBeInstanceOf(ESPNow);
    expect(a.e.send(b.mac, "blocking")).toBe(true);
    expect(b.e.recv(0)[0]).toBe(a.mac);
  });

  test("arecv is recv to be awaited, and takes no timeout", async () => {
    const received = b.e.arecv();
    await sleep(24 * 3600 * 1000, { radio: air.radio() }); // it is patient
    a.e.send(b.mac, "x");
    expect(await received).toEqual([a.mac, new TextEncoder().encode("x")]);
    expect(b.e.arecv).toHaveLength(0);
  });

  test("airecv is irecv to be awaited: it reuses its storage, where arecv allocates", async () => {
    const buffers = async (read: () => Promise<MessagePair>): Promise<Set<ArrayBufferLike>> => {
      const seen = new Set<ArrayBufferLike>();
      for (const word of ["one", "two", "three"]) {
        await a.e.asend(b.mac, word);
        const [, msg] = await read();
        expect(new TextDecoder().decode(msg)).toBe(word);
        seen.add(msg.buffer);
      }
      return seen;
    };
    expect(await buffers(() => b.e.airecv())).toHaveProperty("size", 1);
    expect(await buffers(() => b.e.arecv())).toHaveProperty("size", 3);
  });

  test("asend is send to be awaited: with an address, without waiting for the report, and to all", async () => {
    const words: string[] = [];
    const reader = (async () => {
      for await (const [, msg] of b.e) if (words.push(new TextDecoder().decode(msg)) === 3) break;
    })();
    expect(await a.e.asend(b.mac, "to one")).toBe(true);
    expect(await a.e.asend(b.mac, "unreported", false)).toBe(true);
    expect(await a.e.asend("to all")).toBe(true);
    await reader;
    expect(words).toEqual(["to one", "unreported", "to all"]);
  });

  test("its asynchronous iteration gives address and message, until the loop is left at 'halt'", async () => {
    const words: string[] = [];
    const receiveTillHalt = async (e: AIOESPNow): Promise<void> => {
      for await (const [mac, msg] of e) {
        expect(mac).toBe(a.mac);
        words.push(new TextDecoder().decode(msg));
        if (words.at(-1) === "halt") break;
      }
    };
    const receiving = receiveTillHalt(b.e);
    for (const word of ["one", "two", "halt", "more"]) await a.e.asend(b.mac, word);
    await receiving;
    expect(words).toEqual(["one", "two", "halt"]);
    expect(b.e.any()).toBe(true); // "more" is still there to be read
  });
});

describe("the example", () => {
  test("needs an active WLAN interface to send and to receive", async () => {
    const radio = air.radio();
    const e = new AIOESPNow(radio);
    e.active(true);
    e.addPeer(a.mac);
    await expect(e.asend(a.mac, "x")).rejects.toMatchObject({ code: "ESP_ERR_ESPNOW_IF" });
    a.e.addPeer(radio.address(0));
    expect(await a.e.asend(radio.address(0), "x")).toBe(false);
    new WLAN(WLAN.IF_STA, radio).active(true);
    expect(await e.asend(a.mac, "x")).toBe(true);
    expect(await a.e.asend(radio.address(0), "x")).toBe(true);
  });

  test("tells an unknown peer by the name of its error, and can send after adding it", async () => {
    const answer = b.e.asend(a.mac, "echo");
    await expect(answer).rejects.toMatchObject({ code: "ESP_ERR_ESPNOW_NOT_FOUND", errno: -12393 });
    b.e.addPeer(a.mac);
    expect(await b.e.asend(a.mac, "echo")).toBe(true);
  });
});
