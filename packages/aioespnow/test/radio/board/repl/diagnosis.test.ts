import { describe, expect, test } from "vitest";
import { connectBoard } from "#lib/board.ts";
import type { Clock } from "#lib/util/clock.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";
import { type Talker, TestLine } from "#test/doubles/board-line.ts";

const ROM = "ets Jun  8 2016 00:22:57\r\n\r\nrst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n";

/** Something on a line that is no board: what it says to what it hears, and by itself every so often. */
class Device implements Talker {
  onOutput: (bytes: Uint8Array) => void = () => undefined;
  readonly #answer: (heard: string) => string;

  constructor(answer: (heard: string) => string) {
    this.#answer = answer;
  }

  hear(bytes: Uint8Array): void {
    this.say(this.#answer(String.fromCharCode(...bytes)));
  }

  say(text: string): void {
    if (text !== "") this.onOutput(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }

  repeat(clock: Clock, everyMs: number, text: string): this {
    const again = (): void => {
      this.say(text);
      clock.schedule(clock.now() + everyMs, again);
    };
    again();
    return this;
  }
}

const silent = (): string => "";

/** What connecting fails with, and how long that took. */
async function failure(talker: (clock: Clock) => Talker): Promise<{ error: unknown; afterMs: number }> {
  const clock = new VirtualClock();
  const line = new TestLine(talker(clock), clock);
  const error = await connectBoard(line, { clock }).catch((cause: unknown) => cause);
  return { error, afterMs: clock.now() };
}

describe("what is no board at the end of a line is named, within 10 s", () => {
  test.each<[string, string, string, (clock: Clock) => Talker]>([
    ["nothing", "ERR_RADIO_PROTOCOL", "nothing answers: is it the right port", () => new Device(silent)],
    ["a loop", "ERR_RADIO_PROTOCOL", "it gives back what it is sent", () => new Device((heard) => heard)],
    [
      "a GPS receiver that talks",
      "ERR_RADIO_PROTOCOL",
      "what answers is not MicroPython's REPL: \"",
      (clock) => new Device(silent).repeat(clock, 200, "$GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8*76\r\n"),
    ],
    [
      "a modem",
      "ERR_RADIO_PROTOCOL",
      "what answers is not MicroPython's REPL: \"",
      () => new Device((heard) => (heard.includes("\r") ? `${heard}\r\nERROR\r\n` : heard)),
    ],
    [
      "another speed",
      "ERR_RADIO_PROTOCOL",
      "what comes makes no sense at this speed",
      (clock) => new Device(silent).repeat(clock, 200, "\x80\xf3\xfe\x00\xe0\x98\xfc\x1e\x80\x80\x06\xf8"),
    ],
    [
      "a board in a boot loop",
      "ERR_RADIO_PROTOCOL",
      "the board starts again and again",
      (clock) => new Device(silent).repeat(clock, 700, `${ROM}flash read err, 1000\r\n`),
    ],
    [
      "a board whose main.py does not give up the REPL",
      "ERR_RADIO_PROTOCOL",
      "a program on the board does not give up the REPL",
      (clock) => new Device(() => "KeyboardInterrupt\r\n").repeat(clock, 900, "temperature 21.5\r\n"),
    ],
    [
      "a board that starts and then runs something else than MicroPython",
      "ERR_RADIO_PROTOCOL",
      "a program on the board does not give up the REPL",
      (clock) => {
        const device = new Device(silent);
        clock.schedule(500, () => device.say(`${ROM}I (31) boot: ESP-IDF v5.2 2nd stage bootloader\r\n`));
        return device;
      },
    ],
    [
      "a board that floods",
      "ERR_RADIO_PROTOCOL",
      "what answers is not MicroPython's REPL",
      (clock) => new Device(silent).repeat(clock, 10, "x".repeat(1000)),
    ],
  ])("%s", async (_title, code, message, talker) => {
    const { error, afterMs } = await failure(talker);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(error).toMatchObject({ message: expect.stringContaining("line: ") });
    expect(afterMs).toBeLessThan(10_000);
  });
});
