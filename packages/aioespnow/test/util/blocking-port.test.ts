import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BlockingPort } from "#lib/util/blocking-port.ts";
import { SystemClock } from "#lib/util/system-clock.ts";

/** A thread that answers each number with the next one, and "silence" not at all; "burst" with three words. */
const ECHO = `
  const { workerData: { port, bell } } = require("node:worker_threads");
  const say = (message) => { port.postMessage(message); Atomics.add(bell, 0, 1); Atomics.notify(bell, 0); };
  port.on("message", (message) => {
    if (message === "burst") for (const word of ["one", "two", "three"]) say(word);
    else if (message !== "silence") say(message + 1);
  });`;

describe("a port of a thread that blocks", () => {
  let clock: SystemClock;
  let worker: Worker;
  let port: BlockingPort<unknown, unknown>;
  let heard: unknown[];

  beforeEach(() => {
    clock = new SystemClock();
    const { port1, port2 } = new MessageChannel();
    const workerData = { port: port2, bell: BlockingPort.bell };
    worker = new Worker(ECHO, { eval: true, workerData, transferList: [port2] });
    port = new BlockingPort(port1, undefined, clock);
    heard = [];
    port.onMessage = (message) => void heard.push(message);
  });
  afterEach(async () => {
    port.close();
    port.close();
    await worker.terminate();
  });

  function waitFor(count: number): void {
    const deadline = clock.now() + 20_000;
    while (heard.length < count && clock.now() < deadline) port.wait(deadline);
  }

  test("receives while it blocks, again and again", () => {
    for (let i = 0; i < 300; i++) {
      port.post(i);
      waitFor(i + 1);
    }
    expect(heard).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  });

  test.each([
    ["2^31", 0x7fff_ffff - 100],
    ["2^32", -100],
  ])("misses no message when its bell was rung %s times", (_, rung) => {
    Atomics.store(BlockingPort.bell, 0, rung);
    for (let i = 0; i < 300; i++) {
      port.post(i);
      waitFor(i + 1);
    }
    expect(heard).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  });

  test("takes a message that comes between its look and its sleep", () => {
    // The last thing that is looked at before the thread sleeps: whoever rings from there on must still wake it.
    const detach = clock.attach(() => {
      if (heard.length === 0) port.post(1);
    });
    waitFor(1);
    detach();
    expect(heard[0]).toBe(2);
  });

  test("hands no message over twice, where an event and a wait could both take it", async () => {
    for (let i = 0; i < 50; i++) {
      port.post("burst");
      if (i % 2 === 0) port.wait(clock.now() + 1);
      else await new Promise(setImmediate);
    }
    waitFor(150);
    await new Promise(setImmediate);
    expect(heard).toEqual(Array.from({ length: 50 }, () => ["one", "two", "three"]).flat());
  });

  test.each(["while it blocks", "by events"])(
    "hands out nothing more when it was closed by who got a message, %s",
    async (way) => {
      port.onMessage = (message) => {
        heard.push(message);
        port.close();
      };
      port.post("burst");
      if (way === "while it blocks") waitFor(1);
      while (heard.length === 0) await new Promise(setImmediate);
      for (let i = 0; i < 10; i++) await new Promise(setImmediate);
      expect(heard).toEqual(["one"]);
    },
  );

  test("receives by events while it does not", async () => {
    const message = new Promise((resolve) => {
      port.onMessage = resolve;
    });
    port.post(1);
    worker.ref();
    expect(await message).toBe(2);
  });

  test("receives several messages in order, each once, by whichever way", async () => {
    port.post("burst");
    waitFor(1);
    const last = new Promise<void>((resolve) => {
      port.onMessage = (message) => void (heard.push(message) === 4 && resolve());
    });
    port.post(1);
    await last;
    expect(heard).toEqual(["one", "two", "three", 2]);
  });

  test("wait returns at its deadline when nothing comes, and timers of the clock run meanwhile", () => {
    const start = clock.now();
    let ran = false;
    clock.schedule(start + 5, () => {
      ran = true;
    });
    port.post("silence");
    port.wait(start + 20);
    expect(clock.now()).toBeGreaterThanOrEqual(start + 20);
    expect(ran).toBe(true);
    expect(heard).toEqual([]);
  });

  test("waits that return at once take what has come", () => {
    port.post(5);
    const deadline = clock.now() + 20_000;
    while (heard.length === 0 && clock.now() < deadline) port.wait(0);
    expect(heard).toEqual([6]);
  });

  test("a wait forever ends with a message; without a port it is EDEADLK", () => {
    port.post(1);
    while (heard.length === 0) port.wait(Number.POSITIVE_INFINITY);
    port.close();
    expect(() => clock.wait(Number.POSITIVE_INFINITY)).toThrow(expect.objectContaining({ code: "EDEADLK" }));
  });
});

test("two threads of which both block talk to each other", async () => {
  const { port1, port2 } = new MessageChannel();
  const theirBell = new Int32Array(new SharedArrayBuffer(4));
  const source = `
    const { workerData: { port, bell, ownBell }, receiveMessageOnPort } = require("node:worker_threads");
    for (let left = 50; left > 0; ) {
      const seen = Atomics.load(ownBell, 0);
      const taken = receiveMessageOnPort(port);
      if (taken === undefined) { Atomics.wait(ownBell, 0, seen); continue; }
      left--;
      port.postMessage(-taken.message); Atomics.add(bell, 0, 1); Atomics.notify(bell, 0);
    }`;
  const workerData = { port: port2, bell: BlockingPort.bell, ownBell: theirBell };
  const worker = new Worker(source, { eval: true, workerData, transferList: [port2] });
  const clock = new SystemClock();
  const port = new BlockingPort<number, number>(port1, theirBell, clock);
  const heard: number[] = [];
  port.onMessage = (message) => void heard.push(message);
  for (let i = 1; i <= 50; i++) {
    port.post(i);
    while (heard.length < i) port.wait(Number.POSITIVE_INFINITY);
  }
  expect(heard).toEqual(Array.from({ length: 50 }, (_, i) => -1 - i));
  port.close();
  await once(worker, "exit");
});
