import { once } from "node:events";
import { BoardStream, openBoard, runProgram } from "espnow-micropython";
import { afterEach, expect, test } from "vitest";

const CTRL_C = "\x03";
const CTRL_D = "\x04";

let board: BoardStream | undefined;

afterEach(async () => {
  if (board === undefined || board.closed) return;
  board.destroy();
  await once(board, "close");
});

/** Reads until the board has said something. Returns all up to there. */
async function until(stream: BoardStream, end: string): Promise<string> {
  const pieces: string[] = [];
  while (!pieces.slice(-5).join("").endsWith(end)) {
    const bytes: Buffer | null = stream.read();
    if (bytes === null) await once(stream, "readable");
    else pieces.push(bytes.toString("latin1"));
  }
  return pieces.join("");
}

test("a board can be typed at through a stream, in real time", async () => {
  board = await openBoard({ radio: "sim:" });
  expect(await until(board, ">>> ")).toMatch(/^MicroPython v1\.27\.0 on .*; Generic ESP32 module with ESP32\r\n/);
  board.write("6 * 7\r");
  expect(await until(board, ">>> ")).toBe("6 * 7\r\n42\r\n>>> ");
});

test("a busy loop is interrupted", async () => {
  board = await openBoard({ radio: "sim:" });
  await until(board, ">>> ");
  board.write("\x01");
  await until(board, "raw REPL; CTRL-B to exit\r\n>");
  board.write(`while True: pass${CTRL_D}`);
  await until(board, "OK");
  board.write(CTRL_C);
  expect(await until(board, "\x04>")).toMatch(/KeyboardInterrupt: \r\n.>$/);
});

test("a tool sends a long program in raw paste mode, and obeys the flow control", async () => {
  board = await openBoard({ radio: "sim:" });
  await until(board, ">>> ");
  board.write("\x01");
  await until(board, "raw REPL; CTRL-B to exit\r\n>");
  board.write("\x05A\x01");
  await until(board, "R\x01\x80\x00\x01");
  const code = `total = 0\n${"total += 1\n".repeat(1000)}print(total)\n`;
  let room = 256;
  for (let at = 0; at < code.length; at += 128) {
    while (room < 128) {
      await until(board, "\x01");
      room += 128;
    }
    board.write(code.slice(at, at + 128));
    room -= 128;
  }
  board.write(CTRL_D);
  expect(await until(board, "\x04>")).toMatch(/1000\r\n.{2}>$/s);
});

test("the board waits where nobody reads what it prints", async () => {
  board = await openBoard({ radio: "sim:", source: "for i in range(20000): print('a line of output', i)" });
  const lines = (await until(board, ">>> ")).split("\r\n");
  expect(lines.slice(0, 20_000)).toEqual(Array.from({ length: 20_000 }, (_, i) => `a line of output ${i}`));
});

test("destroy() switches the board off; a board that is switched off is the end of the stream", async () => {
  board = await openBoard({ radio: "sim:" });
  board.destroy();
  await once(board, "close");
  expect(board.program.exit).toEqual({ code: 0 });

  board = new BoardStream(await runProgram({ source: "", repl: true, radio: "sim:" }));
  const ended = once(board.resume(), "end");
  await board.program.stop();
  await ended;
});
