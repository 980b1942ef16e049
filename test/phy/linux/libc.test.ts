import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => vi.resetModules()); // the library is loaded once for each copy of the modules
afterEach(() => vi.restoreAllMocks());

const load = async () => (await import("#lib/phy/linux/libc.ts")).loadLibc();

test("without koffi the error says what to install", async () => {
  const nodeModule = process.getBuiltinModule("node:module");
  vi.spyOn(process, "getBuiltinModule").mockReturnValue({
    ...nodeModule,
    createRequire: () => () => {
      throw new Error("Cannot find module 'koffi'");
    },
  } as never);
  await expect(load()).rejects.toMatchObject({
    code: "ENOTSUP",
    message: expect.stringContaining("npm install koffi"),
  });
});

test("elsewhere than on Linux it is not supported", async () => {
  vi.spyOn(process, "platform", "get").mockReturnValue("darwin");
  await expect(load()).rejects.toMatchObject({ code: "ENOTSUP", message: expect.stringContaining("Node on Linux") });
});
