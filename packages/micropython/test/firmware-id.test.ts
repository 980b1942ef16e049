import fs from "node:fs";
import { afterEach, expect, test, vi } from "vitest";

/** A section of a name and nothing in it (WebAssembly specification, binary format, custom section). */
const CUSTOM_SECTION = [0, 2, 1, 0x78];

afterEach(() => {
  vi.restoreAllMocks();
});

/** The id and the image of a MicroPython to whose module something is appended. */
async function firmwareWith(appended: readonly number[]): Promise<{ id: number; image: Uint8Array }> {
  vi.resetModules();
  const read = fs.readFileSync;
  vi.spyOn(fs, "readFileSync").mockImplementation((path, options) => {
    const content = read(path, options);
    return String(path).endsWith(".wasm") ? Buffer.concat([content as Buffer, Buffer.from(appended)]) : content;
  });
  const { boardFirmware, firmwareId } = await import("#micropython/board-firmware.ts");
  const { memory } = boardFirmware().image(new Map());
  vi.restoreAllMocks();
  return { id: firmwareId(), image: memory };
}

test("a module that was built otherwise has another id, though its boards start from the same", async () => {
  const [one, again, other] = [await firmwareWith([]), await firmwareWith([]), await firmwareWith(CUSTOM_SECTION)];
  expect(again.id).toBe(one.id);
  expect(Buffer.compare(other.image, one.image)).toBe(0);
  expect(other.id).not.toBe(one.id);
});
