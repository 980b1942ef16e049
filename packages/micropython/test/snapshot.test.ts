import { systemClock } from "aioespnow/sim";
import { Scenario, Snapshot } from "espnow-micropython";
import { Bme280, Button } from "espnow-micropython/hardware";
import { describe, expect, test } from "vitest";

const COUNTER = `
import time
n = 0
while True:
    n += 1
    print(n)
    time.sleep_ms(100)
`;

const DICE = `
import os, time
while True:
    print(os.urandom(4).hex())
    time.sleep_ms(100)
`;

describe("a snapshot", () => {
  test("is gone back to: what was done since has not happened", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({ source: COUNTER });
    await scenario.run(250);
    const saved = await scenario.snapshot();
    await scenario.run(1000);
    const later = scenario.board({ source: COUNTER }, { name: "later" });
    await scenario.run(100);
    await scenario.restore(saved);
    expect(scenario.clock.now()).toBe(250);
    expect(board.output).toBe("1\n2\n3\n");
    expect(later.exit).toEqual({ code: 0 });
    await scenario.run(100);
    expect(board.output).toBe("1\n2\n3\n4\n");
  });

  test("brings back a program that has ended, and one that failed", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({ source: "import time\ntime.sleep(1)\nraise ValueError('no')" });
    await scenario.run(500);
    const saved = await scenario.snapshot();
    await expect(scenario.run(1000)).rejects.toThrow("ValueError: no");
    expect(board.exit?.code).toBe(1);
    await scenario.restore(saved);
    expect(board.exit).toBeUndefined();
    await expect(scenario.run(1000)).rejects.toThrow("ValueError: no");
    expect((await board.exited).code).toBe(1);
  });

  test("holds the moment before a failure where they are taken while time passes", async () => {
    await using scenario = new Scenario({ snapshotEveryMs: 1000 });
    scenario.board({ source: "import time\ntime.sleep_ms(4321)\nraise ValueError('no')" });
    await expect(scenario.run(60_000)).rejects.toThrow("ValueError: no");
    const before = scenario.latestSnapshot as Snapshot;
    expect(before.timeMs).toBe(4000);
    await using again = Scenario.from(await Snapshot.fromBytes(await before.toBytes()));
    await again.run(300);
    await expect(again.run(100)).rejects.toThrow("ValueError: no");
  });

  test("does not need the program's file any more, and keeps the board's files, with those that are open", async () => {
    await using scenario = new Scenario();
    const source = `
import time
f = open("/data.txt", "w")
f.write("one ")
time.sleep(1)
f.write("two")
f.close()
print(open("/data.txt").read(), open("/other.txt").read())
`;
    scenario.board({ source }, { name: "writer", files: { "/other.txt": "three" } });
    await scenario.run(500);
    await using other = Scenario.from(await scenario.snapshot());
    await other.run(1000);
    expect(other.lines.map(({ board, text }) => `${board}: ${text}`)).toEqual(["writer: one two three"]);
  });

  test("of boards with devices goes on where the same devices are", async () => {
    const source = `
import time
from machine import I2C, Pin
button = Pin(0, Pin.IN, Pin.PULL_UP)
presses = []
button.irq(lambda pin: presses.append(time.ticks_ms()), Pin.IRQ_FALLING)
i2c = I2C(0)
while True:
    print(i2c.readfrom_mem(0x76, 0xD0, 1)[0], button.value(), len(presses))
    time.sleep_ms(100)
`;
    await using scenario = new Scenario();
    const board = scenario.board({ source }, { name: "sensor" });
    const button = new Button(board.machine, { pin: 0 });
    new Bme280(board.machine);
    await scenario.run(150);
    button.set({ pressed: true });
    const saved = await scenario.snapshot();
    expect(() => Scenario.from(saved)).toThrow('sensor lacks its device "button": put it on the board before');
    await scenario.run(100);
    await using other = Scenario.from(saved, ({ machine }) => {
      new Button(machine, { pin: 0 });
      new Bme280(machine);
    });
    await other.run(100);
    await using branch = await scenario.branch({ seed: 3 });
    expect(other.lines).toEqual(scenario.lines);
    expect(other.lines.at(-1)?.text).toBe("96 0 1");
    expect((branch.lines as unknown[]).length).toBe(3);
    await branch.run(100);
    expect(branch.lines.at(-1)?.text).toBe("96 0 1");
  });

  test("of an I2C device in TypeScript needs its save() and load()", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({ source: COUNTER }, { name: "b" });
    board.machine.i2c(0).device(0x40, { read: () => new Uint8Array(1), write: () => undefined });
    await expect(scenario.snapshot()).rejects.toThrow(
      "the I2C device at 0x40 cannot be saved: give it save() and load()",
    );
    let count = 1;
    board.machine.i2c(0).device(0x40, {
      read: () => new Uint8Array(1),
      write: () => undefined,
      save: () => count,
      load: (state) => {
        count = state as number;
      },
    });
    const saved = await scenario.snapshot();
    count = 5;
    await scenario.restore(saved);
    expect(count).toBe(1);
  });
});

describe("a branch", () => {
  test("goes on with other chances, and the same for the same seed", async () => {
    await using scenario = new Scenario();
    scenario.board({ source: DICE });
    await scenario.run(250);
    const outcomes: string[] = [];
    for (const seed of [1, 2, 1]) {
      await using branch = await scenario.branch({ seed });
      await branch.run(300);
      outcomes.push(branch.lines.map(({ text }) => text).join(" "));
    }
    await scenario.run(300);
    const [first = "", second = "", third = ""] = outcomes;
    expect(third).toBe(first);
    expect(new Set([first, second, scenario.lines.map(({ text }) => text).join(" ")]).size).toBe(3);
    expect(second.slice(0, 26)).toBe(first.slice(0, 26));
  });
});

describe("what cannot be saved is refused", () => {
  test("real time", async () => {
    await using scenario = new Scenario({ clock: systemClock });
    await expect(scenario.snapshot()).rejects.toThrow("a snapshot is of virtual time: real time cannot be saved");
  });

  test("radios and timers of code in TypeScript", async () => {
    await using scenario = new Scenario();
    scenario.board({ source: COUNTER });
    const radio = scenario.air.radio();
    await expect(scenario.snapshot()).rejects.toThrow("1 of the radios on the air are not the boards'");
    await radio[Symbol.asyncDispose]();
    await scenario.run(1);
    const cancel = scenario.clock.schedule(1000, () => undefined);
    await expect(scenario.snapshot()).rejects.toThrow("1 timers on the clock are not the boards'");
    cancel();
    await scenario.snapshot();
  });

  test("while time passes", async () => {
    await using scenario = new Scenario();
    scenario.board({ source: COUNTER });
    const passed = scenario.run(100);
    await expect(scenario.snapshot()).rejects.toThrow("time is passing");
    await passed;
  });

  test("sockets", async () => {
    await using scenario = new Scenario();
    scenario.network.serve("host", 80, () => undefined);
    const source = `
import network, socket, time
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
sta.connect("home", "")
while not sta.isconnected():
    time.sleep_ms(50)
s = socket.socket()
print("open")
time.sleep(10)
`;
    const board = scenario.board({ source }, { name: "b", accessPoint: { ssid: "home" } });
    await scenario.until(board, /open/);
    await expect(scenario.snapshot()).rejects.toThrow("b cannot be saved: a program has sockets open");
  });
});

test("a file that is none, of another version, or not complete is refused", async () => {
  await using scenario = new Scenario();
  scenario.board({ source: COUNTER });
  await scenario.run(50);
  const bytes = await (await scenario.snapshot()).toBytes();
  await expect(Snapshot.fromBytes(new TextEncoder().encode("hello"))).rejects.toThrow("this is no saved state");
  const other = bytes.slice();
  other[13] = 9;
  await expect(Snapshot.fromBytes(other)).rejects.toThrow("this saved state has format 9, and this version reads 4");
  for (const end of [15, 40, bytes.length - 1]) {
    await expect(Snapshot.fromBytes(bytes.slice(0, end))).rejects.toThrow("is damaged or not complete");
  }
  const bent = bytes.slice();
  bent[bent.length >> 1] = (bent[bent.length >> 1] as number) ^ 0xff;
  await expect(Snapshot.fromBytes(bent)).rejects.toThrow("is damaged or not complete");
});
