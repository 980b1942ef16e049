import { BROADCAST, WLAN } from "aioespnow";
import type { NodeSettings } from "espnow-gateway";
import { createDecoder } from "espnow-gateway/decoders";
import { beforeEach, describe, expect, test } from "vitest";
import { fromHex, toHex } from "#gateway/decoders/bytes.ts";
import { metricsText } from "#gateway/metrics/metrics.ts";
import { ownHome } from "./home.ts";
import { GATEWAY, NODE } from "./house.ts";

const MINUTE = 60_000;
const NAME = "0200000000a1";

const home = ownHome();

beforeEach(async () => {
  home.open();
  await home.pass(5); // the broker is there
});

const add = (settings: Partial<NodeSettings>) => home.gateway.addNode(NODE, { isAccepted: true, ...settings });
const commands = () => home.published(`espnow/${NAME}/command`) as { state: string; reason?: string }[];
const states = () => commands().map(({ state }) => state);

const say = (message: string) => home.say(fromHex(message));

const heardNext = async () => toHex((await home.node.arecv())[1] as Uint8Array);

describe("a program that confirms", () => {
  /** What Espressif's component answers a message with: its magic number. */
  const ackOf = (message: string) => `2000${message.slice(4, 8)}00080000ffffffffffff0200000000a1`;

  test("a command is delivered when the program says so, and the next one comes then", async () => {
    add({ decoder: { format: "esp-now" } });
    const heard = heardNext();
    home.gateway.set(home.known, { power: true });
    home.gateway.set(home.known, { hue: 7 });
    const message = await heard;
    await home.pass(5);
    expect(states()).toEqual(["queued", "sent", "queued", "acked"]);
    const next = heardNext();
    await say(ackOf(message));
    expect(states().slice(4)).toEqual(["delivered", "sent", "acked"]);
    await say(ackOf(await next));
    expect(states().at(-1)).toBe("delivered");
    expect(home.gateway.mailbox.list(NODE)).toEqual([]);
  });

  test("what it does not confirm is sent again, and one confirmation ends it", async () => {
    add({ decoder: { format: "esp-now" } });
    const first = heardNext();
    home.gateway.set(home.known, { power: true });
    await first;
    const again = await heardNext();
    expect(again).toBe(await first);
    await home.pass(5);
    await say(ackOf(again));
    await say(ackOf(again));
    expect(states()).toEqual(["queued", "sent", "acked", "sent", "acked", "delivered"]);
    await home.pass(MINUTE);
    expect(states()).toHaveLength(6);
  });

  test("what it never confirms expires, and says that the radio had it", async () => {
    add({ decoder: { format: "esp-now" } });
    home.gateway.set(home.known, { power: true });
    await home.pass(MINUTE);
    expect(states()[2]).toBe("acked");
    expect(commands().at(-1)).toMatchObject({ state: "expired", reason: "its program did not confirm it" });
  });

  test("a confirmation of something else, and one of nothing, change nothing", async () => {
    add({ decoder: { format: "esp-now" } });
    await say(ackOf("00000000"));
    home.gateway.set(home.known, { power: true });
    await say(ackOf("00000000"));
    expect(states()).toEqual(["queued", "sent", "acked"]);
  });
});

test("a command whose time is over while it is on its way has one end", async () => {
  await home.nodeRadio[Symbol.asyncDispose]();
  add({ decoder: { format: "json" } });
  home.gateway.send(home.known, Uint8Array.of(1), { expiresInMs: 1 });
  await home.pass(MINUTE);
  expect(states()).toEqual(["queued", "sent", "expired"]);
});

describe("ESPHome", () => {
  const settings = { decoder: { format: "esphome", key: "correct horse", name: "hub" } } as const;
  const decoder = createDecoder(settings.decoder);
  const PING = "4850076b69746368656e11223344";

  test("a node that asks whether it was heard is answered, and messages to it have its key from then on", async () => {
    add(settings);
    expect(await heardNext()).toMatch(/^485003687562/); // it was never heard: it is asked whether it is there
    const answer = heardNext();
    await say(PING);
    const context = { source: GATEWAY, target: NODE, time: home.gateway.now(), challenge: "11223344" };
    const expected = (values: object, id: number) =>
      toHex(decoder.encode?.({ ...values }, { ...context, id }) as Uint8Array);
    const first = Math.floor(context.time / 1000) + 2;
    expect(await answer).toBe(expected({}, first));
    const command = heardNext();
    home.gateway.set(home.known, { setpoint: 21 });
    expect(await command).toBe(expected({ setpoint: 21 }, first + 1));
  });

  test("one that nobody has accepted is not answered", async () => {
    await say(PING);
    await home.pass(MINUTE);
    expect(home.known.decoder?.format).toBe("esphome");
    expect(home.node.any()).toBe(false);
  });

  test("one that is silent is asked, and is there while its radio answers", async () => {
    add({ ...settings, timeoutMs: MINUTE });
    const told = () => home.published(`espnow/${NAME}/availability`).map((one) => (one as { state: string }).state);
    await say(PING);
    await home.pass(10 * MINUTE);
    expect(told().at(-1)).toBe("online");
    const before = told().length;
    const wlan = new WLAN(WLAN.IF_STA, home.nodeRadio);
    wlan.active(false);
    await home.pass(10 * MINUTE);
    expect(told().slice(before)).toEqual(["offline"]);
    wlan.active(true);
    await home.pass(10 * MINUTE);
    expect(told().slice(before)).toEqual(["offline", "online"]);
  });

  test("one that sleeps, and one that is not accepted, are never asked", async () => {
    add({ ...settings, timeoutMs: MINUTE, isSleepy: true });
    await say(PING);
    await home.node.arecv(); // the answer
    await home.pass(10 * MINUTE);
    expect(home.node.any()).toBe(false);
    expect(home.known.isOnline).toBe(false);
  });
});

test("acknowledgements of commands are no intervals of the node: it is not offline because of them", async () => {
  add({ decoder: { format: "json" } });
  for (let i = 0; i < 3; i++) {
    await say("7b7d");
    await home.pass(10 * MINUTE);
  }
  await say("7b7d");
  for (let i = 0; i < 6; i++) {
    home.gateway.set(home.known, { on: i });
    await home.pass(5000);
  }
  await home.pass(9 * MINUTE);
  expect(home.known.isOnline).toBe(true);
});

describe("numbers of messages", () => {
  const bthome = (id: number) => `4000${id.toString(16).padStart(2, "0")}0105`;
  const json = (seq: number) => toHex(new TextEncoder().encode(JSON.stringify({ seq })));
  const rolling = (start: number, number: number) => `5345016105${word(number)}${word(start)}000000`;
  const word = (number: number) => toHex(Uint8Array.from([0, 8, 16, 24], (shift) => number >>> shift));
  const COUNTED = { format: "json", sequence: "seq" } as const;
  const LAYOUT = { format: "struct", layout: "<H", fields: [{ key: "n" }], sequence: "n" } as const;
  const numbers = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

  test.each([
    ["none", { format: "bthome" }, numbers(250, 20).map((id) => bthome(id % 256)), 0],
    [
      "some, at the end of the numbers too",
      { format: "bthome" },
      [3, 4, 7, 120, 240, 254, 2, 3].map(bthome),
      2 + 112 + 119 + 13 + 3,
    ],
    ["none where the node has started again", { format: "bthome" }, [90, 91, 0, 1, 2].map(bthome), 0],
    ["some after a start", { format: "bthome" }, [90, 91, 0, 1, 4].map(bthome), 2],
    ["copies are none", COUNTED, [1, 1, 2, 2, 2, 3, 5].map(json), 1],
    ["a counter that begins again early", COUNTED, [253, 255, 0, 1].map(json), 1],
    ["numbers at random", COUNTED, [7e8, 3e9, 12, 4e9].map(json), 0],
    ["a field of a record", LAYOUT, ["feff", "ffff", "0000", "0300"], 2],
    ["a rolling code", { format: "esphome" }, [rolling(1, 5), rolling(1, 8), rolling(2, 0), rolling(2, 2)], 3],
    ["a remote", { format: "wiz" }, ["07", "09"].map((n) => `91${n}00000020010164aabbccdd`), 1],
    ["a node that numbers nothing", { format: "json" }, [json(1), json(9)], undefined],
  ] as const)("tell what was lost: %s", async (_, decoder, messages, lost) => {
    add({ decoder });
    for (const message of messages) await say(message);
    expect(home.known.problem).toBeUndefined();
    expect(home.known.counters.lost).toBe(lost ?? 0);
    expect(home.known.counters.numbered > 0).toBe(lost !== undefined);
  });

  test("are counted as frames are lost on the air, and told in the list of nodes", async () => {
    add({ decoder: COUNTED });
    let heard = 0;
    home.gateway.observe(({ kind }) => {
      if (kind === "uplink") heard++;
    });
    for (let i = 0; i < 300; i++) {
      home.nodeRadio.phy.setLink(home.radio.phy, { delivery: i > 0 && i < 299 ? 0.7 : 1 });
      await home.node.asend(BROADCAST, JSON.stringify({ seq: i }));
    }
    await home.pass(5);
    expect(heard).toBeLessThan(270);
    expect(home.known.counters).toMatchObject({ numbered: heard, lost: 300 - heard });
    home.broker.publish({ topic: "espnow/bridge/request/nodes", payload: "{}" });
    await home.pass(5);
    expect(home.published("espnow/bridge/response/nodes").at(-1)).toMatchObject({
      data: { nodes: [{ counters: { numbered: heard, lost: 300 - heard } }] },
    });
    expect(metricsText(home.gateway, undefined)).toContain(`espnow_node_lost_total{node="${NAME}"} ${300 - heard}\n`);
  });

  test("have to be whole numbers without a sign in a record", () => {
    expect(() => createDecoder({ ...LAYOUT, layout: "<f" })).toThrow(
      "sequence must be the key of a field of the kinds",
    );
    expect(() => createDecoder({ ...LAYOUT, sequence: "m" })).toThrow('not "m"');
  });
});
