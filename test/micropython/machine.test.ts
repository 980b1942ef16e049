import { Air } from "aioespnow/sim";
import { runProgram } from "espnow";
import { describe, expect, test } from "vitest";

/** Runs a program to its end on a board of a virtual air: all that it printed. */
async function outputOf(source: string, board: "esp32" | "esp8266" = "esp32"): Promise<string> {
  await using air = new Air();
  const radio = air.radio({ mac: "24:0a:c4:12:34:56", profile: board });
  const program = await runProgram({ source, radio, board });
  await program.exited;
  return program.output;
}

describe("the chip", () => {
  test("has its station's address as its id, an ESP8266 the end of it backwards", async () => {
    const source = "import machine\nprint(machine.unique_id().hex(), machine.freq())";
    expect(await outputOf(source)).toBe("240ac4123456 160000000\n");
    expect(await outputOf(source, "esp8266")).toBe("56341200 80000000\n");
  });

  test("begins anew at a reset, which is as good as its causes tell", async () => {
    const source = `
import machine
print(machine.reset_cause() == machine.PWRON_RESET, machine.reset_cause() == machine.HARD_RESET)
if machine.reset_cause() == machine.PWRON_RESET:
    try:
        machine.reset()
    finally:
        print("never")
`;
    expect(await outputOf(source)).toBe("True False\nFalse True\n");
  });

  test("sleeps deeply: RTC memory stays, RAM does not, and it begins after the time", async () => {
    const source = `
import machine, time
rtc = machine.RTC()
count = int(rtc.memory() or b"0")
print(count, machine.reset_cause() == machine.DEEPSLEEP_RESET, machine.wake_reason() == machine.TIMER_WAKE, rtc.datetime())
rtc.memory(str(count + 1))
if count < 2:
    machine.deepsleep(60_000)
`;
    expect(await outputOf(source)).toBe(
      [
        "0 False False (2000, 1, 1, 5, 0, 0, 0, 0)",
        "1 True True (2000, 1, 1, 5, 0, 1, 0, 0)",
        "2 True True (2000, 1, 1, 5, 0, 2, 0, 0)\n",
      ].join("\n"),
    );
  });
});
