import { Scenario, type ScenarioBoardOptions } from "espnow-micropython";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const BANNER =
  'MicroPython v1.27.0 on 2025-12-10; Generic ESP32 module with ESP32\r\nType "help()" for more information.\r\n';
const RAW_BANNER = "raw REPL; CTRL-B to exit\r\n";

const [CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_E] = ["\x01", "\x02", "\x03", "\x04", "\x05"] as const;
const [UP, DOWN, RIGHT, LEFT] = ["\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"] as const;
const [HOME, END, DELETE] = ["\x1b[H", "\x1b[F", "\x1b[3~"] as const;

/** What a raw REPL tells of a line that Ctrl-C has ended. */
const INTERRUPTED =
  '\x04Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\nKeyboardInterrupt: \r\n\x04>';

/** Longer than a board takes to start again. */
const A_WHILE_MS = 1000;

let scenario: Scenario;

beforeEach(() => {
  scenario = new Scenario({ seed: 1 });
});

afterEach(() => scenario[Symbol.asyncDispose]());

/** A board at its REPL in virtual time. */
async function boardWith(source = "", options: ScenarioBoardOptions = {}): Promise<Dialogue> {
  const bytes: Uint8Array[] = [];
  const stdout = { write: (piece: Uint8Array) => bytes.push(piece) };
  const board = scenario.board({ source }, { ...options, repl: true, stdout });
  return { board, says, heard: () => Buffer.concat(bytes.splice(0)) };

  async function says(typed: string | Uint8Array): Promise<string> {
    board.type(typed);
    await scenario.run(A_WHILE_MS);
    return Buffer.concat(bytes.splice(0)).toString("latin1");
  }
}

interface Dialogue {
  readonly board: ReturnType<Scenario["board"]>;
  /** Types, and returns what the board prints until it waits again. */
  says(typed: string | Uint8Array): Promise<string>;
  /** What it has printed otherwise. */
  heard(): Buffer;
}

describe("a board at its REPL", () => {
  test("runs boot.py and main.py, then greets", async () => {
    const { says } = await boardWith("print('main', x)", { files: { "boot.py": "x = 1\nprint('boot')" } });
    expect(await says("")).toBe(`boot\r\nmain 1\r\n${BANNER}>>> `);
    expect(await says("x\r")).toBe("x\r\n1\r\n>>> ");
  });

  test("is there after a program that fails, and shows the traceback", async () => {
    const { says } = await boardWith("def f():\n    1 / 0\nf()");
    expect(await says("")).toBe(
      "Traceback (most recent call last):\r\n" +
        '  File "main.py", line 3, in <module>\r\n' +
        '  File "main.py", line 2, in f\r\n' +
        `ZeroDivisionError: divide by zero\r\n${BANNER}>>> `,
    );
  });

  test("prints the value of an expression, but not None", async () => {
    const { says } = await boardWith();
    await says("");
    expect(await says("6 * 7\r")).toBe("6 * 7\r\n42\r\n>>> ");
    expect(await says("None\r")).toBe("None\r\n>>> ");
    expect(await says("'a\\n'\r")).toBe("'a\\n'\r\n'a\\n'\r\n>>> ");
  });

  test("shows where an error is", async () => {
    const { says } = await boardWith();
    await says("");
    expect(await says("nothing\r")).toBe(
      "nothing\r\nTraceback (most recent call last):\r\n" +
        '  File "<stdin>", line 1, in <module>\r\n' +
        "NameError: name 'nothing' isn't defined\r\n>>> ",
    );
    expect(await says("1 +\r")).toBe(
      '1 +\r\nTraceback (most recent call last):\r\n  File "<stdin>", line 1\r\nSyntaxError: invalid syntax\r\n>>> ',
    );
  });

  test("indents the lines of a statement, until a line is empty", async () => {
    const { says } = await boardWith();
    await says("");
    expect(await says("for i in range(2):\r")).toBe("for i in range(2):\r\n...     ");
    expect(await says("if i:\r")).toBe("if i:\r\n...         ");
    expect(await says("print(i)\r")).toBe("print(i)\r\n...         ");
    expect(await says("\x7f")).toBe("\b\b\b\b\x1b[K");
    expect(await says("\x7f")).toBe("\b\b\b\b\x1b[K");
    expect(await says("\r")).toBe("\r\n1\r\n>>> ");
  });

  test("ends a statement after two lines of spaces and an empty one", async () => {
    const { says } = await boardWith();
    await says("while True:\r");
    expect(await says("break\r\r\r\r")).toBe("break\r\n...     \r\n...     \r\n... \r\n>>> ");
  });

  test.each([
    ["(1,\r2)\r", "(1,\r\n... 2)\r\n(1, 2)\r\n>>> "],
    ["'''a\rb'''\r", "'''a\r\n... b'''\r\n'a\\nb'\r\n>>> "],
    ["1 + \\\r2\r", "1 + \\\r\n... 2\r\n3\r\n>>> "],
    ["'([{'\r", "'([{'\r\n'([{'\r\n>>> "],
    ["iffy = 1\r", "iffy = 1\r\n>>> "],
    ["@staticmethod\rdef f(): pass\r\r", "@staticmethod\r\n... def f(): pass\r\n... \r\n>>> "],
  ])("knows whether a statement goes on: %j", async (typed, answer) => {
    const { says } = await boardWith();
    await says("");
    expect(await says(typed)).toBe(answer);
  });

  test("takes a line feed for Enter, but not that of CR LF", async () => {
    const { says } = await boardWith();
    await says("");
    expect(await says("1\n2\r\n3\r")).toBe("1\r\n1\r\n>>> 2\r\n2\r\n>>> 3\r\n3\r\n>>> ");
  });

  test("is interrupted by Ctrl-C wherever it is", async () => {
    const { says, board } = await boardWith();
    await says("");
    expect(await says(`1 + ${CTRL_C}`)).toBe("1 + \r\n>>> ");
    expect(await says(`if 1:\r${CTRL_C}`)).toBe("if 1:\r\n...     \r\n>>> ");
    expect(await says("import time; time.sleep(9)\r")).toBe("import time; time.sleep(9)\r\n");
    expect(await says(CTRL_C)).toBe(
      'Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\nKeyboardInterrupt: \r\n>>> ',
    );
    board.interrupt();
    expect(await says("")).toBe("\r\n>>> ");
  });

  test("runs callbacks while it waits for somebody to type", async () => {
    const { says, board } = await boardWith(`
import machine
pin = machine.Pin(0, machine.Pin.IN, machine.Pin.PULL_UP)
pin.irq(lambda pin: print("pressed", pin.value()), machine.Pin.IRQ_FALLING)
timer = machine.Timer(0, period=600, mode=machine.Timer.PERIODIC, callback=lambda timer: print("tick"))
`);
    await scenario.run(500);
    board.machine.pin(0).set(0);
    expect(await says("1 +")).toBe(`${BANNER}>>> pressed 0\r\n1 +tick\r\ntick\r\n`);
    expect(await says(" 1\r")).toBe(" 1\r\n2\r\n>>> tick\r\ntick\r\n");
  });

  test("hears messages", async () => {
    const { says } = await boardWith();
    await says("import network, espnow\rnetwork.WLAN().active(True)\re = espnow.ESPNow(); e.active(True)\r");
    expect(await says("e.recv(100)\r")).toBe("e.recv(100)\r\n(None, None)\r\n>>> ");
  });
});

describe("the keys of a line", () => {
  test.each([
    ["arrows and backspace", `13${LEFT}2${RIGHT}4\x7f`, "13\b23\b34\b\x1b[K", 123],
    ["home, end, delete", `912${HOME}${DELETE}${END}3`, "912\b\b\b\x1b[K12\b\b123", 123],
    ["those of Emacs", `13${CTRL_B}2${CTRL_A}${CTRL_D}${CTRL_E}`, "13\b23\b\b\b\x1b[K23\b\b23", 23],
    ["cut to the end, and to the start", `1234${LEFT}${LEFT}\x0b${LEFT}\x15`, "1234\b\b\x1b[K\b\b\x1b[K2\b", 2],
    ["a long way back", `123456${HOME}-`, "123456\x1b[6D-123456\x1b[6D", -123_456],
  ])("%s", async (_title, typed, echo, value) => {
    const { says } = await boardWith();
    await says("");
    expect(await says(typed)).toBe(echo);
    expect(await says("\r")).toBe(`\r\n${value}\r\n>>> `);
  });

  test("know characters of several bytes", async () => {
    const { says } = await boardWith();
    await says("");
    expect(await says(`'é${LEFT}ü${RIGHT}'\r`)).toContain("\r\n'\\xfc\\xe9'\r\n>>> ");
  });

  test("find earlier lines again, the latest eight of them", async () => {
    const { says } = await boardWith();
    for (let i = 0; i < 10; i++) await says(`${i}\r`);
    expect(await says(`${UP}${UP}`)).toBe("9\b8");
    expect(await says(`${UP.repeat(9)}\r`)).toMatch(/\r\n2\r\n>>> $/);
    expect(await says(`${UP}${UP}${DOWN}${DOWN}7\r`)).toMatch(/7\r\n7\r\n>>> $/);
  });

  test("Tab completes a name, and shows the ways to go on", async () => {
    const { says } = await boardWith("beta_one = beta_two = 1\nimport machine");
    await says("");
    expect(await says("be\t")).toBe("beta_");
    expect(await says("\t")).toBe("\r\nbeta_one    beta_two\r\n>>> beta_");
    expect(await says("o\t\r")).toBe("one\r\n1\r\n>>> ");
    expect(await says("machine.soft_\t")).toBe("machine.soft_reset");
    expect(await says(`${CTRL_C}\t1`)).toBe("\r\n>>>     1");
  });
});

describe("paste mode", () => {
  test("takes several lines as they are, and runs them at Ctrl-D", async () => {
    const { says } = await boardWith();
    await says("");
    expect(await says(CTRL_E)).toBe("\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ");
    expect(await says("for i in range(2):\r    i\r    print(i)\r")).toBe(
      "for i in range(2):\r\n===     i\r\n===     print(i)\r\n=== ",
    );
    expect(await says(CTRL_D)).toBe("\r\n0\r\n1\r\n>>> ");
  });

  test("is left by Ctrl-C", async () => {
    const { says } = await boardWith();
    await says(CTRL_E);
    expect(await says(`print(1)\r${CTRL_C}`)).toBe("print(1)\r\n=== \r\n>>> ");
  });
});

describe("the raw REPL", () => {
  test("runs what ends with Ctrl-D, and parts what it prints from its traceback", async () => {
    const { says } = await boardWith();
    await says("");
    expect(await says(CTRL_A)).toBe(`\r\n${RAW_BANNER}>`);
    expect(await says(`print(1)\nprint(2)${CTRL_D}`)).toBe("OK1\r\n2\r\n\x04\x04>");
    expect(await says(`print(1); 1/0${CTRL_D}`)).toBe(
      'OK1\r\n\x04Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\n' +
        "ZeroDivisionError: divide by zero\r\n\x04>",
    );
    expect(await says(`1 +${CTRL_D}`)).toBe(
      'OK\x04Traceback (most recent call last):\r\n  File "<stdin>", line 1\r\nSyntaxError: invalid syntax\r\n\x04>',
    );
    expect(await says(CTRL_B)).toBe(`\r\n${BANNER}>>> `);
  });

  test("forgets at Ctrl-C what was typed, and greets anew at Ctrl-A", async () => {
    const { says } = await boardWith();
    await says(CTRL_A);
    expect(await says(`1/0${CTRL_C}print(3)${CTRL_D}`)).toBe("OK3\r\n\x04\x04>");
    expect(await says(`1/0${CTRL_A}`)).toBe(`${RAW_BANNER}>`);
  });

  test("is interrupted by Ctrl-C while it runs something", async () => {
    const { says } = await boardWith();
    await says(CTRL_A);
    expect(await says(`import time; time.sleep(9)${CTRL_D}`)).toBe("OK");
    expect(await says(CTRL_C)).toBe(INTERRUPTED);
  });

  test("tells of what it has begun before it runs it", async () => {
    const { says } = await boardWith();
    await says(CTRL_A);
    expect(await says(`import time; print("a", end=""); time.sleep(1.5)${CTRL_D}`)).toBe("OKa");
    expect(await says("")).toBe("\x04\x04>");
  });
});

describe("raw paste mode", () => {
  const START = "R\x01\x80\x00\x01";

  test("tells its window, asks for more after each, and runs the code", async () => {
    const { says } = await boardWith();
    await says(CTRL_A);
    expect(await says(`${CTRL_E}A${CTRL_A}`)).toBe(START);
    expect(await says(`x = 1 #${"-".repeat(120)}\n`)).toBe("\x01");
    expect(await says("#".repeat(256))).toBe("\x01\x01");
    expect(await says(`\nprint(x)\n${CTRL_D}`)).toBe("\x041\r\n\x04\x04>");
  });

  test("is ended by Ctrl-C", async () => {
    const { says } = await boardWith();
    await says(CTRL_A);
    await says(`${CTRL_E}A${CTRL_A}`);
    expect(await says(`print(1)${CTRL_C}`)).toBe(
      "\x04\x04Traceback (most recent call last):\r\nKeyboardInterrupt: \r\n\x04>",
    );
  });

  test("is refused where something else is asked for", async () => {
    const { says } = await boardWith();
    await says(CTRL_A);
    expect(await says(`${CTRL_E}B${CTRL_A}`)).toBe("R\x00>");
    expect(await says(`print(1)${CTRL_D}`)).toBe("OK1\r\n\x04\x04>");
  });
});

describe("a soft reset", () => {
  test("forgets all variables, keeps the files, and runs main.py again", async () => {
    const { says } = await boardWith("print('main')");
    await says("x = 1\ropen('kept', 'w').write('7')\r");
    expect(await says(CTRL_D)).toBe(`\r\nMPY: soft reboot\r\nmain\r\n${BANNER}>>> `);
    expect(await says("'x' in globals(), open('kept').read()\r")).toContain("\r\n(False, '7')\r\n");
  });

  test("of the raw REPL leads back to it, and runs no main.py", async () => {
    const { says } = await boardWith("print('main')", { files: { "boot.py": "print('boot')" } });
    await says(CTRL_A);
    expect(await says(CTRL_D)).toBe(`OK\r\nMPY: soft reboot\r\nboot\r\n${RAW_BANNER}>`);
    expect(await says(CTRL_B)).toBe(`\r\n${BANNER}>>> `);
    expect(await says(CTRL_D)).toBe(`\r\nMPY: soft reboot\r\nboot\r\nmain\r\n${BANNER}>>> `);
  });

  test("is what sys.exit() and machine.soft_reset() do", async () => {
    const { says } = await boardWith();
    await says("");
    expect(await says("import sys; sys.exit()\r")).toBe(`import sys; sys.exit()\r\nMPY: soft reboot\r\n${BANNER}>>> `);
    expect(await says("import machine; machine.soft_reset()\r")).toBe(
      `import machine; machine.soft_reset()\r\nMPY: soft reboot\r\n${BANNER}>>> `,
    );
    expect(await says(`${CTRL_A}import sys; sys.exit()${CTRL_D}`)).toBe(
      `\r\n${RAW_BANNER}>OK\x04\x04MPY: soft reboot\r\n${RAW_BANNER}>`,
    );
  });

  test("loses nothing of what is typed meanwhile; a hard one leads to the friendly REPL", async () => {
    const { says } = await boardWith();
    await says(CTRL_A);
    expect(await says(`${CTRL_D}print(5)${CTRL_D}`)).toBe(`OK\r\nMPY: soft reboot\r\n${RAW_BANNER}>OK5\r\n\x04\x04>`);
    expect(await says(`import machine; machine.reset()${CTRL_D}`)).toBe(`OK${BANNER}>>> `);
  });
});

describe("a program that a board runs from its REPL", () => {
  const ALL = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const ECHO = `
import micropython, select, sys
micropython.kbd_intr(-1)
poll = select.poll()
poll.register(sys.stdin, select.POLLIN)
poll.poll(-1)
data = sys.stdin.buffer.read(256)
sys.stdout.buffer.write(data)
print(poll.poll(0))
`;

  test("reads and writes all bytes as they are", async () => {
    const { board, heard, says } = await boardWith();
    await says(CTRL_A);
    expect(await says(`${ECHO}${CTRL_D}`)).toBe("OK");
    board.type(ALL);
    await scenario.run(A_WHILE_MS);
    expect(heard()).toEqual(Buffer.concat([ALL, Buffer.from("[]\r\n\x04\x04>")]));
  });

  test("can be interrupted again when it is over", async () => {
    const { says } = await boardWith();
    await says(CTRL_A);
    await says(`import micropython, time; micropython.kbd_intr(-1)${CTRL_D}`);
    await says(`while True: time.sleep(1)${CTRL_D}`);
    expect(await says(CTRL_C)).toBe(INTERRUPTED);
  });

  test("reads text: a carriage return ends a line", async () => {
    const { says } = await boardWith();
    await says(CTRL_A);
    await says(`import sys; print([sys.stdin.readline(), sys.stdin.read(2), sys.stdin.buffer.read(2)])${CTRL_D}`);
    expect(await says("line\ré\ra\r")).toBe("['line\\n', '\\xe9\\n', b'a\\r']\r\n\x04\x04>");
  });

  test("writes text with CR LF, and its errors too", async () => {
    const { says } = await boardWith();
    await says(CTRL_A);
    expect(await says(`import sys; sys.stdout.write("a\\n"); print("b", file=sys.stderr)${CTRL_D}`)).toBe(
      "OKa\r\nb\r\n\x04\x04>",
    );
  });
});
