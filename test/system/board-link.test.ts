import { Duplex } from "node:stream";
import { openBoard } from "espnow-micropython";
import { describe, expect, test } from "vitest";
import { AGENT, BoardOpening, type BoardOptions, connectBoard, duplexLine } from "#lib/board.ts";
import type { MacAddress } from "#lib/codec/mac-address.ts";
import { AIOESPNow } from "#lib/espnow/aioespnow.ts";
import { WLAN } from "#lib/espnow/wlan.ts";
import { RequestType } from "#lib/radio/board/board-protocol.ts";
import type { BoardRadio } from "#lib/radio/board/board-radio.ts";
import { Air, type SimRadio } from "#lib/sim.ts";
import { nextMessage, PLAIN, pattern, send } from "#lib/testing/radio-suite.ts";
import { SeededRandom } from "#lib/util/rng.ts";
import { systemClock } from "#lib/util/system-clock.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";
import { type LineFault, TestLine } from "../doubles/board-line.ts";
import { SimulatedBoard } from "../doubles/simulated-board.ts";

const ABSENT = "02:00:00:00:0a:0b" as MacAddress;

interface Bench {
  readonly air: Air;
  readonly board: SimulatedBoard;
  readonly line: TestLine;
  readonly radio: BoardRadio;
  readonly other: SimRadio;
}

/** A board that was connected, and another station of its air; both are on. */
async function bench(
  run: (bench: Bench) => Promise<void>,
  options: BoardOptions & { readonly fault?: LineFault } = {},
): Promise<void> {
  const air = new Air({ seed: 1, clock: new VirtualClock() });
  const board = new SimulatedBoard(air.radio());
  const line = new TestLine(board, air.clock, options);
  const radio = await connectBoard(line, { clock: air.clock, ...options });
  const other = air.radio();
  for (const one of [radio, other]) {
    one.setInterfaceActive(0, true);
    one.start();
  }
  try {
    await run({ air, board, line, radio, other });
  } finally {
    await radio[Symbol.asyncDispose]();
    await board.stop();
    await air[Symbol.asyncDispose]();
  }
}

/** Resolves when the radio says that it is in this state. */
function stateOf(radio: BoardRadio, wanted: string): Promise<unknown> {
  const release = radio.clock.keepAlive();
  return new Promise((resolve) => {
    radio.onState = (state) => {
      if (state.state !== wanted) return;
      release();
      radio.clock.delivered();
      resolve(state);
    };
  });
}

/** A line on which a board hears one thing in place of another. */
function hearing(said: string, heard: string): LineFault {
  return (bytes, direction) => [direction === "up" ? replaced(bytes, said, heard) : bytes];
}

/** A line on which the computer does. */
function saying(said: string, heard: string): LineFault {
  return (bytes, direction) => [direction === "down" ? replaced(bytes, said, heard) : bytes];
}

function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll(from, to), "latin1");
}

/** Resolves when everything that the board was told before was answered. */
function settled(radio: BoardRadio): Promise<unknown> {
  return radio.stats();
}

describe("connecting a board", () => {
  test("tells what the board is", () =>
    bench(async ({ radio, board }) => {
      expect(radio.identity).toEqual({
        firmware: "MicroPython 1.27.0",
        platform: "esp32",
        machine: "Generic ESP32 module with ESP32",
      });
      expect(radio.address(0)).toBe(board.radio.address(0));
      expect(radio.capabilities).toMatchObject({ maxDataLength: 1470, rssi: true, frameDetails: false });
    }));

  test.each<[string, string]>([
    ["\x05B\x01", "is not offered"], // the answer of a board that has it not
    ["\x01", "is not known"], // raw REPLs before MicroPython 1.14 began anew
  ])("works where raw-paste (%j) %s", (heard) =>
    bench(
      async ({ radio, other }) => {
        radio.peers.add(other.address(0), PLAIN);
        expect(await send(radio, other.address(0), pattern(5))).toEqual({ status: "acked" });
      },
      { fault: hearing("\x05A\x01", heard) },
    ),
  );

  test("finds the agent of a program that was killed, and begins anew", () =>
    bench(
      async ({ air, line, radio }) => {
        const second = await connectBoard(line, { clock: air.clock });
        expect(second.identity).toBeUndefined();
        expect(second.address(0)).toBe(radio.address(0));
        await second[Symbol.asyncDispose]();
      },
      { reconnect: false },
    ));

  test("finds an agent that was installed as main.py, which waits for a computer and is left running", async () => {
    const air = new Air({ seed: 1, clock: new VirtualClock() });
    const board = new SimulatedBoard(air.radio(), `${AGENT}agent(True)`);
    const line = new TestLine(board, air.clock);
    for (let round = 0; round < 2; round++) {
      const radio = await connectBoard(line, { clock: air.clock });
      expect(radio.identity).toBeUndefined();
      expect(await radio.stats()).toMatchObject({ rxDropped: 0 });
      line.unplug(); // it is not told to leave
      await radio[Symbol.asyncDispose]();
      line.plugged = true;
    }
    await board.stop();
    await air[Symbol.asyncDispose]();
  });

  test("works over the stream of openBoard, in real time", async () => {
    await using air = new Air({ seed: 1, clock: systemClock });
    const board = await openBoard({ radio: air.radio() });
    const radio = await connectBoard(duplexLine("a simulated board", () => board));
    const other = air.radio();
    for (const one of [radio, other]) {
      one.setInterfaceActive(0, true);
      one.start();
    }
    radio.peers.add(other.address(0), PLAIN);
    const [heard, report] = await Promise.all([nextMessage(other), send(radio, other.address(0), pattern(1470))]);
    expect([heard.data, report.status]).toEqual([pattern(1470), "acked"]);
    await radio[Symbol.asyncDispose]();
    expect(board.destroyed).toBe(true);
  });

  test("is ENOTSUP for a program that blocks, where the line is not heard while the thread blocks", () => {
    const line = duplexLine("a stream", () => new Duplex({ read: () => undefined }));
    expect(() => new BoardOpening(line).readySync()).toThrow("is not heard while the thread blocks");
  });

  test("fails at once for a program that blocks, where the line cannot be opened", () => {
    const clock = new VirtualClock();
    const line = new TestLine({ hear: () => undefined, onOutput: () => undefined }, clock);
    line.unplug();
    expect(() => new BoardOpening(line, { clock }).readySync()).toThrow("there is no such port");
  });

  test("closing it returns the board to its REPL", () =>
    bench(async ({ radio, board }) => {
      await radio[Symbol.asyncDispose]();
      await board.atPrompt();
      expect(board.printed).toMatch(/it was told to leave.*>>> $/s);
    }));
});

describe("a board that cannot be connected", () => {
  /** What connecting fails with, and how long that took. */
  async function failure(fault: (bench: { line: TestLine; board: SimulatedBoard }) => LineFault, source = "") {
    const air = new Air({ seed: 1, clock: new VirtualClock() });
    const board = new SimulatedBoard(air.radio(), source);
    const line = new TestLine(board, air.clock);
    line.fault = fault({ line, board });
    const error = await connectBoard(line, { clock: air.clock }).catch((cause: unknown) => cause);
    const afterMs = air.clock.now();
    await board.stop();
    await air[Symbol.asyncDispose]();
    return { error, afterMs };
  }

  test.each<[string, string, string, LineFault]>([
    [
      "because it runs CircuitPython",
      "ENOTSUP",
      "line: the board must run MicroPython, not circuitpython 1.27.0",
      saying("micropython\t", "circuitpython\t"),
    ],
    [
      "because its MicroPython has no espnow",
      "ENOTSUP",
      "line: MicroPython 1.27.0 on this Generic ESP32 module with ESP32 has no espnow (ImportError: ",
      hearing("import espnow,", "import espn0w,"),
    ],
  ])("%s", async (_title, code, message, fault) => {
    const { error, afterMs } = await failure(() => fault);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(afterMs).toBeLessThan(10_000);
  });

  test("because its program ignores Ctrl-C: the error says what helps", async () => {
    const deaf = `
import micropython, time
micropython.kbd_intr(-1)
while True:
    print('temperature 21.5')
    time.sleep(1)`;
    const { error, afterMs } = await failure(() => (bytes) => [bytes], deaf);
    const message = String((error as Error).message);
    expect(message).toMatch(/^ERR_RADIO_PROTOCOL: line: what answers is not MicroPython's REPL: ".*temperature 21.5"/);
    expect(message).toContain("press the board's reset button while it is being connected");
    expect(message).toContain("esptool erase_flash");
    expect(afterMs).toBeLessThan(10_000);
  });

  test("because the line ends while the agent is sent", async () => {
    let sent = 0;
    const { error } = await failure(({ line }) => (bytes, direction) => {
      if (direction === "up") sent += bytes.length;
      if (sent > 2000) line.unplug();
      return [bytes];
    });
    expect(error).toMatchObject({ code: "ERR_RADIO_DOWN" });
  });

  test.each([
    [1, "is connected at the second attempt"],
    [2, "is named after the second attempt"],
  ])("or that is reset %i times while the agent is sent, %s", async (resets) => {
    let sent = 0;
    let done = 0;
    const { error, afterMs } = await failure(({ board }) => (bytes, direction) => {
      if (direction === "up") sent += bytes.length;
      if (sent >= 2000 * (done + 1) && done < resets) {
        done++;
        void board.reset();
      }
      return [bytes];
    });
    expect(done).toBe(resets);
    expect(afterMs).toBeLessThan(10_000);
    if (resets === 2) expect(error).toMatchObject({ message: expect.stringContaining("it was reset; try again") });
    else await (error as BoardRadio)[Symbol.asyncDispose]();
  });
});

describe("messages of a board", () => {
  test("carry what is known of them: the sender, the signal, encryption by its peer; neither destination nor rate", () =>
    bench(async ({ radio, other }) => {
      const encrypted = { ...PLAIN, encrypt: true, lmk: pattern(16) };
      other.peers.add(radio.address(0), encrypted);
      radio.peers.add(other.address(0), encrypted);
      await settled(radio);
      const [heard] = await Promise.all([nextMessage(radio), send(other, radio.address(0), pattern(7))]);
      expect(heard).toMatchObject({ source: other.address(0), destination: undefined, data: pattern(7) });
      expect(heard).toMatchObject({ encrypted: true, channel: 1, rate: undefined, rssi: expect.any(Number) });
    }));

  test("six hundred of them in a row all come, in order, though the host must tell the board that it reads", () =>
    bench(async ({ radio, other }) => {
      other.peers.add(radio.address(0), PLAIN);
      await settled(radio);
      const heard: number[] = [];
      radio.onMessage = ({ data }) => void heard.push(((data[0] as number) << 8) | (data[1] as number));
      for (let i = 0; i < 600; i++) await send(other, radio.address(0), Uint8Array.of(i >> 8, i & 0xff));
      await settled(radio);
      expect(heard).toEqual(Array.from({ length: 600 }, (_, i) => i));
      expect(radio.lineCounters).toMatchObject({ lost: 0, repeated: 0, malformed: 0 });
    }));
});

describe("a board that disagrees", () => {
  test("is heard by onState, and by the next send", () =>
    bench(async ({ radio, board, other }) => {
      await settled(radio);
      for (let i = 0; i < 20; i++) board.radio.peers.add(`02:00:00:00:01:${10 + i}` as MacAddress, PLAIN);
      const refused = stateOf(radio, "refused");
      radio.peers.add(other.address(0), PLAIN);
      expect(await refused).toMatchObject({ error: { code: "ESP_ERR_ESPNOW_FULL" } });
      expect(() => radio.send(other.address(0), pattern(1), () => undefined)).toThrow("ESP_ERR_ESPNOW_FULL");
      expect(await send(radio, other.address(0), pattern(1))).toMatchObject({
        status: "failed",
        error: { code: "ESP_ERR_ESPNOW_NOT_FOUND" },
      });
    }));
});

describe("a line with faults", () => {
  const random = new SeededRandom(7);
  const spoil =
    (share: number, spoilt: (byte: number) => readonly number[]): LineFault =>
    (bytes) => [Uint8Array.from([...bytes].flatMap((byte) => (random.float() < share ? spoilt(byte) : [byte])))];

  test("messages that it loses are counted, and the others come", () =>
    bench(async ({ radio, line, other }) => {
      other.peers.add(radio.address(0), PLAIN);
      await settled(radio);
      line.fault = spoil(0.001, () => []);
      let heard = 0;
      radio.onMessage = ({ data }) => {
        heard++;
        expect(data).toEqual(pattern(100));
      };
      for (let i = 0; i < 300; i++) await send(other, radio.address(0), pattern(100));
      line.fault = undefined;
      await settled(radio);
      expect(heard).toBeLessThan(300);
      expect(heard + radio.lineCounters.lost).toBe(300);
    }));
});

describe("a board that is lost", () => {
  test("what was on its way failed, sends are refused, and readers wait", () =>
    bench(async ({ air, radio, line, other }) => {
      const e = new AIOESPNow(radio);
      new WLAN(WLAN.IF_STA, radio).active(true);
      e.active(true);
      e.addPeer(other.address(0));
      const reading = e.arecv();
      const sent = e.asendReport(other.address(0), pattern(250));
      line.unplug();
      expect(await sent).toMatchObject({ status: "failed", error: { code: "ERR_RADIO_DOWN" } });
      await expect(e.asend(other.address(0), "x")).rejects.toMatchObject({ code: "ERR_RADIO_DOWN" });
      line.plugged = true;
      let woken = false;
      const read = reading.then(([, msg]) => {
        woken = true;
        return msg;
      });
      other.peers.add(radio.address(0), PLAIN);
      while (!woken) {
        await send(other, radio.address(0), pattern(3));
        await new Promise<void>((resolve) => air.clock.schedule(air.clock.now() + 100, resolve));
      }
      expect(await read).toEqual(pattern(3));
      expect(await e.asend(other.address(0), "again")).toBe(true);
    }));

  test("is told again of interfaces, channel, rate, power, keys and peers when it is back, within 3 s", () =>
    bench(async ({ air, radio, board, line, other }) => {
      const key = pattern(16);
      radio.channel = 6;
      radio.rate = 3;
      radio.txPower = 12;
      radio.setPmk(key);
      radio.peers.add(other.address(0), { ...PLAIN, encrypt: true, lmk: pattern(16), channel: 6 });
      radio.peers.add(ABSENT, PLAIN);
      await settled(radio);
      const told = (): string[] => line.requests.map(({ type, payload }) => `${type}: ${[...payload]}`);
      const lost = stateOf(radio, "down");
      line.unplug();
      await lost;
      await board.reset();
      line.requests.length = 0;
      line.plugged = true;
      const before = air.clock.now();
      await stateOf(radio, "up");
      expect(air.clock.now() - before).toBeLessThan(3000);
      await settled(radio);
      expect(board.radio).toMatchObject({ channel: 6, rate: 3, txPower: 12 });
      expect(board.radio.peers.all().map(({ mac, encrypt }) => [mac, encrypt])).toEqual([
        [other.address(0), true],
        [ABSENT, false],
      ]);
      expect(told()).toContain(`${RequestType.pmk}: ${[...key]}`);
      other.channel = 6;
      other.setPmk(key);
      other.peers.add(radio.address(0), { ...PLAIN, encrypt: true, lmk: pattern(16) });
      const [heard] = await Promise.all([nextMessage(other), send(radio, other.address(0), pattern(9))]);
      expect(heard).toMatchObject({ encrypted: true, data: pattern(9) });
    }));

  test("a reset is noticed by what the board prints, which is handed on", () =>
    bench(async ({ radio, board }) => {
      const printed: string[] = [];
      radio.onText = (text) => void printed.push(text);
      const back = stateOf(radio, "down").then(() => stateOf(radio, "up"));
      await board.reset();
      await back;
      expect(printed.join("")).toContain("MicroPython v1.27.0");
    }));

  test("reads what was on its way to its agent with its REPL, and finds no command in it", () =>
    bench(async ({ radio, board, other }) => {
      radio.peers.add(other.address(0), PLAIN);
      const command = new TextEncoder().encode("\r\x03\x02print('ran', 6 * 7)\r\x01print('ran', 6 * 7)\x04\r");
      await settled(radio);
      const up = stateOf(radio, "up");
      for (let i = 0; i < 32; i++) radio.send(other.address(0), command, () => undefined);
      await board.reset();
      await up;
      expect(board.printed).not.toContain("ran 42");
    }));

  test("another board in its place is not taken for it", () =>
    bench(async ({ air, radio, line }) => {
      const lost = stateOf(radio, "down");
      line.unplug();
      await lost;
      const stranger = new SimulatedBoard(air.radio());
      line.attach(stranger);
      line.plugged = true;
      expect(await stateOf(radio, "down")).toMatchObject({ reason: expect.stringContaining("another board now") });
      expect(() => radio.send(null, pattern(1), () => undefined)).toThrow("another board now");
      await radio[Symbol.asyncDispose]();
      await stranger.stop();
    }));

  test("without reconnecting its end is the end of the radio", () =>
    bench(
      async ({ radio, line }) => {
        const closed = stateOf(radio, "closed");
        line.unplug();
        await closed;
        expect(() => radio.send(null, pattern(1), () => undefined)).toThrow("the device was unplugged");
      },
      { reconnect: false },
    ));
});
