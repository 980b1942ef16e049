import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "#cli/program.ts";

const THONNY = "/usr/lib/python3/dist-packages/thonny";
const SESSION = fileURLToPath(new URL("thonny-session.py", import.meta.url));
const DOCUMENT = fileURLToPath(new URL("../../docs/micropython-tools.md", import.meta.url));

/** Resolves when a line of output says so. */
class Lines {
  readonly isTTY = false;
  readonly columns = 80;
  text = "";
  #onLine: () => void = () => undefined;

  write(data: string | Uint8Array): boolean {
    this.text += typeof data === "string" ? data : new TextDecoder().decode(data);
    this.#onLine();
    return true;
  }

  async until(word: string): Promise<void> {
    while (!this.text.includes(word)) {
      await new Promise<void>((resolve) => {
        this.#onLine = resolve;
      });
    }
  }

  on(): this {
    return this;
  }
}

test.runIf(existsSync(THONNY) && existsSync("/usr/bin/socat"))(
  "Thonny's back-end works with a simulated board, as the documentation shows",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "espnow-thonny-"));
    const [socket, port] = [join(folder, "board.sock"), join(folder, "ttyBoard")];
    const [stdout, stderr, controller] = [new Lines(), new Lines(), new AbortController()];
    const host = { stdout, stderr, env: {}, signal: controller.signal, exitCode: 0 };
    const board = run(["repl", "--radio", "sim:", "--listen", socket], host as never);
    await stdout.until("listening");
    const line = spawn("socat", ["-d", "-d", `PTY,link=${port},rawer`, `UNIX-CONNECT:${socket}`]);
    while (!existsSync(port)) await once(line.stderr, "data");
    const thonny = spawn("/usr/bin/python3", [SESSION, port, folder], { stdio: ["ignore", "pipe", "inherit"] });
    let transcript = "";
    thonny.stdout.on("data", (bytes) => {
      transcript += String(bytes);
    });
    await once(thonny, "close");
    line.kill();
    controller.abort();
    await board;
    rmSync(folder, { recursive: true, force: true });
    expect(readFileSync(DOCUMENT, "utf8")).toContain(transcript);
    expect(transcript).toContain("<- KeyboardInterrupt");
  },
);
