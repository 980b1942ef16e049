import { getEventListeners } from "node:events";
import { beforeEach, describe, expect, test } from "vitest";
import { AIOESPNow } from "#lib/espnow/aioespnow.ts";
import { sleep } from "#lib/espnow/sleep.ts";
import { type PacketNumberStore, PacketNumbers } from "#lib/radio/soft-mac/packet-numbers.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { Air } from "#lib/sim.ts";
import { pattern } from "#lib/testing/radio-suite.ts";
import { SystemClock } from "#lib/util/system-clock.ts";
import { Wire, type WirePhy } from "#test/doubles/wire.ts";

let wire: Wire;
let phyB: WirePhy;
let a: AIOESPNow;
let b: AIOESPNow;
let radioB: SoftMacRadio;

beforeEach(() => set(new Wire()));

function set(on: Wire): void {
  wire = on;
  phyB = wire.phy();
  const radioA = new SoftMacRadio(wire.phy());
  radioB = new SoftMacRadio(phyB);
  for (const radio of [radioA, radioB]) radio.setInterfaceActive(0, true);
  a = new AIOESPNow(radioA);
  b = new AIOESPNow(radioB);
  for (const e of [a, b]) e.active(true);
  a.addPeer(radioB.address(0));
}

const sendNumber = (number: number): Promise<boolean> => a.asend(radioB.address(0), Uint8Array.of(number));

describe("signals", () => {
  test("one that is aborted already is looked at first: nothing is read and nothing is sent", async () => {
    await sendNumber(1);
    const signal = AbortSignal.abort(new Error("no"));
    await expect(b.arecv({ signal })).rejects.toThrow("no");
    await expect(b.airecv({ signal })).rejects.toThrow("no");
    await expect(b.packets({ signal }).next()).rejects.toThrow("no");
    await expect(a.asend(radioB.address(0), "x", true, { signal })).rejects.toThrow("no");
    await expect(a.asendReport(radioB.address(0), "x", { signal })).rejects.toThrow("no");
    await expect(sleep(1, { signal, radio: radioB })).rejects.toThrow("no");
    expect(wire.sent).toHaveLength(1);
    expect(b.recv(0)[1]).toEqual(Uint8Array.of(1));
  });

  test("an aborted asend stops the waiting: the frame still goes", async () => {
    const abort = new AbortController();
    const sent = a.asend(radioB.address(0), Uint8Array.of(7), true, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(sent).rejects.toThrow("enough");
    expect((await b.arecv())[1]).toEqual(Uint8Array.of(7));
    expect(a.stats()).toMatchObject({ txPackets: 1, txResponses: 1 });
  });

  test("an asend that is aborted while it waits for a buffer is never sent", async () => {
    const abort = new AbortController();
    const sends = Array.from({ length: 40 }, (_, i) =>
      a.asend(radioB.address(0), Uint8Array.of(i), true, i === 39 ? { signal: abort.signal } : {}),
    );
    const last = expect(sends.pop()).rejects.toThrow("enough");
    abort.abort(new Error("enough"));
    await last;
    await Promise.all(sends);
    expect(wire.sent).toHaveLength(39);
  });

  test("no listener is left on a signal that served many waits", async () => {
    const { signal } = new AbortController();
    for (let i = 0; i < 20; i++) {
      const received = b.arecv({ signal });
      await a.asend(radioB.address(0), "x", true, { signal });
      await received;
      await sleep(1, { signal, radio: radioB });
    }
    const packets = b.packets({ signal });
    const next = packets.next();
    await sendNumber(1);
    await next;
    await packets.return?.();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("a reader that was aborted takes no message and no turn", async () => {
    const abort = new AbortController();
    const aborted = expect(b.arecv({ signal: abort.signal })).rejects.toThrow();
    const other = b.arecv();
    abort.abort();
    await aborted;
    await sendNumber(5);
    expect((await other)[1]).toEqual(Uint8Array.of(5));
  });

  test("an aborted signal ends packets() with its reason, once", async () => {
    const abort = new AbortController();
    const packets = b.packets({ signal: abort.signal });
    const next = expect(packets.next()).rejects.toThrow("enough");
    abort.abort(new Error("enough"));
    await next;
    expect(await packets.next()).toEqual({ done: true, value: undefined });
  });
});

describe("several readers", () => {
  test("are served in the order in which they asked", async () => {
    const served: string[] = [];
    const reader = async (name: string): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        const [, msg] = await b.arecv();
        served.push(`${name}${msg[0]}`);
      }
    };
    const readers = Promise.all([reader("x"), reader("y")]);
    for (let i = 0; i < 6; i++) await sendNumber(i);
    await readers;
    expect(served).toEqual(["x0", "y1", "x2", "y3", "x4", "y5"]);
  });

  test("one who comes while others wait does not overtake them", async () => {
    const first = b.arecv();
    const sending = Promise.all([sendNumber(1), sendNumber(2)]);
    const second = b.arecv();
    await sending;
    expect([(await first)[1][0], (await second)[1][0]]).toEqual([1, 2]);
  });

  test("a blocking recv may take the message of a woken reader, which keeps its place", async () => {
    set(new Wire(new SystemClock()));
    const [first, second] = [b.arecv(), b.arecv()];
    a.send(radioB.address(0), Uint8Array.of(1)); // wakes the first reader, whose turn comes after this block
    expect(b.recv(1000)[1]).toEqual(Uint8Array.of(1));
    a.send(radioB.address(0), Uint8Array.of(2));
    a.send(radioB.address(0), Uint8Array.of(3));
    expect([(await first)[1][0], (await second)[1][0]]).toEqual([2, 3]);
  });

  test("iterations and readers share the messages", async () => {
    const iterator = b[Symbol.asyncIterator]();
    const [first, second] = [iterator.next(), b.arecv()];
    await sendNumber(1);
    await sendNumber(2);
    expect((await first).value?.[1]).toEqual(Uint8Array.of(1));
    expect((await second)[1]).toEqual(Uint8Array.of(2));
    await iterator.return?.();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test("a thousand that wait are all woken by active(false)", async () => {
    const readers = Array.from({ length: 1000 }, () => b.arecv());
    b.active(false);
    const settled = await Promise.allSettled(readers);
    expect(new Set(settled.map((one) => one.status))).toEqual(new Set(["rejected"]));
  });

  test("active(false) and at once active(true): who waited before is rejected, and gets none of the new messages", async () => {
    const old = expect(b.arecv()).rejects.toMatchObject({ code: "ESP_ERR_ESPNOW_NOT_INIT" });
    const iteration = b[Symbol.asyncIterator]().next();
    b.active(false);
    b.active(true);
    const received = b.arecv();
    await sendNumber(1);
    await old;
    expect(await iteration).toEqual({ done: true, value: undefined });
    expect((await received)[1]).toEqual(Uint8Array.of(1));
  });
});

describe("the end of the medium", () => {
  test("what was heard before it is read first, then readers are told and iterations end", async () => {
    await sendNumber(1);
    await sendNumber(2);
    phyB.onState?.({ state: "ended" });
    const heard: number[] = [];
    for await (const [, msg] of b) heard.push(msg[0] as number);
    expect(heard).toEqual([1, 2]);
    await expect(b.arecv()).rejects.toMatchObject({ code: "ERR_RADIO_CLOSED" });
    expect(() => b.recv(1)).toThrow("the capture is over");
    expect([...b]).toEqual([]);
  });

  test("wakes who waits", async () => {
    const iteration = b[Symbol.asyncIterator]().next();
    const reader = expect(b.airecv()).rejects.toThrow("the capture is over");
    phyB.onState?.({ state: "ended" });
    expect((await iteration).done).toBe(true);
    await reader;
  });
});

test("disposing of the object stops ESP-NOW and ends its iterations; the radio stays open", async () => {
  const iteration = b[Symbol.asyncIterator]().next();
  await b[Symbol.asyncDispose]();
  await b[Symbol.asyncDispose]();
  expect(await iteration).toEqual({ done: true, value: undefined });
  expect(b.active()).toBe(false);
  expect(b.active(true)).toBe(true);
});

test("an iteration that is left by break or by an error stops waiting", async () => {
  await sendNumber(1);
  for await (const _ of b) break;
  const failing = (async () => {
    await sendNumber(2);
    for await (const _ of b) throw new Error("mine");
  })();
  await expect(failing).rejects.toThrow("mine");
  const received = b.arecv();
  await sendNumber(3);
  expect((await received)[1]).toEqual(Uint8Array.of(3));
});

test("next() of several that wait in one iteration are served in turn", async () => {
  const iterator = b[Symbol.asyncIterator]();
  const nexts = [iterator.next(), iterator.next()];
  await sendNumber(1);
  await sendNumber(2);
  expect((await Promise.all(nexts)).map(({ value }) => value?.[1][0])).toEqual([1, 2]);
});

test("a send that finds no buffer with nothing on its way is refused at once: no buffer will come free", async () => {
  const radio = new SoftMacRadio(wire.phy(), { txBuffers: 1 });
  radio.setInterfaceActive(0, true);
  const e = new AIOESPNow(radio);
  e.active(true);
  e.addPeer(radioB.address(0));
  e.addPeer("02:00:00:00:00:99");
  await expect(e.asend("to both")).rejects.toMatchObject({ code: "ESP_ERR_ESPNOW_NO_MEM" });
});

test("a wrong signal-less call rejects and does not throw", async () => {
  const promise = a.asend("not an address", "x");
  await expect(promise).rejects.toThrow(RangeError);
  await expect(a.asend(radioB.address(0), pattern(1471))).rejects.toMatchObject({ code: "ESP_ERR_ESPNOW_ARG" });
});

test("in real time, what a blocking send leaves on the air goes on after it", async () => {
  const air = new Air({ seed: 1, clock: new SystemClock() });
  const open = () => {
    const radio = air.radio();
    radio.setInterfaceActive(0, true);
    const e = new AIOESPNow(radio);
    e.active(true);
    return { e, mac: radio.address(0) };
  };
  const [first, second, listener] = [open(), open(), open()];
  for (const { e } of [first, second]) e.addPeer(listener.mac);
  for (let i = 0; i < 20; i++) second.e.send(listener.mac, Uint8Array.of(i), false);
  first.e.send(listener.mac, "x");
  for (let i = 0; i < 21; i++) await listener.e.arecv();
  expect(listener.e.stats().rxPackets).toBe(21);
  await air[Symbol.asyncDispose]();
});

test("in real time, waiting forever is EDEADLK where this thread is the only one that could send", () => {
  set(new Wire(new SystemClock()));
  expect(() => b.recv(-1)).toThrow(expect.objectContaining({ code: "EDEADLK" }));
});

describe("senders that wait for a buffer", () => {
  /** A radio with few buffers, and the addresses of peers that acknowledge. */
  function narrow(txBuffers: number): { e: AIOESPNow; peers: string[] } {
    const radio = new SoftMacRadio(wire.phy(), { txBuffers });
    radio.setInterfaceActive(0, true);
    const e = new AIOESPNow(radio);
    e.active(true);
    const peers = Array.from({ length: 3 }, () => {
      const other = new SoftMacRadio(wire.phy());
      other.setInterfaceActive(0, true);
      e.addPeer(other.address(0));
      return other.address(0);
    });
    return { e, peers };
  }

  test("go on when one of them is refused", async () => {
    const { e, peers } = narrow(1);
    const [first, refused, last] = peers.map((mac) => e.asend(mac, "x"));
    e.delPeer(peers[1] as string);
    const refusal = expect(refused).rejects.toMatchObject({ code: "ESP_ERR_ESPNOW_NOT_FOUND" });
    expect(await first).toBe(true);
    await refusal;
    expect(await last).toBe(true);
    expect(await e.asend(peers[0] as string, "later")).toBe(true);
  });

  test("go on when one of them needs more buffers than there are", async () => {
    const { e, peers } = narrow(2);
    const sends = [e.asend(peers[0] as string, "x"), e.asend("to all three"), e.asend(peers[1] as string, "y")];
    const settled = await Promise.allSettled(sends);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  test("are rejected by active(false), also when it is followed by active(true)", async () => {
    const { e, peers } = narrow(1);
    const sends = peers.map((mac) => e.asend(mac, "x"));
    e.active(false);
    e.active(true);
    for (const mac of peers) e.addPeer(mac);
    const settled = await Promise.allSettled(sends);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(await e.asend(peers[0] as string, "x")).toBe(true);
  });

  test("to all with a store that fails: nobody is sent to, and the counts stay right", async () => {
    const store: PacketNumberStore = { reserve: () => 1 };
    const radio = new SoftMacRadio(wire.phy(), { packetNumbers: new PacketNumbers(store) });
    radio.setInterfaceActive(0, true);
    const e = new AIOESPNow(radio);
    e.active(true);
    for (const [i, lmk] of ["0123456789abcdef", "fedcba9876543210"].entries())
      e.addPeer(`02:00:00:00:00:0${i}`, { lmk });
    let calls = 0;
    store.reserve = () => {
      if (++calls === 2) throw new Error("disk full");
      return 1;
    };
    await expect(e.asend("to both")).rejects.toMatchObject({ code: "ESP_ERR_ESPNOW_INTERNAL" });
    expect(wire.sent).toHaveLength(0);
    expect(e.stats()).toMatchObject({ txPackets: 0, txResponses: 0 });
  });
});

test("two readers that were woken in vain keep their order", async () => {
  set(new Wire(new SystemClock()));
  const readers = [b.arecv(), b.arecv(), b.arecv()];
  for (const i of [8, 9]) a.send(radioB.address(0), Uint8Array.of(i));
  expect([b.recv(100)[1]?.[0], b.recv(100)[1]?.[0]]).toEqual([8, 9]);
  for (const i of [1, 2, 3]) a.send(radioB.address(0), Uint8Array.of(i));
  expect((await Promise.all(readers)).map(([, msg]) => msg[0])).toEqual([1, 2, 3]);
});

test("an iteration whose body calls active(false) and active(true) has ended", async () => {
  await sendNumber(1);
  const seen: number[] = [];
  for await (const [, msg] of b) {
    seen.push(msg[0] as number);
    b.active(false);
    b.active(true);
    await sendNumber(2);
  }
  expect(seen).toEqual([1]);
});

test("a blocking iteration ends with the capture, also when it waits", () => {
  wire.clock.schedule(50, () => phyB.onState?.({ state: "ended" }));
  a.send(radioB.address(0), "x", false);
  expect([...b].map(([, msg]) => msg?.length)).toEqual([1]);
});

test("packets() that are never read leave nothing on their signal", () => {
  const { signal } = new AbortController();
  b.packets({ signal });
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a radio that is none is refused", () => {
  expect(() => new AIOESPNow("sim:" as never)).toThrow("radio must be a Radio, as openRadio() gives");
  expect(() => new AIOESPNow(Promise.resolve() as never)).toThrow(TypeError);
});
