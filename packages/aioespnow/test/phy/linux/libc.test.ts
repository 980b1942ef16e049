import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => vi.resetModules()); // the library is loaded once for each copy of the modules
afterEach(() => vi.restoreAllMocks());

const load = async () => (await import("#lib/phy/linux/libc.ts")).loadLibc();

/** What `require("koffi")` does. */
function koffiIs(require: () => unknown): void {
  const nodeModule = process.getBuiltinModule("node:module");
  vi.spyOn(process, "getBuiltinModule").mockReturnValue({ ...nodeModule, createRequire: () => require } as never);
}

test("without koffi the error says what to install", async () => {
  koffiIs(() => {
    throw new Error("Cannot find module 'koffi'");
  });
  await expect(load()).rejects.toMatchObject({
    code: "ENOTSUP",
    message: expect.stringContaining("npm install koffi"),
  });
});

test("with a koffi that cannot watch a socket the error says which one can", async () => {
  koffiIs(() => ({ load: () => undefined }));
  await expect(load()).rejects.toMatchObject({
    code: "ENOTSUP",
    message: expect.stringContaining("npm install koffi@3.3.4"),
  });
});

test("elsewhere than on Linux it is not supported", async () => {
  vi.spyOn(process, "platform", "get").mockReturnValue("darwin");
  await expect(load()).rejects.toMatchObject({ code: "ENOTSUP", message: expect.stringContaining("Node on Linux") });
});
