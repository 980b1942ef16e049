import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BoardOpening } from "#lib/board.ts";
import { threadLine } from "#lib/radio/board/line/thread-line.ts";
import { Air } from "#lib/sim.ts";
import { describeRadio, PLAIN, pattern, send } from "#lib/testing/radio-suite.ts";
import { systemClock } from "#lib/util/system-clock.ts";
import { SimulatedBoard } from "../doubles/simulated-board.ts";
import { BoardServer, hasSocat, SerialCable } from "./board-server.ts";

const EXAMPLE = new URL("../../examples/dist/heartbeat-and-echo.js", import.meta.url);

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A board on an air in real time, behind a socket. */
async function boardOnAir(): Promise<{ air: Air; board: SimulatedBoard; server: BoardServer }> {
  const air = new Air({ seed: 1, clock: systemClock });
  const board = new SimulatedBoard(air.radio());
  const server = await new BoardServer(board).start();
  cleanUps.push(
    () => air[Symbol.asyncDispose](),
    () => board.stop(),
    () => server.stop(),
  );
  return { air, board, server };
}

/** A program of its own, with the built library and a board as its radio: it prints lines. */
function program(server: BoardServer, source: string) {
  const url = JSON.stringify(server.url);
  const code = `
    import { ESPNow, WLAN, openRadioSync } from "aioespnow";
    const radio = openRadioSync(${url});
    new WLAN(WLAN.IF_STA, radio).active(true);
    const e = new ESPNow(radio);
    e.active(true);
    ${source}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: new URL("../../examples/", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 30_000,
  });
  cleanUps.push(() => child.kill("SIGKILL"));
  return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
}

const next = async (lines: AsyncIterator<string>): Promise<string> => (await lines.next()).value;

describe.skipIf(!hasSocat)("a serial port (needs socat)", () => {
  describe("with one board for all", () => {
    let [air, board, server, cable]: Partial<[Air, SimulatedBoard, BoardServer, SerialCable]> = [];

    beforeAll(async () => {
      air = new Air({ seed: 1, clock: systemClock });
      board = new SimulatedBoard(air.radio());
      server = await new BoardServer(board).start();
      cable = await new SerialCable(server).plugged();
    });

    afterAll(async () => {
      await cable?.unplug();
      await server?.stop();
      await board?.stop();
      await air?.[Symbol.asyncDispose]();
    });

    describeRadio("a board at a serial port", {
      reportsAck: true,
      open: async () => {
        const { path } = cable as SerialCable;
        const a = await new BoardOpening(threadLine(path, { path, baud: 115_200 })).ready();
        const b = (air as Air).radio();
        const close = async (): Promise<void> => {
          await a[Symbol.asyncDispose]();
          await b[Symbol.asyncDispose]();
        };
        return { a, b, close };
      },
    });
  });

  test("that is unplugged says so", async () => {
    const { server } = await boardOnAir();
    const cable = await new SerialCable(server).plugged();
    const line = threadLine(cable.path, { path: cable.path, baud: 115_200 });
    const radio = await new BoardOpening(line, { reconnect: false }).ready();
    const release = systemClock.keepAlive();
    const closed = new Promise((resolve) => {
      radio.onState = resolve;
    });
    await cable.unplug();
    expect(await closed).toEqual({ state: "closed" });
    release();
  });

  test("that another program uses, and one that is not there, are named as such", async () => {
    const { server } = await boardOnAir();
    const cable = await new SerialCable(server).plugged();
    cleanUps.push(() => cable.unplug());
    const address = { path: cable.path, baud: 115_200 };
    const radio = await new BoardOpening(threadLine(cable.path, address)).ready();
    await expect(new BoardOpening(threadLine(cable.path, address)).ready()).rejects.toMatchObject({
      code: "ERR_RADIO_DOWN",
      message: expect.stringContaining("another program uses it"),
    });
    await radio[Symbol.asyncDispose]();
    const nowhere = { path: "/dev/ttyUSB99", baud: 115_200 };
    await expect(new BoardOpening(threadLine("/dev/ttyUSB99", nowhere)).ready()).rejects.toMatchObject({
      code: "ERR_RADIO_DOWN",
      message: expect.stringContaining("/dev/ttyUSB99: there is no such port"),
    });
  });
});

describe("a program with a board", () => {
  test("is the document's example, and talks with a TypeScript node on the board's air", async () => {
    const { air, board, server } = await boardOnAir();
    const other = air.radio();
    other.setInterfaceActive(0, true);
    other.start();
    const code = `
      import { openRadio } from "aioespnow";
      import { main } from ${JSON.stringify(EXAMPLE.href)};
      const radio = await openRadio(${JSON.stringify(server.url)});
      await main({ radio, peer: ${JSON.stringify(other.address(0))}, timeout: 2, period: 1 });
      await radio[Symbol.asyncDispose]();`;
    const heard: string[] = [];
    other.onMessage = ({ data }) => void heard.push(new TextDecoder().decode(data));
    const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
      cwd: new URL("../../examples/", import.meta.url),
      stdio: ["ignore", "pipe", "inherit"],
      timeout: 30_000,
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    expect(await next(lines)).toBe(`Heartbeat: ping ${other.address(0)}`);
    other.peers.add(board.radio.address(0), PLAIN);
    expect(await send(other, board.radio.address(0), new TextEncoder().encode("hello"))).toMatchObject({
      status: "acked",
    });
    const rest = [await next(lines), await next(lines)].sort();
    expect(rest).toEqual(["Echo: hello", `Heartbeat: ping ${other.address(0)}`]);
    const [exitCode] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
    expect(exitCode).toBe(0);
    expect(heard).toContain("hello");
    await board.atPrompt();
  });

  test("blocks in recv and send, and hears of the board meanwhile", async () => {
    const { air, board, server } = await boardOnAir();
    const other = air.radio();
    other.setInterfaceActive(0, true);
    other.start();
    const mac = JSON.stringify(other.address(0));
    const { lines, child } = program(
      server,
      `e.addPeer(${mac});
       console.log(e.send(${mac}, "hello"));
       for (let i = 0; i < 3; i++) {
         const [mac, msg] = e.recv();
         console.log(mac, new TextDecoder().decode(msg));
       }
       process.exit();`,
    );
    expect(await next(lines)).toBe("true");
    other.peers.add(board.radio.address(0), PLAIN);
    for (const word of ["one", "two", "three"]) {
      await send(other, board.radio.address(0), new TextEncoder().encode(word));
      expect(await next(lines)).toBe(`${other.address(0)} ${word}`);
    }
    if (child.exitCode === null) await once(child, "exit");
  });

  test("that computes for 4 s keeps its board, and loses no message", async () => {
    const { air, board, server } = await boardOnAir();
    const other = air.radio();
    other.setInterfaceActive(0, true);
    other.start();
    const { lines } = program(
      server,
      `e.addPeer(${JSON.stringify(other.address(0))});
       e.send(${JSON.stringify(other.address(0))}, "x");
       console.log("computing");
       for (const start = Date.now(); Date.now() - start < 4000;);
       console.log("done");
       console.log(e.recv(1000)[1]?.length);`,
    );
    expect(await next(lines)).toBe("computing");
    other.peers.add(board.radio.address(0), PLAIN);
    expect(await send(other, board.radio.address(0), pattern(50))).toMatchObject({ status: "acked" });
    expect(await next(lines)).toBe("done");
    expect(await next(lines)).toBe("50");
  });

  test("that is killed leaves a board that is back at its REPL", async () => {
    const { board, server } = await boardOnAir();
    const { child, lines } = program(server, `console.log("here"); e.recv();`);
    expect(await next(lines)).toBe("here");
    child.kill("SIGKILL");
    await once(child, "exit");
    await board.atPrompt();
    expect(board.printed).toContain("nothing was heard of the computer");
  });

  test("finds its board again when the cable is plugged in again, while it blocks in recv", async () => {
    const { air, board, server } = await boardOnAir();
    const other = air.radio();
    other.setInterfaceActive(0, true);
    other.start();
    const { lines } = program(server, `console.log("here"); console.log(e.recv()[1]?.length);`);
    expect(await next(lines)).toBe("here");
    await expect.poll(() => board.radio.isInterfaceActive(0)).toBe(true);
    await server.stop();
    await board.reset();
    await server.start();
    const release = systemClock.keepAlive();
    await expect.poll(() => board.radio.isInterfaceActive(0), { timeout: 10_000 }).toBe(true);
    other.peers.add(board.radio.address(0), PLAIN);
    // A board acknowledges before its ESP-NOW is on.
    const heard = async (): Promise<number> => {
      await send(other, board.radio.address(0), pattern(12));
      return board.radio.counters.received;
    };
    await expect.poll(heard, { timeout: 10_000 }).toBeGreaterThan(0);
    release();
    expect(await next(lines)).toBe("12");
  });
});
