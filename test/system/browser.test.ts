import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, JSHandle, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM, hasChromium, openBrowser } from "./chromium.ts";

/** A page's view of the built library: no server, its requests are answered from these folders. */
const ORIGIN = "http://localhost";
const FOLDERS = [
  ["/aioespnow/", new URL("../../packages/aioespnow/dist/", import.meta.url)],
  ["/espnow-gateway/", new URL("../../packages/gateway/dist/", import.meta.url)],
  ["/@noble/hashes/", new URL("../../node_modules/@noble/hashes/", import.meta.url)],
  ["/cborg/", new URL("../../node_modules/cborg/", import.meta.url)],
  ["/@noble/ciphers/", new URL("../../node_modules/@noble/ciphers/", import.meta.url)],
] as const;
const PAGE = `<!doctype html><script type="importmap">
  {"imports": {"@noble/ciphers/": "/@noble/ciphers/", "@noble/hashes/": "/@noble/hashes/", "cborg": "/cborg/cborg.js",
    "aioespnow": "/aioespnow/index.js", "aioespnow/codec": "/aioespnow/codec/index.js", "aioespnow/": "/aioespnow/"}}
</script>`;

async function answer(path: string): Promise<{ status: number; contentType: string; body: string }> {
  if (path === "/") return { status: 200, contentType: "text/html", body: PAGE };
  for (const [prefix, folder] of FOLDERS) {
    if (!path.startsWith(prefix)) continue;
    const file = fileURLToPath(new URL(path.slice(prefix.length), folder));
    if (existsSync(file)) return { status: 200, contentType: "text/javascript", body: await readFile(file, "utf8") };
  }
  return { status: 404, contentType: "text/plain", body: `nothing at ${path}` };
}

describe.skipIf(!hasChromium)(`in a browser (${CHROMIUM})`, () => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    page = await browser.newPage();
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.route("**/*", async (route) => route.fulfill(await answer(new URL(route.request().url()).pathname)));
    await page.goto(ORIGIN);
  });

  afterAll(() => browser?.close());

  /** A module of the library, loaded by the page. As a string: what vitest compiles cannot import in a page. */
  function load<Module>(file: string): Promise<JSHandle<Module>> {
    return page.evaluateHandle(`import("/aioespnow/${file}")`);
  }

  test("the built codec loads and decodes a frame that it encoded", async () => {
    const codec = await load<typeof import("#lib/codec/index.ts")>("codec/index.js");
    const decoded = await page.evaluate((codec) => {
      const frame = new Uint8Array(64);
      const source = codec.toMac("aa:bb:cc:dd:ee:01");
      const addresses = { destination: codec.BROADCAST, source, bssid: codec.BROADCAST };
      const body = codec.encodeActionHeader(frame, 0, { ...addresses, sequenceNumber: 7, protected: false });
      const end = codec.encodeActionBody(frame, body, new TextEncoder().encode("hello"), 2, 0x01020304);
      const into = new codec.EspNowFrame();
      const isMessage = codec.decodeMpdu(frame, 0, end, "v2", into) === into;
      const summary = codec.summarizeFrame(frame.subarray(0, end), "802.11");
      return { isMessage, source: into.header.source, text: new TextDecoder().decode(into.body.data()), summary };
    }, codec);
    expect(decoded).toMatchObject({ isMessage: true, source: "aa:bb:cc:dd:ee:01", text: "hello" });
    expect(decoded.summary).toContain("aa:bb:cc:dd:ee:01");
    expect(errors).toEqual([]);
  });

  test("the decoders of payloads read every example", async () => {
    const decoders: JSHandle<typeof import("espnow-gateway/decoders")> = await page.evaluateHandle(
      'import("/espnow-gateway/decoders/index.js")',
    );
    const read = await page.evaluate(({ FORMATS }) => {
      return FORMATS.flatMap((format) =>
        format.examples.map(({ message, options, source = "02:00:00:00:00:01", values }) => {
          const bytes = Uint8Array.from(message.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
          const result = format.create(options).decode(bytes, { source: source as never });
          return [format.name, JSON.stringify("reason" in result ? result : result.values) === JSON.stringify(values)];
        }),
      );
    }, decoders);
    expect(read.length).toBeGreaterThan(14);
    expect(read.filter(([, isRight]) => isRight !== true)).toEqual([]);
  });

  test("two nodes on a simulated air hear each other, encrypted, with AES in JavaScript", async () => {
    const espnow = await load<typeof import("#lib/index.ts")>("index.js");
    const sim = await load<typeof import("#lib/sim.ts")>("sim.js");
    const heard = await page.evaluate(
      async ([{ AIOESPNow, WLAN }, { Air }]) => {
        const air = new Air({ seed: 1 });
        const lmk = new Uint8Array(16).fill(7);
        const open = () => {
          const radio = air.radio();
          const wlan = new WLAN(WLAN.IF_STA, radio);
          wlan.active(true);
          const node = new AIOESPNow(radio);
          node.active(true);
          return { node, mac: wlan.config("mac") };
        };
        const [sensor, gateway] = [open(), open()] as const;
        sensor.node.addPeer(gateway.mac, { lmk });
        gateway.node.addPeer(sensor.mac, { lmk });
        const received = gateway.node.arecv();
        const acknowledged = await sensor.node.asend(gateway.mac, "hello");
        const [source, message] = await received;
        return { acknowledged, fromSensor: source === sensor.mac, text: new TextDecoder().decode(message) };
      },
      [espnow, sim] as const,
    );
    expect(heard).toEqual({ acknowledged: true, fromSensor: true, text: "hello" });
    expect(errors).toEqual([]);
  });
});
