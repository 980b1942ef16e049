import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const TMUX = "/usr/bin/tmux";
const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));

describe.skipIf(!existsSync(TMUX))(`espnow repl at a terminal (${TMUX})`, () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "repl-"));
  });
  afterEach(() => {
    tmux("kill-server");
    rmSync(directory, { recursive: true });
  });

  /** A server of tmux for this test alone. */
  function tmux(...args: readonly string[]): string {
    return execFileSync(TMUX, ["-S", join(directory, "tmux"), "-f", "/dev/null", ...args], { encoding: "utf8" });
  }

  /** Types, and waits until the terminal shows these lines last; returns all its lines. */
  async function type(keys: readonly string[], ...last: readonly string[]): Promise<string[]> {
    if (keys.length > 0) tmux("send-keys", "-t", "repl", ...keys);
    for (;;) {
      const lines = tmux("capture-pane", "-p", "-t", "repl").trimEnd().split("\n");
      if (lines.slice(-last.length).join("\n") === last.join("\n")) return lines;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  test("takes every key, also Ctrl-C, until Ctrl-X, and gives the terminal back as it was", async () => {
    const command = `'${process.execPath}' '${ESPNOW}' repl --radio sim:; echo "left: $?"; cat`;
    tmux("new-session", "-d", "-s", "repl", "-x", "100", "-y", "50", command);
    await type([], ">>>");
    await type(["print('on'); exec('while True: pass')", "Enter"], "on");
    await type(["C-c"], "KeyboardInterrupt:", ">>>");
    await type(["6 * 8", "BSpace", "7", "Enter"], ">>> 6 * 7", "42", ">>>");
    await type(["C-x"], "left: 0");
    const lines = await type(["cooked", "Enter"], "cooked", "cooked");
    expect(lines[0]).toMatch(/^a board with the address [0-9a-f:]{17}; Ctrl-X or Ctrl-\] leaves$/);
  });
});

test("espnow repl is the bytes of a board's line on pipes, and ends with its input", async () => {
  const child = spawn(process.execPath, [ESPNOW, "repl", "--radio", "sim:"], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end("import sys\rn = sys.stdout.buffer.write(bytes([0, 10, 13, 255]))\r");
  const bytes: number[] = [];
  for await (const piece of child.stdout) bytes.push(...piece);
  expect(Buffer.from(bytes).toString("latin1")).toMatch(/buffer\.write\(.*\)\r\n\0\n\r\xff>>> $/);
});
