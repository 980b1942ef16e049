import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));
const NOBODY = "02:00:00:00:00:99";

describe.runIf(existsSync("/dev/full"))("a full disk is one line and exit code 1", () => {
  test.each([
    ["the output", "send broadcast hi --repeat 3 --every 0.001 --radio sim: > /dev/full", "cannot write to the output"],
    ["a capture", "sniff --radio replay:examples/data/encrypted.pcap -w /dev/full", "cannot write /dev/full"],
    [
      "the capture of programs",
      "run --virtual --pcap /dev/full examples/micropython/sensor.py",
      "cannot write /dev/full",
    ],
  ])("for %s", (_, line, message) => {
    const { status, stderr } = spawnSync("sh", ["-c", `"$0" "$1" ${line}`, process.execPath, ESPNOW], {
      encoding: "utf8",
      cwd: ROOT,
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: `espnow: ${message}: no space left on device\n` });
  });
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "a command that %s ends is ended by it, after its summary: its parent sees a signal, not a code",
  async (signal) => {
    const child = spawn(process.execPath, [ESPNOW, "ping", NOBODY, "--interval", "60", "--radio", "sim:"]);
    const stdout = text(child.stdout);
    await once(child.stdout, "data");
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([null, signal]);
    expect(await stdout).toMatch(/--- 02:.*:99: 1 sent, .*\n$/);
  },
);

test("npx starts in the folder of a package: the command goes back to the user's folder", () => {
  const folder = `${ROOT}examples/micropython`;
  const { stderr, status } = spawnSync(process.execPath, [ESPNOW, "run", "--virtual", "--for", "1s", "sensor.py"], {
    encoding: "utf8",
    cwd: `${ROOT}examples`,
    env: { ...process.env, npm_command: "exec", INIT_CWD: folder },
  });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
});
