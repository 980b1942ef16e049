import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep, toMac } from "aioespnow";
import { Air } from "aioespnow/sim";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Decoder } from "#gateway/decoders/decoder.ts";
import { Scripts } from "#gateway/scripts/scripts.ts";
import { ENCODE_CONTEXT } from "../decoders/decode-hex.ts";
import { GATEWAY, NODE, openHouse, switchOn } from "../house.ts";

const SOURCE = { source: toMac("02:00:00:00:00:01") };
/** On a machine that is busy everything takes long. */
const PATIENT_MS = 30_000;
const BYTES = Uint8Array.of(0x02, 0xca, 0x09);

let folder: string;
let scripts: Scripts;
let remarks: string[];
/** Called at each change of a decoder, and at each remark. */
let told: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-scripts-"));
  remarks = [];
  told = () => undefined;
  scripts = new Scripts(folder, {
    onRemark(text) {
      remarks.push(text);
      told();
    },
    onChange: () => told(),
    limitMs: PATIENT_MS,
  });
});

afterEach(async () => {
  await scripts[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);

async function load(file: string, text: string): Promise<Decoder> {
  write(file, text);
  const decoder = scripts.create({ format: "script", file });
  await scripts.ready();
  return decoder;
}

/** Waits for the next change or remark after `work`. */
async function after(work: () => void): Promise<void> {
  const next = new Promise<void>((resolve) => {
    told = resolve;
  });
  work();
  await next;
}

const THERMOMETER = `
export const examples = [{ message: "02ca09", values: { temperature: 25.06 } }];
export function decode(bytes, { source }) {
  const view = new DataView(bytes.buffer);
  if (bytes[0] !== 2) return { reason: "not mine" };
  return { values: { temperature: view.getInt16(1, true) / 100 }, events: [] };
}
`;

describe("what is a decoder", () => {
  test("a module in JavaScript, whose examples are run", async () => {
    const decoder = await load("a.js", THERMOMETER);
    expect(remarks).toEqual([]);
    expect(decoder.decode(BYTES, SOURCE)).toEqual({ values: { temperature: 25.06 }, events: [] });
    expect(decoder.decode(Uint8Array.of(1), SOURCE)).toEqual({ reason: "not mine" });
    expect(decoder.describe({ values: { temperature: 25.06 }, events: {} })).toMatchObject([
      { platform: "sensor", unit: "°C" },
    ]);
    expect(decoder.encode).toBeUndefined();
  });

  test("one in TypeScript, with encode and describe", async () => {
    const decoder = await load(
      "b.ts",
      `import type { DecodeContext, Values } from "espnow-gateway/decoders";
      enum Mode { Off, On }
      interface Lamp { readonly on: boolean }
      export const decode = (bytes: Uint8Array, context: DecodeContext) =>
        ({ values: { on: bytes[0] === Mode.On, from: context.source } satisfies Values });
      export function encode(values: Lamp): Uint8Array { return Uint8Array.of(values.on ? Mode.On : Mode.Off); }
      export const describe = () => [{ key: "on", platform: "switch" }];
      `,
    );
    expect(remarks).toEqual([]);
    expect(decoder.decode(Uint8Array.of(1), SOURCE)).toMatchObject({ values: { on: true, from: SOURCE.source } });
    expect(decoder.encode?.({ on: true }, ENCODE_CONTEXT)).toEqual(Uint8Array.of(1));
    expect(decoder.describe({ values: {}, events: {} })).toEqual([{ key: "on", platform: "switch" }]);
  });

  test("one of The Things Network", async () => {
    const decoder = await load(
      "ttn.js",
      `function decodeUplink(input) {
        temperature = (input.bytes[0] << 8 | input.bytes[1]) / 100;
        if (input.bytes.length !== 2) return { errors: ["wrong length", "really"] };
        return { data: { temperature: temperature, nested: { port: input.fPort } }, warnings: [] };
      }
      function encodeDownlink(input) { return { bytes: [input.data.led], fPort: 2 }; }
      `,
    );
    expect(decoder.decode(Uint8Array.of(0x09, 0xca), SOURCE)).toEqual({
      values: { temperature: 25.06, nested_port: 1 },
      events: [],
    });
    expect(decoder.decode(BYTES, SOURCE)).toEqual({ reason: "wrong length; really" });
    expect(decoder.encode?.({ led: 7 }, ENCODE_CONTEXT)).toEqual(Uint8Array.of(7));
    expect(decoder.encode?.({ led: 700 }, ENCODE_CONTEXT)).toMatchObject({
      reason: expect.stringMatching(/^encode returns bytes/),
    });
  });

  test("the example of the documentation", async () => {
    const [, text = ""] =
      /This is `tank\.ts`:\n\n```ts\n([\s\S]*?)```/.exec(readFileSync("docs/decoders.md", "utf8")) ?? [];
    const decoder = await load("tank.ts", text);
    expect(remarks).toEqual([]);
    expect(decoder.decode(Uint8Array.of(1, 75), SOURCE)).toEqual({ values: { level: 37.5 }, events: [] });
    expect(decoder.encode?.({ valve: true }, ENCODE_CONTEXT)).toEqual(Uint8Array.of(2, 1));
    expect(decoder.describe({ values: {}, events: {} })).toMatchObject([{ key: "level" }, { key: "valve" }]);
  });

  test("texts of encode are UTF-8, and what console writes is told", async () => {
    const decoder = await load(
      "c.js",
      `exports.decode = (bytes) => { console.log("heard", bytes.length); return { values: {}, messageId: 7 }; };
      exports.encode = (values) => "t=" + values.t + " °C";`,
    );
    expect(decoder.decode(BYTES, SOURCE)).toEqual({ values: {}, events: [], messageId: "7" });
    expect(remarks).toEqual(["c.js: heard 3"]);
    expect(decoder.encode?.({ t: 5 }, ENCODE_CONTEXT)).toEqual(new TextEncoder().encode("t=5 °C"));
  });
});

describe("what is none is told with its line", () => {
  test.each([
    ["a.js", "\n\nlet x = ;", /^the decoder a\.js cannot be loaded: a\.js:3: Unexpected token ';'$/],
    ["a.ts", "\nexport const x: = 5;", /^the decoder a\.ts cannot be loaded: a\.ts:2: Unexpected token/],
    ["a.js", "const x = 1;\nnowhere();", /a\.js:2: nowhere is not defined$/],
    ["a.js", "export const decodeIt = 1;", /it has no function decode\(bytes\) or decodeUplink\(input\)$/],
    [
      "a.js",
      'import fs from "node:fs"; export const decode = fs;',
      /a decoder is one file: it cannot import "node:fs"$/,
    ],
    ["a.js", "for (;;);", /it took too long$/],
    ["a.js", "process.exit(3);", /it ended its process \(code 3\)$/],
    [
      "a.js",
      "const all = []; for (;;) all.push(new Array(1e6).fill(1.5));",
      /it (took too long|needed more than 64 MB of memory)$/,
    ],
    [
      "a.js",
      THERMOMETER.replace("25.06", "25.07"),
      /the example number 1: it gives .*25\.06.*, not the values .*25\.07/,
    ],
    ["a.js", `${THERMOMETER.replace("02ca09", "2ca09")}`, /its message is no text of hexadecimal digits$/],
  ])("%s: %j", async (file, text, reason) => {
    const decoder = await load(file, text);
    expect(remarks).toEqual([expect.stringMatching(reason)]);
    expect(decoder.decode(BYTES, SOURCE)).toEqual({ reason: expect.stringMatching(reason) });
  });

  test("a name that is no file of the folder, and a file that is not there", async () => {
    write("there.js", THERMOMETER);
    for (const file of ["../a.js", "/etc/a.js", "a.py", ".js", ""]) {
      expect(() => scripts.check({ format: "script", file })).toThrow("file is the name of a script in the folder");
    }
    expect(() => scripts.check({ format: "script", file: "gone.js" })).toThrow(
      /^there is no decoder gone\.js in .*: there are there\.js$/,
    );
    const gone = scripts.create({ format: "script", file: "gone.js" });
    expect(gone.decode(BYTES, SOURCE)).toEqual({ reason: expect.stringContaining("gone.js cannot be read") });
  });
});

/** Decodes well, but for the message 99, for which it does `harm`. */
const harmful = (harm: string): string => `
const hoard = [];
function decode(bytes) {
  if (bytes[0] === 99) { ${harm} }
  return { values: { n: bytes[0] } };
}`;

describe("a decoder that does harm hurts nobody", () => {
  test.each([
    ["never ends", "for (;;);", /^it took too long/],
    ["ends its process", "process.exit();", /^it ended its process \(code 0\)$/],
    ["is killed", "process.kill(process.pid, 'SIGKILL');", /^its process was ended by SIGKILL$/],
    [
      "fills the memory with objects",
      "for (;;) hoard.push({ a: [1, 2, 3] });",
      /^it (took too long|needed more than 64 MB)/,
    ],
    [
      "asks for too much memory at once",
      "hoard.push(new Array(5e7).fill(1.5));",
      /^it (took too long|needed more than 64 MB)/,
    ],
    ["fills the memory with buffers", "for (;;) hoard.push(Buffer.alloc(1e7, 1));", /^it took too long/],
    ["nests without end", "decode(bytes);", /^harm\.js:\d+: Maximum call stack size exceeded$/],
    ["searches without end", "/^(a+)+$/.test('a'.repeat(50) + 'b');", /^it took too long/],
    ["is async", "return Promise.resolve({ values: {} });", /^it is async: a decoder returns its result at once$/],
    ["returns nonsense", "return 5;", /^decode returns \{ values, events \} or \{ reason \}/],
    ["returns too much", "return { values: { a: 'x'.repeat(70000) } };", /^its result has more than 65536 characters$/],
    ["returns a circle", "const a = {}; a.a = a; return { values: a };", /circular/],
    ["throws nothing", "throw null;", /^it threw null$/],
  ])("one that %s", async (_what, harm, reason) => {
    const strict = new Scripts(folder, { onRemark: (text) => remarks.push(text), onChange: () => undefined });
    await using _ = strict;
    write("harm.js", harmful(harm));
    const decoder = strict.create({ format: "script", file: "harm.js" });
    await strict.ready();
    expect(decoder.decode(Uint8Array.of(99), SOURCE)).toEqual({ reason: expect.stringMatching(reason) });
    await strict.ready(); // its process may have to be started again
    await vi.waitFor(
      () => expect(decoder.decode(Uint8Array.of(2), SOURCE)).toMatchObject({ values: { n: 2 } }),
      20_000,
    );
    expect(remarks).toEqual([]);
  });

  test("one that fails 20 times in a row is switched off until its file changes; raw messages still flow", async () => {
    write("bad.js", harmful("throw new Error('no');"));
    await using air = new Air({ seed: 1 });
    const radio = air.radio({ mac: GATEWAY, profile: "host" });
    const node = switchOn(air, NODE);
    await using house = openHouse([radio], { decoders: scripts, raw: true });
    house.gateway.addNode(NODE, { isAccepted: true, decoder: { format: "script", file: "bad.js" } });
    await scripts.ready();
    const say = async (byte: number): Promise<void> => {
      await node.asend(GATEWAY, Uint8Array.of(byte));
      await sleep(5, { radio });
    };
    for (let i = 0; i < 19; i++) await say(99);
    await say(1); // the row is broken
    for (let i = 0; i < 19; i++) await say(99);
    expect(remarks).toEqual([]);
    await say(99);
    expect(remarks).toEqual([
      expect.stringMatching(/^the decoder bad\.js is switched off after 20 failures in a row: bad\.js:4: no\./),
    ]);
    await say(2);
    const known = house.gateway.nodes.find(NODE);
    expect(known.problem).toMatch(/^the decoder bad\.js is switched off/);
    expect(known.seen.values).toEqual({ n: 1 });
    expect(house.published("espnow/rx/0200000000a1")).toHaveLength(41);
    await after(() => write("bad.js", harmful("return { values: { n: 0 } };")));
    await say(3);
    expect(known.seen.values).toEqual({ n: 3 });
  });

  test("it knows nothing of the environment", async () => {
    const decoder = await load("env.js", "const decode = () => ({ values: { ...process.env } });");
    expect(decoder.decode(BYTES, SOURCE)).toEqual({ values: {}, events: [] });
  });
});

describe("when its file changes", () => {
  test("it reads messages in the new way, and its entities are discovered anew", async () => {
    write("t.js", "const decode = () => ({ values: { a: 1 } });");
    await using air = new Air({ seed: 1 });
    const radio = air.radio({ mac: GATEWAY, profile: "host" });
    const node = switchOn(air, NODE);
    let changed = (): void => undefined;
    const own = new Scripts(folder, {
      onRemark: () => told(),
      onChange: () => changed(),
      limitMs: PATIENT_MS,
    });
    await using _ = own;
    await using house = openHouse([radio], { decoders: own });
    house.gateway.addNode(NODE, { isAccepted: true, decoder: { format: "script", file: "t.js" } });
    await own.ready();
    await node.asend(GATEWAY, Uint8Array.of(1));
    await sleep(5, { radio });
    const reloaded = new Promise<void>((resolve) => {
      changed = () => {
        house.gateway.changeNode(house.gateway.nodes.find(NODE), {});
        resolve();
      };
    });
    write(
      "t.js",
      "const decode = () => ({ values: {} }); const describe = () => [{ key: 'a', platform: 'binary_sensor' }];",
    );
    await reloaded;
    await sleep(5, { radio });
    expect(house.retained("homeassistant/device/espnow_0200000000a1/config")).toMatchObject({
      cmps: { a: { p: "binary_sensor" } },
    });
  });

  test("and has an error, the one of before stays, and that is told", async () => {
    const decoder = await load("t.js", THERMOMETER);
    await after(() => write("t.js", "export const decode = ;"));
    expect(remarks).toEqual([expect.stringMatching(/t\.js:1: .*; the one of before stays$/)]);
    expect(decoder.decode(BYTES, SOURCE)).toMatchObject({ values: { temperature: 25.06 } });
  });
});
