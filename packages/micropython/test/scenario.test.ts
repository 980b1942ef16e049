import { ESPNow, sleep, WLAN } from "aioespnow";
import { systemClock } from "aioespnow/sim";
import { Scenario } from "espnow-micropython";
import { describe, expect, test } from "vitest";
import { python } from "./on-a-board.ts";

const TICKER = `
import _bridge, time
count = 0
while True:
    print("tick", count)
    count += 1
    _bridge.wait(1000)
`;

describe("a scenario", () => {
  test("lets time pass only while it is run", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({ source: TICKER });
    await scenario.run(2500);
    expect(scenario.clock.now()).toBe(2500);
    expect(board.output).toBe("tick 0\ntick 1\ntick 2\n");
  });

  test.each(["esp32", "esp8266"] as const)("%ss that send at the same times are all heard", async (board) => {
    const source = `
import espnow, network, time
network.WLAN(network.STA_IF).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(b"\\xff" * 6)
while True:
    e.send(b"\\xff" * 6, "hi")
    time.sleep(1)
`;
    await using scenario = new Scenario({ seed: 1 });
    const radio = scenario.air.radio();
    new WLAN(WLAN.IF_STA, radio).active(true);
    const gateway = new ESPNow(radio);
    gateway.active(true);
    for (let i = 0; i < 3; i++) scenario.board({ source }, { board });
    await scenario.run(10_500);
    expect(gateway.stats().rxPackets).toBe(33);
  });

  test("has done all that is due at the time at which it stops", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({ source: TICKER });
    await scenario.run(2000);
    expect(board.output).toBe("tick 0\ntick 1\ntick 2\n");
  });

  test("tells when each line was printed, and by which board", async () => {
    await using scenario = new Scenario();
    scenario.board({ source: TICKER }, { name: "clock" });
    scenario.board({ source: TICKER }, { name: "clock" });
    await scenario.run(1000);
    expect(scenario.lines.map(({ timeMs, board, text }) => `${timeMs} ${board}: ${text}`)).toEqual([
      "0 clock: tick 0",
      "0 clock-2: tick 0",
      "1000 clock: tick 1",
      "1000 clock-2: tick 1",
    ]);
  });

  test("runs until a board has printed something, and goes on from there", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({ source: TICKER });
    const match = await scenario.until(board, /tick ([1-9])/);
    expect([match[1], scenario.clock.now()]).toEqual(["1", 1000]);
    await scenario.until(board, /tick/);
    expect(scenario.clock.now()).toBe(2000);
  });

  test("says what a board printed instead of what was expected", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({ source: TICKER });
    await expect(scenario.until(board, /tock/, { within: 1500 })).rejects.toThrow(
      "main did not print /tock/ within 1500 ms; it printed:\ntick 0\ntick 1\n",
    );
    expect(scenario.clock.now()).toBe(1500);
  });

  test("fails with the traceback of a program that fails", async () => {
    await using scenario = new Scenario();
    scenario.board({ source: "print(1 // 0)" });
    await expect(scenario.run(1000)).rejects.toThrow(/main ended with exit code 1\nTraceback.*ZeroDivisionError/s);
  });

  test("does not fail with a program that may", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({ source: "print(1 // 0)" }, { mayFail: true });
    await scenario.run(1000);
    expect(board.exit?.code).toBe(1);
  });

  test("waits no longer for a board that has ended", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({ source: "print('done')" });
    await expect(scenario.until(board, /more/)).rejects.toThrow(/before it ended with exit code 0; it printed:\ndone/);
    expect(scenario.clock.now()).toBe(0);
  });

  test("lets time pass for what nodes in TypeScript wait for", async () => {
    await using scenario = new Scenario();
    const radio = scenario.air.radio();
    await scenario.settled(sleep(1234, { radio }));
    expect(scenario.clock.now()).toBe(1234);
    await expect(scenario.settled(sleep(1000, { radio }), { within: 10 })).rejects.toThrow(/not settled within 10 ms/);
  });

  test("lets boards hear each other that broadcast at the same time", async () => {
    const beacon = python`
      import espnow, network, time
      network.WLAN().active(True)
      e = espnow.ESPNow()
      e.active(True)
      e.add_peer(b"\xff" * 6)
      start = time.ticks_ms()
      heard = 0
      for n in range(10):
          e.send(b"\xff" * 6, str(n))
          while time.ticks_diff(time.ticks_ms(), start) < 100 * (n + 1):
              heard += e.recv(5)[1] == str(n).encode()
      print(heard)
    `;
    for (const options of [{}, { espnow: "v1" } as const]) {
      await using scenario = new Scenario();
      const boards = ["a", "b"].map((name) => scenario.board({ source: beacon }, { name, ...options }));
      await scenario.run(1100);
      for (const { output } of boards) expect(output).toBe("10\n");
    }
  });

  test("is over at once, whatever its boards do", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({ source: "while True: pass" });
    await scenario[Symbol.asyncDispose]();
    expect(board.exit).toEqual({ code: 0 });
  });

  test("refuses to be run twice at once", async () => {
    await using scenario = new Scenario();
    const running = scenario.run(10);
    await expect(scenario.run(10)).rejects.toThrow("time is passing already");
    await running;
  });

  test("runs in real time too", async () => {
    await using scenario = new Scenario({ clock: systemClock });
    const board = scenario.board({ source: TICKER });
    await scenario.until(board, /tick 0/);
    expect(board.exit).toBeUndefined();
  });

  test("that is run already cannot be run twice, and the first run is none the worse", async () => {
    await using scenario = new Scenario();
    const board = scenario.board({ source: TICKER });
    const first = scenario.until(board, /tick 3/);
    await expect(scenario.run(1)).rejects.toThrow(
      "time is passing already: await the run(), until() or settled() before",
    );
    await first;
    expect(scenario.clock.now()).toBe(3000);
  });

  test.each(["virtual", "system"])(
    "that is closed while it is run says so to who waits for it (%s clock)",
    async (kind) => {
      const scenario = new Scenario(kind === "system" ? { clock: systemClock } : {});
      scenario.board({ source: TICKER });
      const run = expect(scenario.run(1e9)).rejects.toThrow("the scenario was closed while time passed in it");
      await scenario[Symbol.asyncDispose]();
      await run;
    },
  );

  test.each([-1, Number.NaN])("does not run for %s milliseconds", async (ms) => {
    await using scenario = new Scenario();
    await expect(scenario.run(ms)).rejects.toThrow(`time passes by 0 milliseconds or more, not by ${ms}`);
    await scenario.run(1);
    expect(scenario.clock.now()).toBe(1);
  });
});
