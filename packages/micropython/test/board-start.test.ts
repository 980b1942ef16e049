import { Air } from "aioespnow/sim";
import { Program, Scenario } from "espnow-micropython";
import { describe, expect, test, vi } from "vitest";
import { Firmware } from "#micropython/vm/firmware.ts";
import { linesOf, onABoard, python } from "./on-a-board.ts";

describe("boot.py", () => {
  test("runs before the program, with the same globals", async () => {
    const boot = "import sys\nx = 1\nprint('boot', __name__, sys.argv)";
    expect(await linesOf("print('main', x, __name__, sys.argv)", { "boot.py": boot })).toEqual([
      "boot __main__ ['main.py']",
      "main 1 __main__ ['main.py']",
    ]);
  });

  test("that fails keeps the program from running, as on an ESP32", async () => {
    const { output, exit } = await onABoard("print('main')", { "boot.py": "1 / 0" });
    expect([output, exit.code]).toEqual([
      'Traceback (most recent call last):\n  File "boot.py", line 1, in <module>\nZeroDivisionError: divide by zero\n',
      1,
    ]);
  });

  test("runs at each start of the board", async () => {
    await using scenario = new Scenario();
    const source = "import machine\nif machine.reset_cause() != machine.DEEPSLEEP_RESET: machine.deepsleep(1000)";
    const board = scenario.board({ source }, { files: { "boot.py": "print('boot')" } });
    await scenario.run(2000);
    expect(board.output).toBe("boot\nboot\n");
  });
});

describe("the file system of a board", () => {
  test("is the flash of an ESP32 with 4 MiB: 512 blocks of 4 KiB", async () => {
    const source = python`
      import os
      size, _, blocks, free, available = os.statvfs("/")[:5]
      print(size, blocks, free == available)
      open("log", "w").write("x" * 8192)
      print(free - os.statvfs("/")[3])
      try:
          with open("big", "w") as f:
              while True: f.write(bytes(65536))
      except OSError as e:
          print(e.errno, os.statvfs("/")[3] < 32)
    `;
    expect(await linesOf(source)).toEqual(["4096 512 True", "3", "28 True"]);
  });

  test("begins at /, where the program is", async () => {
    expect(await linesOf("import os\nprint(os.getcwd(), os.listdir())", { "lib/a.py": "" })).toEqual([
      "/ ['main.py', 'lib']",
    ]);
  });

  test("is empty where there is no program", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({ source: "" }, { repl: true });
    board.type("import os; os.listdir()\r");
    await scenario.run(100);
    expect(board.output).toContain("\n[]\r\n>>> ");
  });
});

test("what a board starts from is made before it is switched on: in real time nothing happens to it meanwhile", async () => {
  const image = vi.spyOn(Firmware.prototype, "image");
  await using air = new Air();
  const program = new Program(air.radio(), { source: "" });
  expect(image).toHaveBeenCalled();
  await program.exited;
});
