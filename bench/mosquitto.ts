import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** Debian puts it where only root's path looks. */
const MOSQUITTO = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"].find(existsSync);

export const hasMosquitto: boolean = MOSQUITTO !== undefined && existsSync("/usr/bin/mosquitto_sub");

/** A mosquitto of our own on a port of this computer, whose retained messages live as long as `folder`. */
export class Mosquitto implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  /** `settings`: more lines for its configuration. */
  static async start(settings = ""): Promise<Mosquitto> {
    const broker = new Mosquitto(await freePort(), settings);
    await broker.start();
    return broker;
  }

  private constructor(port: number, settings: string) {
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), "espnow-mosquitto-"));
    const user = process.getuid?.() === 0 ? "user root\n" : "";
    writeFileSync(
      join(this.#folder, "mosquitto.conf"),
      `listener ${port} 127.0.0.1\n${user}persistence true\npersistence_location ${this.#folder}/\n` +
        `set_tcp_nodelay true\nmax_inflight_messages 0\nmax_queued_messages 0\n${settings || "allow_anonymous true"}\n`,
    );
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Starts it (again), and waits until it answers. */
  async start(): Promise<void> {
    this.#process = spawn(MOSQUITTO as string, ["-c", join(this.#folder, "mosquitto.conf")], { stdio: "ignore" });
    while (!(await answers(this.port))) await wait(20);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}
