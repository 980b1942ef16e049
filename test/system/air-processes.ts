import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createInterface } from "node:readline";

const LIBRARY = new URL("../../packages/aioespnow/dist/index.js", import.meta.url);

/** What a process says of itself, again and again. */
export interface Status {
  readonly mac: string;
  /** The number of the message that it sent last. */
  readonly sent: number;
  /** By sender, the number of the last message heard. */
  readonly heard: Readonly<Record<string, number>>;
  /** Messages that did not come after those before them: heard twice, or out of order. */
  readonly twice: number;
}

/** How a process sends and receives. */
export type Style = "async" | "blocking";

const BEGINNING = `
  import { writeSync } from "node:fs";
  import { AIOESPNow, BROADCAST, openRadioSync, sleep, WLAN } from ${JSON.stringify(LIBRARY.href)};
  const parent = process.ppid;
  const radio = openRadioSync("air:traffic?profile=host");
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  e.addPeer(BROADCAST);
  const heard = {};
  let twice = 0, sent = 0;
  function hear(mac, msg) {
    const number = Number(new TextDecoder().decode(msg));
    if (number <= (heard[mac] ?? 0)) twice++;
    heard[mac] = number;
  }
  function say() {
    if (process.ppid !== parent) process.exit();
    writeSync(1, JSON.stringify({ mac: radio.address(0), sent, heard, twice }) + "\\n");
  }`;
const LOOPS: Readonly<Record<Style, string>> = {
  async: `
    void (async () => { for await (const [mac, msg] of e) hear(mac, msg); })();
    for (;;) {
      await e.asend(BROADCAST, String(++sent));
      await sleep(5, { radio });
      say();
    }`,
  blocking: `
    for (;;) {
      e.send(BROADCAST, String(++sent));
      const end = radio.clock.now() + 5;
      while (radio.clock.now() < end) {
        const [mac, msg] = e.recv(end - radio.clock.now());
        if (mac !== null) hear(mac, msg);
      }
      say();
    }`,
};

/** A process that sends its numbers to everybody and hears those of the others, until it is killed. */
export class Talker {
  status: Status | undefined;
  readonly #child: ChildProcess;
  #onStatus: () => void = () => undefined;
  #exited = false;

  constructor(style: Style) {
    this.#child = spawn(process.execPath, ["--input-type=module", "--eval", BEGINNING + LOOPS[style]], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child.on("exit", () => {
      this.#exited = true;
      this.#onStatus();
    });
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      this.status = JSON.parse(line) as Status;
      this.#onStatus();
    });
  }

  /** The last status; or the first, where there was none. */
  async known(): Promise<Status> {
    await this.until((status) => status !== undefined);
    return this.status as Status;
  }

  /** Waits for a status that fulfils the condition. Rejects when the process ends. */
  async until(condition: (status: Status | undefined) => boolean): Promise<void> {
    while (!condition(this.status)) {
      if (this.#exited) throw new Error("a process ended by itself");
      await new Promise<void>((resolve) => {
        this.#onStatus = resolve;
      });
    }
  }

  /** Whether this process has the socket of that inode. */
  owns(inode: string): boolean {
    const folder = `/proc/${this.#child.pid}/fd`;
    return readdirSync(folder).some((fd) => readlinkSync(`${folder}/${fd}`) === `socket:[${inode}]`);
  }

  async kill(): Promise<void> {
    if (this.#exited) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}

/** The inodes of the sockets below `directory` that are listened on (proc(5), /proc/net/unix: __SO_ACCEPTCON). */
export function listening(directory: string): string[] {
  const lines = readFileSync("/proc/net/unix", "utf8").split("\n");
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , flags, , , , path]) => flags === "00010000" && path?.startsWith(directory))
    .map((fields) => fields[6] as string);
}
