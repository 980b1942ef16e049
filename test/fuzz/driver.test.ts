/** Programs made at random, on a simulated air in virtual time: what must hold of all of them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { AIOESPNow } from "#lib/espnow/aioespnow.ts";
import { sleep } from "#lib/espnow/sleep.ts";
import { Air, type SimRadio } from "#lib/sim.ts";

const NODES = 3;
const RUNS = Math.max(100, Math.floor(Number(process.env["FUZZ_RUNS"] ?? 15_000) / 150));

type Step =
  | { readonly do: "send"; readonly from: number; readonly to: number; readonly length: number; readonly sync: boolean }
  | { readonly do: "read"; readonly node: number; readonly how: "arecv" | "airecv" | "next" | "aborted" }
  | { readonly do: "restart"; readonly node: number }
  | { readonly do: "sleep"; readonly ms: number };

const node = fc.integer({ min: 0, max: NODES - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("send"),
      from: node,
      to: node,
      length: fc.integer({ min: 2, max: 1470 }),
      sync: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("read"), node, how: fc.constantFrom("arecv", "airecv", "next", "aborted") }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart"), node }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("sleep"), ms: fc.integer({ min: 0, max: 40 }) }) },
);

class Program {
  readonly log: string[] = [];
  /** What each read gave, in the order of the calls; undefined for one that gave no message. */
  readonly reads: ({ readonly from: number; readonly to: number; readonly number: number } | undefined)[] = [];
  readonly #air = new Air({ seed: 1 });
  readonly #radios: SimRadio[] = Array.from({ length: NODES }, () => this.#air.radio());
  readonly #nodes: AIOESPNow[];
  readonly #iterators: AsyncIterator<readonly [string, Uint8Array]>[];
  readonly #promises: Promise<unknown>[] = [];
  #sent = 0;

  constructor() {
    this.#nodes = this.#radios.map((radio) => {
      radio.setInterfaceActive(0, true);
      return new AIOESPNow(radio);
    });
    for (let i = 0; i < NODES; i++) this.#start(i);
    this.#iterators = this.#nodes.map((e) => e[Symbol.asyncIterator]());
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const one of steps) {
      if (one.do === "send") this.#send(one.from, one.to, one.length, one.sync);
      else if (one.do === "read") this.#read(one.node, one.how);
      else if (one.do === "restart") this.#restart(one.node);
      else await sleep(one.ms, { radio: this.#radios[0] as SimRadio });
    }
    // Nothing is lost on this air: once everything was sent, what was received is with a reader, in a buffer, or dropped.
    await sleep(60_000, { radio: this.#radios[0] as SimRadio });
    for (const e of this.#nodes) e.active(false);
    await Promise.all(this.#promises); // each of them settles
    expect(this.#radios[0]?.clock.asyncWaits).toBe(0);
    await this.#air[Symbol.asyncDispose]();
  }

  stats(): readonly string[] {
    return this.#nodes.map((e) => JSON.stringify(e.stats()));
  }

  #start(index: number): void {
    const e = this.#nodes[index] as AIOESPNow;
    e.active(true);
    for (const [other, radio] of this.#radios.entries()) if (other !== index) e.addPeer(radio.address(0));
  }

  #restart(index: number): void {
    (this.#nodes[index] as AIOESPNow).active(false);
    this.#start(index);
    this.#iterators[index] = (this.#nodes[index] as AIOESPNow)[Symbol.asyncIterator]();
  }

  #send(from: number, to: number, length: number, sync: boolean): void {
    if (from === to) return;
    const number = this.#sent++;
    const data = new Uint8Array(length);
    new DataView(data.buffer).setUint16(0, number);
    const e = this.#nodes[from] as AIOESPNow;
    const sent = e.asend((this.#radios[to] as SimRadio).address(0), data, sync);
    this.#note(sent.then((acknowledged) => `sent ${from}>${to} ${number} ${acknowledged}`));
  }

  #read(index: number, how: "arecv" | "airecv" | "next" | "aborted"): void {
    const e = this.#nodes[index] as AIOESPNow;
    const read = this.reads.push(undefined) - 1;
    const seen = ([mac, msg]: readonly [string, Uint8Array]): string => {
      const from = this.#radios.findIndex((radio) => radio.address(0) === mac);
      const number = new DataView(msg.buffer, msg.byteOffset).getUint16(0);
      this.reads[read] = { from, to: index, number };
      return `read ${from}>${index} ${number}`;
    };
    if (how === "next") {
      const next = (this.#iterators[index] as AsyncIterator<readonly [string, Uint8Array]>).next();
      this.#note(next.then(({ done, value }) => (done ? `end ${index}` : seen(value))));
    } else if (how === "aborted") {
      const abort = new AbortController();
      this.#note(e.arecv({ signal: abort.signal }).then(seen));
      this.#promises.push(
        sleep(10, { radio: this.#radios[index] as SimRadio }).then(() => abort.abort(new Error("aborted"))),
      );
    } else {
      this.#note(e[how]().then(seen));
    }
  }

  #note(event: Promise<string>): void {
    const noted = event
      .catch((error: Error) => `error ${error.message}`)
      .then((line) => this.log.push(`${this.#radios[0]?.clock.now()} ${line}`));
    this.#promises.push(noted);
  }
}

/** The numbers of the messages that one node's reads gave from another, in the order of the calls. */
function readNumbers({ reads }: Program, from: number, to: number): number[] {
  return reads.flatMap((read) => (read?.from === from && read.to === to ? [read.number] : []));
}

test("every promise settles, readers are served in turn and messages keep their order, none comes twice, and a second run is the same", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: "max" }), async (steps) => {
      const [first, second] = [new Program(), new Program()];
      await first.run(steps);
      await second.run(steps);
      expect(second.log).toEqual(first.log);
      expect(second.stats()).toEqual(first.stats());
      for (let from = 0; from < NODES; from++) {
        for (let to = 0; to < NODES; to++) {
          const numbers = readNumbers(first, from, to);
          expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        }
      }
    }),
    { numRuns: RUNS },
  );
});

test("without restarts, what was acknowledged is what was received or found no room", async () => {
  const steps = fc.array(
    step.filter((one) => one.do !== "restart"),
    { maxLength: 60, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (program) => {
      const run = new Program();
      await run.run(program);
      const stats = run.stats().map((line) => JSON.parse(line) as Record<string, number>);
      const sum = (name: string): number => stats.reduce((total, one) => total + (one[name] as number), 0);
      expect(sum("txPackets")).toBe(sum("txResponses"));
      expect(sum("txFailures")).toBe(0);
      expect(sum("rxPackets") + sum("rxDropped")).toBe(sum("txPackets"));
    }),
    { numRuns: RUNS },
  );
});
