import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

/** Debian's; playwright-core brings no browser of its own, and none is downloaded. */
export const CHROMIUM = "/usr/bin/chromium";
export const hasChromium: boolean = existsSync(CHROMIUM);

const ROOT = new URL("../../", import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
};

/** Root cannot use Chromium's sandbox. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, chromiumSandbox: process.getuid?.() !== 0 });
}

/** Gives a page the files of the repository, as a server has them that sends no headers for cross-origin isolation. */
export async function serveRepository(page: Page): Promise<void> {
  await page.route("**/*", async (route) => {
    const path = new URL(route.request().url()).pathname.slice(1);
    const file = fileURLToPath(new URL(path, ROOT));
    const contentType = TYPES[extname(path)] ?? "application/octet-stream";
    if (existsSync(file)) await route.fulfill({ status: 200, contentType, body: await readFile(file) });
    else await route.fulfill({ status: 404, body: "" });
  });
}
