import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { Air } from "#lib/sim.ts";
import { nextMessage, PLAIN, send } from "#lib/testing/radio-suite.ts";
import { systemClock } from "#lib/util/system-clock.ts";
import { SimulatedBoard } from "../doubles/simulated-board.ts";
import { CHROMIUM, hasChromium, openBrowser, serveRepository } from "./chromium.ts";

const ORIGIN = "http://localhost";

/** Gives the page a serial port at whose other end the board is. */
async function plugIn(page: Page, board: SimulatedBoard): Promise<void> {
  await page.exposeFunction("toBoard", (bytes: number[]) => board.hear(Uint8Array.from(bytes)));
  await page.addInitScript(`
    let output;
    globalThis.fromBoard = (bytes) => output?.enqueue(Uint8Array.from(bytes));
    const port = {
      async open({ baudRate }) {
        if (baudRate !== 115200) throw new Error("a speed that the board does not have");
        port.readable = new ReadableStream({ start: (controller) => { output = controller; } });
        port.writable = new WritableStream({ write: (bytes) => toBoard([...bytes]) });
      },
      async close() {},
    };
    Object.defineProperty(navigator, "serial", { value: { requestPort: async () => port } });
  `);
  board.onOutput = (bytes) => void page.evaluate((sent) => fromBoard(sent), [...bytes]).catch(() => undefined);
}

declare const fromBoard: (bytes: number[]) => void;

describe.skipIf(!hasChromium)(`the page with a board on a serial port, in a browser (${CHROMIUM})`, () => {
  test("connects a board with a click, sends and receives", async () => {
    await using air = new Air({ seed: 1, clock: systemClock });
    const board = new SimulatedBoard(air.radio());
    const other = air.radio();
    other.setInterfaceActive(0, true);
    other.start();
    const browser = await openBrowser();
    const release = systemClock.keepAlive();
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      await serveRepository(page);
      await plugIn(page, board);
      await page.goto(`${ORIGIN}/examples/web-serial/index.html`);
      await page.click("#connect");
      await page.waitForSelector("#send:not([disabled])");
      expect(await page.textContent("#state")).toBe(`MicroPython 1.27.0, ${board.radio.address(0)}`);

      await page.fill("#peer", other.address(0));
      const [heard] = await Promise.all([nextMessage(other), page.click("#send")]);
      expect(new TextDecoder().decode(heard.data)).toBe("hello");
      await page.waitForSelector(`#log li:text("sent to ${other.address(0)}")`);

      other.peers.add(board.radio.address(0), PLAIN);
      await send(other, board.radio.address(0), new TextEncoder().encode("from afar"));
      await page.waitForSelector(`#log li:text("${other.address(0)}: from afar")`);
      expect(errors).toEqual([]);
    } finally {
      release();
      await browser.close();
      await board.stop();
    }
  });
});
