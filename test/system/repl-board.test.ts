import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AirOpening } from "#lib/open/air-radio.ts";
import { openRadio } from "#lib/open/open.ts";
import { joinAir } from "#lib/phy/shared-air/joined-air.ts";
import { describeEspNow } from "#lib/testing/espnow-suite.ts";
import type { RadioPair } from "#lib/testing/radio-suite.ts";
import { ownAirs, WORKER } from "./shared-air.ts";

ownAirs();

const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));
const AIR = "air:repl-board";

interface Line {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
}

const children: ChildProcess[] = [];

function command(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [ESPNOW, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  return child;
}

function espnow(...args: readonly string[]): Line {
  const child = command(args);
  return { child, lines: createInterface(child.stdout as Readable)[Symbol.asyncIterator]() };
}

const next = async ({ lines }: Line): Promise<string> => (await lines.next()).value;

/** How a command ends, and what it says. */
async function result(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = command(args);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    once(child, "exit"),
  ]);
  return { code, stdout, stderr };
}

let repl: Line;
/** Of the board at its REPL. */
let radio: string;
let address: string;

beforeAll(async () => {
  repl = espnow("repl", "--radio", AIR, "--listen", "127.0.0.1:0", "--json");
  const hello = JSON.parse(await next(repl));
  radio = `board:tcp://${hello.listening}`;
  address = hello.address;
});

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** The board as `a`, and another station of the air that all processes share. */
async function open(): Promise<RadioPair> {
  const opening = new AirOpening(joinAir("repl-board", WORKER), { profile: "esp32" });
  const [a, b] = await Promise.all([openRadio(radio), opening.ready()]);
  b.setInterfaceActive(0, true);
  // The host of the air knows it then: what the board sends must not come before.
  await new Promise<void>((resolve) => b.whenElapsed?.(0, resolve));
  const close = async (): Promise<void> => {
    await a[Symbol.asyncDispose]();
    await b[Symbol.asyncDispose]();
  };
  return { a, b, close };
}

describeEspNow("a board that espnow repl has", { reportsAck: true, runsWhileBlocked: true, open });

describe("the commands with a board that espnow repl has", () => {
  test("send is acknowledged, and listen prints what comes", async () => {
    const listening = espnow("listen", "--radio", radio, "--count", "2");
    await once(listening.child.stderr as Readable, "data"); // "listening as ..."
    for (const word of ["one", "two"]) {
      expect(await result("send", address, word, "--radio", AIR)).toMatchObject({ code: 0 });
      expect(await next(listening)).toMatch(new RegExp(` > \\? .*  ${word}$`));
    }
    if (listening.child.exitCode === null) await once(listening.child, "exit");
    expect(listening.child.exitCode).toBe(0);
  });

  test("ping is answered by a station of its air, as echo is by one that pings it", async () => {
    const echo = espnow("echo", "--radio", `${AIR}?mac=02:00:00:00:0e:c0`, "--count", "1");
    await once(echo.child.stderr as Readable, "data");
    const ping = await result("ping", "02:00:00:00:0e:c0", "--count", "1", "--radio", radio);
    expect(ping.stdout).toContain("1 sent, 1 acknowledged");
    expect(ping.code).toBe(0);
    if (echo.child.exitCode === null) await once(echo.child, "exit");
  });

  test("board info says what it is, and leaves it at its REPL", async () => {
    const { code, stdout } = await result("board", "info", radio);
    expect(stdout).toMatch(new RegExp(`^MicroPython 1.27.0 on .*\nstation ${address}, `));
    expect(code).toBe(0);
  });
});
