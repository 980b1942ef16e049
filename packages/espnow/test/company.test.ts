import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostAir } from "aioespnow/air";
import { expect, onTestFinished, test, vi } from "vitest";
import { remarkOnCompany } from "#cli/radio/company.ts";
import { transcript } from "./transcript.ts";

async function remarks(url: string): Promise<string> {
  const out = transcript();
  await remarkOnCompany(url, out.output);
  return out.stderr.text;
}

test("a command that listens on sim: says that nobody can be heard there", async () => {
  expect(await remarks("sim:?clock=virtual")).toMatch(/^note: sim:.* nobody can be heard; programs share air:\n$/);
  expect(await remarks("replay:air.pcap")).toBe("");
});

test("a command that listens on air: names the other air that programs without XDG_RUNTIME_DIR are on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "company-"));
  vi.stubEnv("TMPDIR", folder);
  vi.stubEnv("XDG_RUNTIME_DIR", "");
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  await using hosted = await hostAir("lab");
  expect(await remarks("air:lab?mac=02:00:00:00:00:0a")).toBe("");
  vi.stubEnv("XDG_RUNTIME_DIR", folder);
  expect(await remarks(`air:${hosted.name}?mac=02:00:00:00:00:0a`)).toMatch(/another air of this name, .*lab\.1\.sock/);
  expect(await remarks("air:kitchen")).toBe("");
});
