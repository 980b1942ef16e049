import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM, hasChromium, openBrowser, serveRepository } from "./chromium.ts";

const PAGE = "http://localhost/examples/micropython-page/index.html";

describe.skipIf(!hasChromium)(`MicroPython boards in a browser (${CHROMIUM})`, () => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    page = await browser.newPage();
    page.on("pageerror", (error) => errors.push(String(error)));
    await serveRepository(page);
    await page.goto(PAGE);
  });

  afterAll(() => browser?.close());

  test("two boards of the example's page hear each other, in real time", async () => {
    expect(await page.evaluate("crossOriginIsolated")).toBe(false);
    await page.click("#run");
    await page.waitForSelector('#log:text("gateway: reading 1")');
    await page.click("#stop");
    await page.waitForSelector('#state:text("stopped")');
    const log = await page.textContent("#log");
    for (const line of ["gateway: ready", "gateway: reading 0", "sensor: acknowledged True"]) {
      expect(log).toContain(`${line}\n`);
    }
    expect(errors).toEqual([]);
  });

  test("a day of two boards passes in virtual time, and a loop in C is left by Ctrl-C", async () => {
    // As a string: what vitest compiles cannot import in a page.
    const [output, interrupted] = (await page.evaluate(`(async () => {
      const { Scenario } = await import("espnow-micropython/browser");
      const START = "import espnow, network, time\\nnetwork.WLAN(network.WLAN.IF_STA).active(True)\\n" +
        "e = espnow.ESPNow()\\ne.active(True)\\n";
      const scenario = new Scenario({ seed: 1 });
      const gateway = scenario.board({ source: START + "for _ in range(24): print(e.recv(-1)[1], time.time())" });
      scenario.board({ source: START + "e.add_peer(b'\\\\xff' * 6)\\nfor n in range(24):\\n" +
        "  time.sleep(3600)\\n  e.send(b'\\\\xff' * 6, str(n))" });
      await scenario.settled(gateway.exited, { within: 86_400_000 * 2 });
      const busy = scenario.board({ source: "print('busy')\\nsum(range(10 ** 9))" }, { mayFail: true });
      await scenario.until(busy, /busy/);
      busy.interrupt();
      await scenario.settled(busy.exited);
      await scenario[Symbol.asyncDispose]();
      return [gateway.output, busy.output];
    })()`)) as [string, string];
    expect(output.trim().split("\n")).toHaveLength(24);
    expect(output).toContain("b'23'");
    expect(interrupted).toMatch(/KeyboardInterrupt: \n$/);
    expect(errors).toEqual([]);
  });

  test("what needs Node says so", async () => {
    const messages = await page.evaluate(`(async () => {
      const { Scenario } = await import("espnow-micropython/browser");
      const scenario = new Scenario({ seed: 1 });
      let why;
      try { scenario.board("gateway.py"); } catch (error) { why = error.message; }
      const board = scenario.board({ source: "import cryptolib\\n" +
        "try: cryptolib.aes(bytes(16), 1).encrypt(bytes(16))\\nexcept OSError as e: print(e.errno)" });
      await scenario.settled(board.exited);
      return [why, board.output];
    })()`);
    expect(messages).toEqual(["a program in a file needs Node: a browser has no node:fs", "95\n"]);
  });
});
