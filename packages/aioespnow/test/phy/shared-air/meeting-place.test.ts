import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hostAir, otherAir } from "#lib/phy/shared-air/hosted-air.ts";
import {
  meetingPlace,
  SocketPlace,
  type UserSurroundings,
  userDirectories,
} from "#lib/phy/shared-air/meeting-place.ts";

const ALICE = 1000;
const ROOT = 0;
const RUNTIME = "/run/user/1000";

/** A computer on which alice is logged in. */
function surroundings(changes: Partial<UserSurroundings>): UserSurroundings {
  const owners: Record<string, number> = { [RUNTIME]: ALICE, "/run/user/0": ROOT, "/proc": ROOT };
  return { uid: ALICE, runtime: RUNTIME, temporary: "/tmp", ownerOf: (path) => owners[path], ...changes };
}

describe("the directory of a user's airs", () => {
  test.each<[string, Partial<UserSurroundings>, string[]]>([
    ["is in XDG_RUNTIME_DIR", {}, [`${RUNTIME}/aioespnow`, "/tmp/aioespnow-1000"]],
    [
      "is in the temporary directory where XDG_RUNTIME_DIR is not set",
      { runtime: undefined },
      ["/tmp/aioespnow-1000", `${RUNTIME}/aioespnow`],
    ],
    [
      "is never in the XDG_RUNTIME_DIR of somebody else: sudo -E keeps it",
      { uid: ROOT },
      ["/tmp/aioespnow-0", "/run/user/0/aioespnow"],
    ],
    [
      "is not where there is no directory",
      { runtime: "/run/nowhere" },
      ["/tmp/aioespnow-1000", `${RUNTIME}/aioespnow`],
    ],
    [
      "is not at a relative path",
      { runtime: "run", ownerOf: () => ALICE, temporary: "/t" },
      ["/t/aioespnow-1000", `${RUNTIME}/aioespnow`],
    ],
  ])("%s", (_, changes, directories) => {
    expect(userDirectories(surroundings(changes))).toEqual(directories);
  });

  test.runIf(userInfo().uid === ROOT)("that root cannot create in /proc is an error, not a loop without end", () => {
    vi.stubEnv("XDG_RUNTIME_DIR", "/proc");
    expect(() => meetingPlace("x").look()).toThrow(
      "ERR_RADIO_PERMISSION: cannot create /proc/aioespnow (ENOENT): set XDG_RUNTIME_DIR to a directory of yours",
    );
    vi.unstubAllEnvs();
  });

  test("that cannot be created is an error that says what to do", () => {
    expect(() => new SocketPlace("x", "/proc/self/aioespnow").look()).toThrow(
      /cannot create .* \(ENOENT\): set XDG_RUNTIME_DIR/,
    );
  });
});

describe("another air of the same name", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "place-"));
    vi.stubEnv("XDG_RUNTIME_DIR", join(folder, "session"));
    vi.stubEnv("TMPDIR", folder);
    mkdirSync(join(folder, "session"));
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  test("is found where programs without XDG_RUNTIME_DIR host it", async () => {
    vi.stubEnv("XDG_RUNTIME_DIR", "");
    await using hosted = await hostAir("lab");
    expect(await otherAir("lab")).toBeUndefined();
    vi.stubEnv("XDG_RUNTIME_DIR", join(folder, "session"));
    expect(await otherAir("lab")).toBe(join(folder, `aioespnow-${userInfo().uid}`, "lab.1.sock"));
    expect(await otherAir("kitchen")).toBeUndefined();
    expect(hosted.name).toBe("lab");
  });

  test("is not what a killed host left", async () => {
    const directory = join(folder, `aioespnow-${userInfo().uid}`);
    mkdirSync(directory);
    writeFileSync(join(directory, "lab.1.sock"), "");
    expect(await otherAir("lab")).toBeUndefined();
  });
});
