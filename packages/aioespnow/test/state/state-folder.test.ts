import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packetNumberFolder, stateFolder } from "#lib/state/index.ts";

let own: string;

beforeEach(() => {
  own = mkdtempSync(join(tmpdir(), "state-"));
});

afterEach(() => rmSync(own, { recursive: true }));

test("it is below XDG_STATE_HOME, else below the home directory, also where those are still to be made", () => {
  expect(stateFolder({ XDG_STATE_HOME: own, HOME: "/" })).toBe(join(own, "aioespnow"));
  expect(stateFolder({ XDG_STATE_HOME: join(own, "a", "b") })).toBe(join(own, "a", "b", "aioespnow"));
  expect(stateFolder({ HOME: own })).toBe(join(own, ".local", "state", "aioespnow"));
  expect(packetNumberFolder({ XDG_STATE_HOME: own })).toBe(join(own, "aioespnow", "packet-numbers"));
});

test("a relative XDG_STATE_HOME counts as not set, as its specification wants", () => {
  expect(stateFolder({ XDG_STATE_HOME: "here", HOME: own })).toBe(join(own, ".local", "state", "aioespnow"));
});

test.runIf(process.geteuid?.() === 0)("as root with the variables of another user it is root's own", async () => {
  const { chownSync } = await import("node:fs");
  chownSync(own, 12_345, 12_345);
  const home = join(userInfo().homedir, ".local", "state", "aioespnow");
  expect(stateFolder({ XDG_STATE_HOME: join(own, "state"), HOME: own })).toBe(home);
});
