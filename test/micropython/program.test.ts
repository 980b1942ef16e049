import { Air } from "aioespnow/sim";
import { runProgram } from "espnow";
import { expect, test } from "vitest";

test("a program runs to its end, and its output is kept", async () => {
  await using air = new Air();
  const program = await runProgram({ source: "print('hello')", radio: air.radio() });
  expect(await program.exited).toEqual({ code: 0 });
  expect(program.output).toBe("hello\n");
});
