import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const TMUX = "/usr/bin/tmux";
const EXAMPLE = fileURLToPath(new URL("../../examples/dist/heartbeat-and-echo.js", import.meta.url));
const PEER = "02:bb:bb:bb:bb:bb";

describe.skipIf(!existsSync(TMUX))(`two terminals (${TMUX})`, () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "terminals-"));
  });
  afterEach(() => {
    tmux("kill-server");
    rmSync(directory, { recursive: true });
  });

  /** A server of tmux for this test alone. */
  function tmux(...args: readonly string[]): string {
    return execFileSync(TMUX, ["-S", join(directory, "tmux"), "-f", "/dev/null", ...args], { encoding: "utf8" });
  }

  function open(name: string, radio: string): void {
    const command = `XDG_RUNTIME_DIR='${directory}' ESPNOW_RADIO='${radio}' '${process.execPath}' '${EXAMPLE}'`;
    tmux("new-session", "-d", "-s", name, "-x", "100", "-y", "50", command);
  }

  /** Waits until a terminal has shown the line. */
  async function shown(name: string, line: string): Promise<void> {
    const history = (): string[] => tmux("capture-pane", "-p", "-t", name, "-S", "-").split("\n");
    while (!history().includes(line)) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  test("that run the same example, the radio left at its default, talk to each other", async () => {
    open("bob", `air:?mac=${PEER}`);
    await shown("bob", `Heartbeat: peer not responding: ${PEER}`); // its own address; it is there
    open("alice", "");
    await shown("alice", `Heartbeat: ping ${PEER}`);
    await shown("bob", "Echo: ping");
    await shown("alice", "Echo: ping");
    expect(tmux("list-sessions").trim().split("\n")).toHaveLength(2);
  });
});
