import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";

const UTIL = new URL("../../packages/aioespnow/dist/util/", import.meta.url);

/** What a process of its own, with a clock of the built library, prints before it ends by itself. */
async function output(clock: "SystemClock" | "VirtualClock", program: string): Promise<string[]> {
  const file = clock === "SystemClock" ? "system-clock.js" : "virtual-clock.js";
  const source = `
    import { ${clock} } from ${JSON.stringify(new URL(file, UTIL).href)};
    const clock = new ${clock}();
    const say = (text) => process.stdout.write(text + "\\n");
    ${program}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 20_000,
  });
  const [printed, [code, signal]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  return printed.split("\n").filter((line) => line !== "");
}

describe.each(["SystemClock", "VirtualClock"] as const)("a process with a %s", (clock) => {
  test("ends when nobody waits, although there is always something scheduled", async () => {
    const printed = await output(
      clock,
      `const tick = () => clock.schedule(clock.now() + 1, tick);
       tick();
       say("end of program");`,
    );
    expect(printed).toEqual(["end of program"]);
  });

  test("goes on as long as somebody waits, and ends when they have what they waited for", async () => {
    const printed = await output(
      clock,
      `const first = clock.keepAlive();
       const second = clock.keepAlive();
       clock.schedule(clock.now() + 30, () => { say("first"); first(); first(); });
       clock.schedule(clock.now() + 60, () => { say("second"); second(); });
       clock.schedule(clock.now() + 60_000, () => say("too late"));
       say("end of program");`,
    );
    expect(printed.slice(0, 3)).toEqual(["end of program", "first", "second"]);
  });

  test("does what is scheduled, without delay, while something else keeps it alive", async () => {
    const printed = await output(
      clock,
      `const server = setInterval(() => undefined, 1_000_000);
       const next = (count) => clock.schedule(clock.now() + 1, () => {
         say("due");
         if (count > 1) next(count - 1);
         else clearInterval(server);
       });
       next(3);`,
    );
    expect(printed).toEqual(["due", "due", "due"]);
  });

  test("meets what a callback throws as an uncaught exception, and the other callbacks run", async () => {
    const printed = await output(
      clock,
      `process.on("uncaughtException", (error) => say("uncaught " + error.message));
       const release = clock.keepAlive();
       clock.schedule(clock.now(), () => { throw new Error("of a timer"); });
       clock.defer(() => { throw new Error("of a deferred callback"); });
       clock.schedule(clock.now() + 2, () => { say("the next"); release(); });`,
    );
    expect(printed.toSorted()).toEqual(["the next", "uncaught of a deferred callback", "uncaught of a timer"]);
  });
});
