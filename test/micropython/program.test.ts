import { Air } from "aioespnow/sim";
import { runProgram } from "espnow";
import { expect, test } from "vitest";

test("a program runs to its end, and its output is kept", async () => {
  await using air = new Air();
  const program = await runProgram({ source: "print('hello')", radio: air.radio() });
  expect(await program.exited).toEqual({ code: 0 });
  expect(program.output).toBe("hello\n");
});

test("what a program writes to its files can be read when it has ended", async () => {
  await using air = new Air();
  const source = "with open('log.txt', 'a') as f: f.write('second\\n')";
  const program = await runProgram({ source, files: { "log.txt": "first\n" }, radio: air.radio() });
  await program.exited;
  expect(new TextDecoder().decode(program.files.get("/log.txt"))).toBe("first\nsecond\n");
});
