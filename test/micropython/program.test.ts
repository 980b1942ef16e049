import { Air } from "aioespnow/sim";
import { runProgram } from "espnow";
import { expect, test } from "vitest";

test("a program runs to its end, and its output is kept", async () => {
  await using air = new Air();
  const program = await runProgram({ source: "print('hello')", radio: air.radio() });
  expect(await program.exited).toEqual({ code: 0 });
  expect(program.output).toBe("hello\n");
});

test("the random numbers of a program are those of its seed", async () => {
  const roll = async (seed?: number): Promise<string> => {
    await using air = new Air();
    const source = "import random; print(random.getrandbits(30)); random.seed(); print(random.getrandbits(30))";
    const program = await runProgram({ source, radio: air.radio(), ...(seed === undefined ? {} : { seed }) });
    await program.exited;
    return program.output;
  };
  const first = await roll(1);
  expect(await roll(1)).toBe(first);
  expect(new Set([first, await roll(2), await roll(), await roll()]).size).toBe(4);
  expect(new Set(first.split("\n")).size).toBe(3);
});

test("what a program writes to its files can be read when it has ended", async () => {
  await using air = new Air();
  const source = "with open('log.txt', 'a') as f: f.write('second\\n')";
  const program = await runProgram({ source, files: { "log.txt": "first\n" }, radio: air.radio() });
  await program.exited;
  expect(new TextDecoder().decode(program.files.get("/log.txt"))).toBe("first\nsecond\n");
});
