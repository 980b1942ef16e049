import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { encodeNoticeFrame, NoticeType } from "#lib/board.ts";
import { HELLO } from "../doubles/firmware.ts";
import { hasSocat } from "./board-server.ts";

const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));
/** All that use a board, by what is said before its port. */
const COMMANDS: readonly (readonly string[])[] = [
  ["board", "info"],
  ["board", "repl"],
  ["listen", "--radio"],
  ["board", "install-agent"],
  ["board", "remove-agent"],
  ["send", "broadcast", "hello", "--radio"],
];

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function start(command: readonly string[], port: string): ChildProcess {
  const child = spawn(process.execPath, [ESPNOW, ...command, `board:${port}`], { stdio: ["pipe", "ignore", "ignore"] });
  cleanUps.push(() => child.kill("SIGKILL"));
  return child;
}

/** The processes that this one has started and that live. One that has ended may wait for its parent to notice. */
function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => parentOf(child) === pid);
}

function parentOf(pid: number): number | undefined {
  try {
    const [, parent] = /\) [^Z] (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return parent === undefined ? undefined : Number(parent);
  } catch {
    return undefined; // it has ended
  }
}

/** How long a process lives after the signal, in ms; and that it leaves no other behind. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
  const children = childrenOf(child.pid as number);
  const start = performance.now();
  child.kill(signal);
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  const ms = performance.now() - start;
  for (const one of children) await expect.poll(() => parentOf(one), { timeout: 2000 }).toBeUndefined();
  return ms;
}

/** A TCP server that does this to its clients; and a way to wait for so many. */
async function server(serve: (socket: Socket) => void) {
  const clients: Socket[] = [];
  const listening = createServer((socket) => {
    clients.push(socket);
    socket.on("error", () => undefined);
    serve(socket);
  });
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  cleanUps.push(() => {
    listening.close();
    for (const client of clients) client.destroy();
  });
  return { port: `tcp://127.0.0.1:${(listening.address() as AddressInfo).port}`, clients };
}

/** What an agent says when it is asked who it is. */
const HELLO_FRAME = encodeNoticeFrame({
  type: NoticeType.hello,
  sequence: 1,
  events: 0,
  payload: HELLO,
});
const FLOOD = Buffer.alloc(65_536, "all work and no play\r\n");

function flood(socket: Socket): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(FLOOD));
  };
  socket.on("drain", more);
  more();
}

/** A pseudo-terminal that says what the socat address has, and takes nothing. */
async function terminal(address: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "board-signals-"));
  const path = join(folder, "tty");
  const socat = spawn("socat", ["-u", address, `PTY,link=${path},raw,echo=0`], { stdio: "ignore" });
  cleanUps.push(() => {
    socat.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  while (!existsSync(path)) await new Promise((resolve) => setImmediate(resolve));
  return path;
}

describe("one SIGTERM ends all commands on a board within two seconds, and leaves no process", () => {
  test.each<[string, (socket: Socket) => void]>([
    ["that says nothing, and takes nothing", (socket) => socket.pause()],
    ["that floods", flood],
    ["that says hello, and then nothing", (socket) => void socket.write(HELLO_FRAME)],
    [
      "that says hello, and then floods",
      (socket) => {
        socket.write(HELLO_FRAME);
        flood(socket);
      },
    ],
  ])("behind TCP, %s", async (_title, serve) => {
    const { port, clients } = await server(serve);
    const children = COMMANDS.map((command) => start(command, port));
    await expect.poll(() => clients.length, { timeout: 30_000 }).toBe(COMMANDS.length);
    for (const ms of await Promise.all(children.map((child) => end(child, "SIGTERM")))) expect(ms).toBeLessThan(2000);
  });

  describe.skipIf(!hasSocat)("at a serial port (needs socat)", () => {
    const says = [
      ["that says nothing, and takes nothing", "EXEC:sleep 1000"],
      ["that floods", "EXEC:yes"],
    ] as const;
    const cases = says.flatMap(([title, address]) =>
      COMMANDS.slice(0, 3).map((command) => ({ title, address, command })),
    );

    test.each(cases)("$title: $command.0 $command.1", async ({ address, command }) => {
      const child = start(command, await terminal(address));
      await expect.poll(() => childrenOf(child.pid as number).length, { timeout: 30_000 }).toBe(1);
      expect(await end(child, "SIGTERM")).toBeLessThan(2000);
    });

    test.each(says)("and kill -9 leaves none, %s", async (_title, address) => {
      const child = start(["board", "repl"], await terminal(address));
      await expect.poll(() => childrenOf(child.pid as number).length, { timeout: 30_000 }).toBe(1);
      await end(child, "SIGKILL");
    });
  });
});
