import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BROADCAST } from "#lib/codec/mac-address.ts";
import type { Phy, PhyState } from "#lib/phy/phy.ts";
import { AirHost } from "#lib/phy/shared-air/air-host.ts";
import { encodeNotice } from "#lib/phy/shared-air/air-protocol.ts";
import { SocketPlace } from "#lib/phy/shared-air/meeting-place.ts";
import { frameMessage } from "#lib/phy/shared-air/message-splitter.ts";
import { A, AT_1M, actionFrame, B, markOf } from "#lib/testing/action-frame.ts";
import { SystemClock } from "#lib/util/system-clock.ts";
import { joined, type Program, startProgram, transmit } from "./air-program.ts";

let directory: string;
let clock: SystemClock;
let programs: Program[];
let servers: Server[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "member-"));
  clock = new SystemClock();
  programs = [];
  servers = [];
});

afterEach(() => {
  for (const { member } of programs) member.close();
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true, force: true });
});

function start(): Program {
  const program = startProgram(new SocketPlace("x", directory), clock);
  programs.push(program);
  return program;
}

/** Sends until the peer acknowledges: where hosts change, frames are lost. */
async function reach(phy: Phy, mark: number): Promise<void> {
  while ((await transmit(phy, actionFrame(B, mark))).status !== "acked");
}

/** The next state of a phy. */
function nextState(phy: Phy): Promise<PhyState> {
  return new Promise((resolve) => {
    phy.onState = resolve;
  });
}

const hosts = (): Program[] => programs.filter(({ member }) => member.isHost);

/** A host of another kind, under this number. */
async function hostElsewhere(number: number, onConnect: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer(onConnect).listen(join(directory, `x.${number}.sock`));
  servers.push(server);
  await once(server, "listening");
  return server;
}

/** The wait for a time of the air's clock has an end. */
const whenElapsed = (phy: Phy, ms: number): Promise<void> => new Promise((resolve) => phy.whenElapsed?.(ms, resolve));

describe("the processes of a shared air", () => {
  test("agree on one host when they start at once, and all hear each other", async () => {
    for (let i = 0; i < 12; i++) start();
    await Promise.all(programs.map(joined));
    expect(hosts()).toHaveLength(1);
    const phys = programs.map(({ link }) => link.phy("host"));
    const heard = phys.map((phy, i) => {
      phy.setAckAddresses([`02:00:00:00:00:${10 + i}` as typeof A]);
      return new Promise<void>((resolve) => {
        const marks = new Set<unknown>([i]);
        phy.onFrame = ({ bytes }) => void (marks.add(markOf(bytes)).size === phys.length && resolve());
      });
    });
    let allHeard = false;
    const all = Promise.all(heard).then(() => {
      allHeard = true;
    });
    // One after the other, or they collide; again, for those who came on the air after the first ones had sent.
    while (!allHeard) for (const [i, phy] of phys.entries()) await transmit(phy, actionFrame(BROADCAST, i));
    await all;
  });

  test("go on with another host when theirs leaves, with the addresses and the channel that they had", async () => {
    const [first, second, third] = [start(), start(), start()];
    await Promise.all(programs.map(joined));
    const host = hosts()[0] as Program;
    const [sender, receiver] = [first, second, third].filter((program) => program !== host) as [Program, Program];
    const [a, b] = [sender.link.phy("host"), receiver.link.phy("esp32")];
    const marks: unknown[] = [];
    b.onFrame = ({ bytes, channel }) => void marks.push([markOf(bytes), channel]);
    for (const phy of [a, b]) phy.setChannel(11);
    a.setAckAddresses([A]);
    b.setAckAddresses([B]);
    b.setTxPower(10);
    await reach(a, 1);
    host.member.close();
    await reach(a, 2);
    expect(hosts()).toHaveLength(1);
    expect(marks).toEqual([
      [1, 11],
      [2, 11],
    ]);
  });

  test("lose what is on its way when a host leaves: each frame has one result, as if nobody had heard it", async () => {
    const [first, second] = [start(), start()];
    await Promise.all(programs.map(joined));
    const host = hosts()[0] as Program;
    const other = host === first ? second : first;
    const a = other.link.phy("esp32");
    a.setAckAddresses([A]);
    await transmit(a, actionFrame(BROADCAST, 1));
    const results: string[] = [];
    const done = new Promise<void>((resolve) => {
      for (const to of [B, BROADCAST, B]) {
        a.transmit(actionFrame(to, 2), AT_1M, ({ status }) => void (results.push(status) === 3 && resolve()));
      }
    });
    const elapsed = whenElapsed(a, 60_000);
    host.member.close();
    await Promise.all([done, elapsed]);
    expect(results.toSorted()).toEqual(["no-ack", "no-ack", "sent"]);
    await transmit(a, actionFrame(BROADCAST, 3));
    expect(results).toHaveLength(3);
  });

  test("follow a host that was killed: its socket is there and nobody listens", async () => {
    const killed = await hostElsewhere(3, () => undefined);
    renameSync(join(directory, "x.3.sock"), join(directory, "kept"));
    killed.close();
    await once(killed, "close");
    renameSync(join(directory, "kept"), join(directory, "x.3.sock"));
    const program = start();
    await joined(program);
    expect(program.member.isHost).toBe(true);
    expect(readdirSync(directory)).toEqual(["x.4.sock"]);
  });

  test("follow a host that is there and says nothing: it was stopped", async () => {
    await hostElsewhere(1, () => undefined);
    const program = start();
    await joined(program);
    expect(program.member.isHost).toBe(true);
  });

  test("keep to the newer one of two hosts, which a race could leave", async () => {
    const program = start();
    await joined(program);
    const a = program.link.phy("host");
    const newer = new AirHost({ clock, seed: 1 });
    const arrival = new Promise<void>((resolve) => {
      void hostElsewhere(99, (socket) => {
        newer.accept(socket);
        resolve();
      });
    });
    await arrival;
    expect(program.member.isHost).toBe(false);
    expect((await transmit(a, actionFrame(BROADCAST, 1))).status).toBe("sent");
    newer.close();
  });

  test("leave no socket behind when the last one leaves", async () => {
    const program = start();
    await joined(program);
    const phy = program.link.phy("host");
    await phy[Symbol.asyncDispose]();
    expect(program.link.closed).toBe(true);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("a process that finds no air", () => {
  test("is down, its frames fail, and it is up when the reason is gone", async () => {
    chmodSync(directory, 0o755);
    const program = start();
    const phy = program.link.phy("host");
    const early = transmit(phy, actionFrame(BROADCAST, 1));
    expect(await nextState(phy)).toMatchObject({ state: "down", reason: expect.stringContaining("mode 0700") });
    expect(await early).toMatchObject({ status: "failed", error: { code: "ERR_RADIO_DOWN" } });
    expect(await transmit(phy, actionFrame(BROADCAST, 2))).toMatchObject({ status: "failed" });
    await whenElapsed(phy, 60_000);
    expect(program.link.settled).toBe(true);
    chmodSync(directory, 0o700);
    expect(await nextState(phy)).toEqual({ state: "up" });
    expect(await transmit(phy, actionFrame(BROADCAST, 3))).toEqual({ status: "sent" });
  });

  test("says why its host refuses it", async () => {
    await hostElsewhere(1, (socket) => {
      socket.end(frameMessage(encodeNotice({ type: "refusal", reason: "the air has too many members" })));
    });
    const program = start();
    await joined(program);
    expect(program.link.down).toMatchObject({ code: "ERR_RADIO_DOWN", message: expect.stringContaining("too many") });
  });

  test.each([
    ["a message that is none", Uint8Array.of(0, 1, 0x99), "the unknown type 153"],
    ["a length that is too long", Uint8Array.of(0xff, 0xff), "a message of 65535 bytes"],
  ])("says what is wrong with a host that sends %s", async (_, bytes, reason) => {
    await hostElsewhere(1, (socket) => {
      socket.on("error", () => undefined);
      socket.end(bytes);
    });
    const program = start();
    await joined(program);
    expect(program.link.down?.message).toContain(reason);
  });
});

describe("a station of a shared air", () => {
  test("says that it is busy when its queue is full, and frames that wait for the first host go out", async () => {
    const phy = start().link.phy("esp32");
    const results = await Promise.all(Array.from({ length: 33 }, (_, i) => transmit(phy, actionFrame(BROADCAST, i))));
    expect(results.map(({ status }) => status)).toEqual([...Array.from({ length: 32 }, () => "sent"), "busy"]);
  });

  test("refuses a rate and a power that are none", () => {
    const phy = start().link.phy("host");
    expect(() => phy.transmit(actionFrame(B, 1), { rate: 99, noAck: false }, () => undefined)).toThrow(RangeError);
    expect(() => phy.transmit("x" as never, AT_1M, () => undefined)).toThrow(TypeError);
    expect(() => phy.setTxPower(Number.NaN)).toThrow(RangeError);
  });
});

test("a directory whose path is too long for a socket is refused with a message", () => {
  expect(() => new SocketPlace("x", `/${"d".repeat(100)}`)).toThrow("ENOTSUP: the path of a socket may have 103 bytes");
});
