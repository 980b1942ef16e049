import { expect, test } from "vitest";
import { TestVm } from "./vm.ts";

async function output(source: string): Promise<string> {
  await using vm = new TestVm(source);
  await vm.exited;
  return vm.output;
}

test("sleeping takes exactly its time in virtual time", async () => {
  const source = `
import time
time.sleep(1.5)
print(time.ticks_ms(), time.ticks_us())
time.sleep_ms(20)
time.sleep_us(300)
print(time.ticks_us(), time.ticks_ms())
`;
  expect(await output(source)).toBe("1500 1500000\n1520300 1520\n");
});

test("a sleep of months ends", async () => {
  expect(await output("import time\ntime.sleep(86400 * 60)\nprint(time.time())")).toBe("5184000\n");
});

test("the calendar begins in 2000, as on an ESP32", async () => {
  const source = `
import time
print(time.gmtime(0), time.localtime(86400 * 366)[:3])
print(time.time(), time.mktime((2000, 1, 2, 0, 0, 0, 0, 0)))
import utime
print(utime.localtime()[0])
`;
  expect(await output(source)).toBe("(2000, 1, 1, 0, 0, 0, 5, 1) (2001, 1, 1)\n0 86400\n2000\n");
});

test("a loop that looks at the time makes it pass", async () => {
  const source = `
import time
start = time.ticks_ms()
while time.ticks_diff(time.ticks_ms(), start) < 250:
    pass
print(time.ticks_ms())
`;
  expect(await output(source)).toBe("250\n");
});

test("a callback runs in a sleep, and the sleep goes on", async () => {
  await using vm = new TestVm(`
import _bridge, time
_bridge.on(_bridge.TIMER, lambda value: print("called at", time.ticks_ms()))
time.sleep(1)
print("slept until", time.ticks_ms())
`);
  vm.host.clock.schedule(400, () => vm.host.raise(2, 0));
  await vm.exited;
  expect(vm.output).toBe("called at 400\nslept until 1000\n");
});
