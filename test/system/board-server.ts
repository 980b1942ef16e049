import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Talker } from "../doubles/board-line.ts";

export const hasSocat: boolean = spawnSync("socat", ["-V"]).status === 0;

/** A board behind a TCP server, as ser2net would have it; one client at a time. */
export class BoardServer {
  readonly #board: Talker;
  readonly #server: Server;
  #client: Socket | undefined;
  #port = 0;

  constructor(board: Talker) {
    this.#board = board;
    board.onOutput = (bytes) => void this.#client?.write(bytes);
    this.#server = createServer((socket) => {
      this.#client = socket;
      socket.setNoDelay(true);
      socket.on("data", (bytes) => board.hear(new Uint8Array(bytes)));
      socket.on("error", () => undefined);
    });
  }

  /** Takes clients from now on; again after `stop`, at the same port. */
  async start(): Promise<this> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: "127.0.0.1", port: this.#port };
  }

  get url(): string {
    return `board:tcp://127.0.0.1:${this.#port}`;
  }

  /** The cable is pulled. */
  async stop(): Promise<void> {
    this.#client?.destroy();
    this.#client = undefined;
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }

  /** The board as it is from now on. */
  get board(): Talker {
    return this.#board;
  }
}

/** A pseudo-terminal as the serial port of a board. */
export class SerialCable {
  readonly path: string;
  readonly #directory: string;
  readonly #socat: ChildProcess;

  constructor({ address }: BoardServer) {
    this.#directory = mkdtempSync(join(tmpdir(), "board-"));
    this.path = join(this.#directory, "ttyUSB0");
    const pty = `PTY,link=${this.path},raw,echo=0`;
    this.#socat = spawn("socat", [pty, `TCP:${address.host}:${address.port},nodelay`], { stdio: "ignore" });
  }

  async plugged(): Promise<this> {
    while (!existsSync(this.path)) await new Promise((resolve) => setImmediate(resolve));
    return this;
  }

  async unplug(): Promise<void> {
    if (this.#socat.exitCode === null && this.#socat.signalCode === null) {
      this.#socat.kill();
      await once(this.#socat, "exit");
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
