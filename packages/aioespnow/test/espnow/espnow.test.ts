import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BROADCAST, type MacAddress } from "#lib/codec/mac-address.ts";
import { Rate } from "#lib/codec/rate.ts";
import { AIOESPNow } from "#lib/espnow/aioespnow.ts";
import { ESPNow } from "#lib/espnow/espnow.ts";
import { sleep, sleepSync } from "#lib/espnow/sleep.ts";
import { WLAN } from "#lib/espnow/wlan.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { pattern } from "#lib/testing/radio-suite.ts";
import { Wire, type WirePhy } from "#test/doubles/wire.ts";

const ABSENT = "02:00:00:00:0a:0b" as MacAddress;

let wire: Wire;
let phyA: WirePhy;
let radioA: SoftMacRadio;
let radioB: SoftMacRadio;
let a: AIOESPNow;
let b: AIOESPNow;

beforeEach(() => {
  wire = new Wire();
  phyA = wire.phy();
  radioA = new SoftMacRadio(phyA);
  radioB = new SoftMacRadio(wire.phy());
  for (const radio of [radioA, radioB]) new WLAN(WLAN.IF_STA, radio).active(true);
  a = new AIOESPNow(radioA);
  b = new AIOESPNow(radioB);
  for (const e of [a, b]) e.active(true);
  a.addPeer(radioB.address(0));
});

afterEach(() => {
  for (const e of [a, b]) e.active(false);
});

/** The errors that reach `uncaughtException` until the test is over. */
function uncaught(): unknown[] {
  const errors: unknown[] = [];
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  const listener = (error: unknown): void => void errors.push(error);
  process.on("uncaughtException", listener);
  restore = () => {
    process.removeListener("uncaughtException", listener);
    for (const other of others) process.on("uncaughtException", other);
  };
  return errors;
}
let restore = (): void => undefined;
afterEach(() => {
  restore();
  restore = () => undefined;
});

describe("bad input is refused with the argument's name and the accepted form, before anything changes", () => {
  test.each<[string, () => unknown, typeof TypeError | typeof RangeError, string]>([
    ["send to half an address", () => a.send("aa:bb:cc", "x"), RangeError, 'mac must look like "aa:bb:cc:dd:ee:ff"'],
    ["send to five bytes", () => a.send(new Uint8Array(5), "x"), RangeError, "mac must have 6 bytes, not 5"],
    ["send to an empty address", () => a.send(new Uint8Array(0), "x"), RangeError, "mac must have 6 bytes"],
    ["send to a number", () => a.send(5 as never, "x"), TypeError, "6 bytes, not number 5"],
    ["send nothing", () => a.send(ABSENT, undefined as never), TypeError, "msg must be a Uint8Array or a string"],
    ["send a number", () => a.send(7 as never), TypeError, "msg must be a Uint8Array or a string, not number 7"],
    ["a short PMK", () => a.setPmk("short"), RangeError, "pmk must have 16 bytes, not 5"],
    ["a long LMK", () => a.addPeer(ABSENT, { lmk: pattern(17) }), RangeError, "lmk must have 16 bytes, not 17"],
    [
      "the key in place of the options",
      () => a.addPeer(ABSENT, new Uint8Array(16) as never),
      TypeError,
      "peer options",
    ],
    ["a list of options", () => a.addPeer(ABSENT, [] as never), TypeError, "peer options must be an object"],
    ["an option nobody knows", () => a.addPeer(ABSENT, { LMK: "x" } as never), TypeError, 'peer option "LMK"'],
    ["settings that are none", () => a.config(5 as never), TypeError, "config() needs a name or values"],
    [
      "options that are no object",
      () => a.addPeer(ABSENT, "key" as never),
      TypeError,
      "peer options must be an object",
    ],
    ["a fractional channel", () => a.addPeer(ABSENT, { channel: 1.5 }), TypeError, "channel must be a whole number"],
    [
      "a word for encrypt",
      () => a.addPeer(ABSENT, { encrypt: "yes" as never }),
      TypeError,
      "encrypt must be true or false",
    ],
    ["a policy nobody knows", () => a.addPeer(ABSENT, { replay: "maybe" as never }), TypeError, '"device" or "window"'],
    ["version 3", () => a.addPeer(ABSENT, { version: 3 as never }), TypeError, "version must be 1 or 2, not number 3"],
    ["an rxbuf of 0", () => a.config({ timeoutMs: 1, rxbuf: 0 }), RangeError, "rxbuf must be a whole number from 1"],
    ["an rxbuf in words", () => a.config({ rxbuf: "big" as never }), TypeError, "rxbuf must be a number"],
    ["a rate nobody knows", () => a.config({ timeoutMs: 1, rate: 99 }), RangeError, "rate must be one of"],
    ["an unknown setting", () => a.config({ timeoutMs: 1, colour: 1 } as never), TypeError, 'config param "colour"'],
    ["reading an unknown setting", () => a.config("rate" as never), TypeError, 'unknown config param "rate"'],
    ["a timeout in words", () => a.recv("5" as never), TypeError, "timeoutMs must be a number of milliseconds"],
    ["an irq that is no function", () => a.irq("f" as never), TypeError, "the irq handler must be a function or null"],
    ["a slot that is none", () => [a.send(radioB.address(0), "x"), b.recvInto({} as never)], TypeError, "needs a slot"],
    ["a negative sleep", () => sleepSync(-1, radioA), RangeError, "ms must be 0 or more"],
    ["a sleep in words", () => sleepSync("5" as never, radioA), TypeError, "ms must be a number of milliseconds"],
  ])("%s", (_title, call, type, message) => {
    const before = [a.peerCount(), a.config("rxbuf"), a.config("timeoutMs"), radioA.rate];
    expect(call).toThrow(type);
    expect(call).toThrow(message);
    expect([a.peerCount(), a.config("rxbuf"), a.config("timeoutMs"), radioA.rate]).toEqual(before);
  });

  test("a timeout of NaN would wait forever: it is refused", () => {
    expect(() => a.recv(Number.NaN)).toThrow(TypeError);
  });
});

describe("add_peer's options, by MicroPython's rules", () => {
  test.each([
    [{}, false],
    [{ lmk: "0123456789abcdef" }, true],
    [{ lmk: new Uint8Array(16) }, true],
    [{ lmk: "" }, false],
    [{ lmk: null }, false],
    [{ lmk: "0123456789abcdef", encrypt: false }, false],
    [{ encrypt: true }, true],
  ])("%o: encrypted %s", (options, encrypt) => {
    a.addPeer(ABSENT, options);
    expect(a.getPeer(ABSENT).encrypt).toBe(encrypt);
  });

  test("modPeer starts from what the peer is; an empty key switches encryption off", () => {
    a.addPeer(ABSENT, { lmk: "0123456789abcdef", channel: 3, ifidx: 1 });
    a.modPeer(ABSENT, { channel: 4 });
    expect(a.getPeer(ABSENT)).toMatchObject({ channel: 4, ifidx: 1, encrypt: true });
    a.modPeer(ABSENT, { lmk: "" });
    expect(a.getPeer(ABSENT)).toMatchObject({ channel: 4, encrypt: false });
  });

  test("what getPeer gives is the caller's: changing it changes no peer", () => {
    a.addPeer(ABSENT, { lmk: "0123456789abcdef" });
    a.getPeer(ABSENT).lmk.fill(0);
    expect(new TextDecoder().decode(a.getPeer(ABSENT).lmk)).toBe("0123456789abcdef");
  });
});

test("keys and messages given as a Node Buffer are copied like others", async () => {
  const lmk = Buffer.from("0123456789abcdef");
  a.addPeer(ABSENT, { lmk });
  const pmk = Buffer.from(lmk);
  a.setPmk(pmk);
  for (const buffer of [lmk, pmk]) buffer.fill(0);
  expect(new TextDecoder().decode(a.getPeer(ABSENT).lmk)).toBe("0123456789abcdef");
  const sends = Array.from({ length: 40 }, () => Buffer.from("many")).map((msg) => {
    const sent = a.asend(radioB.address(0), msg);
    msg.fill(0);
    return sent;
  });
  await Promise.all(sends);
  for (let i = 0; i < 40; i++) expect(new TextDecoder().decode(b.recv(0)[1] ?? undefined)).toBe("many");
});

describe("send", () => {
  test("to nobody is NOT_FOUND, and of nothing is ARG, with MicroPython's numbers", () => {
    a.delPeer(radioB.address(0));
    expect(() => a.send("x")).toThrow(expect.objectContaining({ code: "ESP_ERR_ESPNOW_NOT_FOUND", errno: -12393 }));
    expect(() => a.send(ABSENT, "")).toThrow(expect.objectContaining({ code: "ESP_ERR_ESPNOW_ARG", errno: -12390 }));
  });

  test("waits 100 ms for the reports of the sends before it, then says ETIMEDOUT and sends nothing", () => {
    phyA.transmit = () => undefined; // a medium that never reports
    a.send(radioB.address(0), "x", false);
    const start = radioA.clock.now();
    expect(() => a.send(radioB.address(0), "x")).toThrow(expect.objectContaining({ code: "ETIMEDOUT" }));
    expect(radioA.clock.now() - start).toBe(100);
    expect(a.stats().txPackets).toBe(1);
  });

  test("waits 2 s for a buffer, then says NO_MEM", () => {
    phyA.transmit = () => undefined;
    for (let i = 0; i < 32; i++) a.send(radioB.address(0), "x", false);
    const start = radioA.clock.now();
    expect(() => a.send(radioB.address(0), "x", false)).toThrow(
      expect.objectContaining({ code: "ESP_ERR_ESPNOW_NO_MEM" }),
    );
    expect(radioA.clock.now() - start).toBe(2000);
  });

  test("goes on as soon as a buffer is free", () => {
    for (let i = 0; i < 40; i++) expect(a.send(radioB.address(0), Uint8Array.of(i), false)).toBe(true);
    sleepSync(50, radioA);
    expect(a.stats()).toMatchObject({ txPackets: 40, txResponses: 40 });
  });

  test("to all is true only if every peer acknowledged", () => {
    expect(a.send(null, "x")).toBe(true);
    a.addPeer(ABSENT);
    expect(a.send(null, "x")).toBe(false);
    expect(a.stats()).toMatchObject({ txPackets: 3, txResponses: 3, txFailures: 1 });
  });

  test("an async send that fails at the same time does not change the answer", async () => {
    a.addPeer(ABSENT);
    const failing = a.asend(ABSENT, "x");
    expect(a.send(radioB.address(0), "x")).toBe(true);
    expect(await failing).toBe(false);
  });

  test("at active(false) sends that wait for reports are forgotten by the counts, and answered all the same", async () => {
    const report = a.asend(radioB.address(0), "x");
    a.active(false);
    expect(a.stats()).toMatchObject({ txPackets: 0, txResponses: 0 });
    expect(await report).toBe(true);
    expect(a.stats()).toMatchObject({ txPackets: 0, txResponses: 0 });
  });

  test("a radio that goes away is an error of the next send and a failure of the one on its way", async () => {
    const report = a.asendReport(radioB.address(0), "x");
    await radioA[Symbol.asyncDispose]();
    expect(await report).toMatchObject({ status: "failed", error: { code: "ERR_RADIO_CLOSED" } });
    expect(() => a.send(radioB.address(0), "x")).toThrow(expect.objectContaining({ code: "ERR_RADIO_CLOSED" }));
  });
});

describe("blocking on a virtual clock", () => {
  test.each<[string, () => unknown]>([
    ["recv", () => a.recv(10)],
    ["irecv", () => a.irecv()],
    ["sleepSync", () => sleepSync(10, radioA)],
  ])("%s is EDEADLK while async code of this thread waits: time would jump past it", async (_name, call) => {
    const abort = new AbortController();
    const reader = b.arecv({ signal: abort.signal });
    expect(call).toThrow(expect.objectContaining({ code: "EDEADLK" }));
    abort.abort();
    await expect(reader).rejects.toThrow();
    const sleeper = sleep(1000, { radio: radioB });
    expect(call).toThrow(expect.objectContaining({ code: "EDEADLK" }));
    await sleeper;
    expect(call).not.toThrow();
  });

  test("recv(0), any, stats and send may be called all the same", async () => {
    const sleeper = sleep(1000, { radio: radioB });
    expect(a.recv(0)).toEqual([null, null]);
    expect(a.any()).toBe(false);
    a.stats();
    expect(radioA.clock.now()).toBe(0);
    expect(a.send(radioB.address(0), "x")).toBe(true);
    await sleeper;
  });

  test("waiting forever when nothing can happen is EDEADLK", () => {
    expect(() => a.recv(-1)).toThrow(expect.objectContaining({ code: "EDEADLK" }));
  });

  test("a day passes at once", () => {
    expect(a.recv(24 * 3600 * 1000)).toEqual([null, null]);
    expect(radioA.clock.now()).toBe(24 * 3600 * 1000);
  });

  test("a radio that cannot be waited for is ENOTSUP, and the message names the way out", () => {
    const radio = new SoftMacRadio(wire.phy({ blocks: false }));
    radio.setInterfaceActive(0, true);
    const e = new ESPNow(radio);
    e.active(true);
    expect(() => e.recv(1)).toThrow("ENOTSUP: this radio cannot block; use arecv(), asend() and sleep()");
    expect(() => sleepSync(1, radio)).toThrow("ENOTSUP: this radio cannot block");
    expect(e.recv(0)).toEqual([null, null]);
  });
});

describe("the irq handler", () => {
  test("that throws loses no message: the error is uncaught, the next message comes", async () => {
    const errors = uncaught();
    const heard: number[] = [];
    b.irq((e) => {
      heard.push(e.recv(0)[1]?.length ?? 0);
      if (heard.length === 1) throw new Error("in the handler");
    });
    await a.asend(radioB.address(0), pattern(1));
    await a.asend(radioB.address(0), pattern(2));
    await sleep(5, { radio: radioB });
    expect(heard).toEqual([1, 2]);
    expect(errors).toMatchObject([{ message: "in the handler" }]);
  });

  test("may block: it is not called again from inside, and the messages of that time come after", () => {
    const events: string[] = [];
    b.irq((e) => {
      events.push("in");
      while (e.recv(0)[0] !== null);
      sleepSync(20, radioB);
      events.push("out");
    });
    for (let i = 0; i < 3; i++) a.send(radioB.address(0), Uint8Array.of(i), false);
    sleepSync(100, radioB);
    expect(events).toEqual(["in", "out", "in", "out", "in", "out"]);
  });

  test("that calls active(false) inside a blocking recv ends it", () => {
    b.irq((e) => void e.active(false));
    a.send(radioB.address(0), "x", false);
    const received = (): unknown => {
      const first = b.recv(-1);
      return [first, b.recv(-1)];
    };
    expect(received).toThrow(expect.objectContaining({ code: "ESP_ERR_ESPNOW_NOT_INIT" }));
  });
});

test("an irq handler holds the process only while it may be called", async () => {
  const { clock } = radioB;
  let holds = 0;
  const keepAlive = clock.keepAlive.bind(clock);
  clock.keepAlive = () => {
    const release = keepAlive();
    holds++;
    return () => {
      release();
      holds--;
    };
  };
  b.active(false);
  b.irq(() => undefined);
  expect(holds).toBe(0);
  b.active(true);
  expect(holds).toBe(1);
  b.irq(null);
  expect(holds).toBe(0);
  b.irq(() => undefined);
  await radioB[Symbol.asyncDispose]();
  expect(holds).toBe(0);
});

describe("onState", () => {
  test("tells every listener when the radio goes down, comes up and is closed, in order, until it is stopped", async () => {
    const [first, second]: string[][] = [[], []];
    const stop = a.onState(({ state }) => void first?.push(state));
    new ESPNow(radioA).onState((state) => void second?.push(state.state === "down" ? state.reason : state.state));
    phyA.onState?.({ state: "down", reason: "unplugged" });
    phyA.onState?.({ state: "up" });
    expect([first, second]).toEqual([[], []]); // not from inside the radio
    await sleep(0, { radio: radioA });
    expect([first, second]).toEqual([
      ["down", "up"],
      ["unplugged", "up"],
    ]);
    phyA.onState?.({ state: "down", reason: "unplugged" });
    stop(); // before it was told
    await radioA[Symbol.asyncDispose]();
    await sleep(0, { radio: radioA });
    expect([first, second]).toEqual([
      ["down", "up"],
      ["unplugged", "up", "unplugged", "closed"],
    ]);
  });

  test("tells it while the thread blocks; readers of a radio that is down wait, and read on when it is up", () => {
    const told: unknown[] = [];
    b.onState((state) => void told.push(state));
    const { clock } = radioB;
    clock.schedule(clock.now() + 10, () => wire.phys[1]?.onState?.({ state: "down", reason: "unplugged" }));
    clock.schedule(clock.now() + 20, () => wire.phys[1]?.onState?.({ state: "up" }));
    clock.schedule(clock.now() + 30, () => void a.send(radioB.address(0), "x", false));
    expect(b.recv(1000)[0]).toBe(radioA.address(0));
    expect(told).toEqual([{ state: "down", reason: "unplugged" }, { state: "up" }]);
  });

  test("a listener that throws is an uncaught error, and the others are told", async () => {
    const errors = uncaught();
    a.onState(() => {
      throw new Error("listener");
    });
    const told = vi.fn();
    a.onState(told);
    phyA.onState?.({ state: "up" });
    await sleep(0, { radio: radioA });
    expect(told).toHaveBeenCalledWith({ state: "up" });
    expect(errors).toEqual([expect.objectContaining({ message: "listener" })]);
  });

  test("what is no function is refused", () => {
    expect(() => a.onState("up" as never)).toThrow(TypeError);
  });
});

test("a test's fake timers do not stop the radios", async () => {
  vi.useFakeTimers();
  try {
    const received = b.arecv();
    expect(await a.asend(radioB.address(0), "x")).toBe(true);
    expect((await received)[0]).toBe(radioA.address(0));
    await sleep(1000, { radio: radioA });
  } finally {
    vi.useRealTimers();
  }
});

test("config: rxbuf counts from the next active(true), rate goes to the radio, values can be read back", () => {
  expect([b.config("rxbuf"), b.config("timeoutMs")]).toEqual([65536, 300000]);
  b.config({ rxbuf: 528, timeoutMs: -1, rate: Rate.RATE_54M });
  expect([b.config("rxbuf"), b.config("timeoutMs"), radioB.rate]).toEqual([528, -1, Rate.RATE_54M]);
  for (const length of [250, 250]) a.send(radioB.address(0), pattern(length));
  expect(b.stats().rxDropped).toBe(0);
});

test("getPeer knows group addresses, getPeers does not list them", () => {
  a.addPeer(BROADCAST);
  expect(a.getPeer(BROADCAST).mac).toBe(BROADCAST);
  expect(a.getPeers()).toHaveLength(1);
});

test("peersTable holds the 1024 stations heard last, and goes by what was read", () => {
  const messages = 1030;
  a.active(false);
  a.active(true);
  a.addPeer(BROADCAST);
  for (let i = 0; i < messages; i++) {
    const sender = new SoftMacRadio(wire.phy());
    sender.setInterfaceActive(0, true);
    const e = new ESPNow(sender);
    e.active(true);
    e.addPeer(radioB.address(0));
    e.send(radioB.address(0), "x");
    expect(b.recv(0)[0]).toBe(sender.address(0));
    e.active(false);
    wire.phys.pop();
  }
  expect(b.peersTable.size).toBe(1024);
  const times = [...b.peersTable.values()].map(([, timeMs]) => timeMs);
  expect(Math.min(...times)).toBeGreaterThan(messages - 1024);
});
