import { Air } from "aioespnow/sim";
import { Program, Scenario } from "espnow-micropython";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { python } from "./on-a-board.ts";
import { TestVm } from "./vm.ts";

describe("a program whose host fails", () => {
  /** Stands in for the process, which would end. */
  const uncaught = vi.fn<(reason: unknown) => void>();
  let former: ReturnType<typeof process.listeners>;

  beforeEach(() => {
    former = process.listeners("unhandledRejection") as typeof former;
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", uncaught);
  });

  afterEach(() => {
    process.removeAllListeners("unhandledRejection");
    for (const listener of former) process.on("unhandledRejection", listener as (reason: unknown) => void);
    uncaught.mockClear();
  });

  test("in the answer to a call ends, and its output says why", async () => {
    await using vm = new TestVm("import _bridge, _calls\n_bridge.ask(_calls.ADC_READ)\nprint('not reached')");
    vm.host.handle("adc_read", () => {
      throw new Error("this host is broken");
    });
    expect((await vm.exited).code).toBe(1);
    expect(vm.output).toContain(`vm: the host's answer to "adc_read" failed: Error: this host is broken`);
    expect(vm.output).not.toContain("not reached");
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("no place for output");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no place for output"))],
  ])("where its output is taken (%s) goes on, and the failure is not hidden", async (_how, fail) => {
    await using air = new Air();
    await using program = new Program(air.radio(), { source: "for i in range(600): print('x' * 1023)" });
    program.onOutput = fail;
    expect(await program.exited).toEqual({ code: 0 });
    expect(program.output).toHaveLength(600 * 1024);
    await vi.waitFor(() => expect(uncaught).toHaveBeenCalled());
    expect(uncaught.mock.calls.map(([reason]) => reason)).toEqual([new Error("no place for output")]);
  });
});

describe("what a test expects of a pin", () => {
  test("fails the scenario where it is not so", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({
      source: python`
      from machine import Pin
      lamp = Pin(2, Pin.OUT)
      lamp.value(1)
      print("not reached")
    `,
    });
    const lamp = board.machine.pin(2);
    lamp.onChange = (level) => {
      lamp.onChange = undefined;
      expect(level).toBe(0);
    };
    await expect(scenario.run(1)).rejects.toThrow(/the host's answer to "pin_write" failed: AssertionError/);
    expect(board.output).not.toContain("not reached");
  });
});
