import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { ownAirs } from "./shared-air.ts";

const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));
const A = "02:00:00:00:00:0a";
const B = "02:00:00:00:00:0b";

ownAirs();

/** An `espnow` command with `--json`, and the records that it prints. */
class Running {
  readonly child: ChildProcess;
  readonly #records: Record<string, unknown>[] = [];
  #onChange: () => void = () => undefined;
  #ended = false;
  stderr = "";

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [ESPNOW, ...args, "--json"], { stdio: ["ignore", "pipe", "pipe"] });
    running.add(this);
    createInterface({ input: this.child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      this.#records.push(JSON.parse(line));
      this.#onChange();
    });
    this.child.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
      this.#onChange();
    });
    this.child.on("exit", () => {
      this.#ended = true;
      this.#onChange();
    });
  }

  /** The first record with these values that has not been waited for. */
  async printed(values: Record<string, unknown>): Promise<Record<string, unknown>> {
    for (;;) {
      const index = this.#records.findIndex((record) => isLike(record, values));
      if (index >= 0) return this.#records.splice(0, index + 1).at(-1) as Record<string, unknown>;
      if (this.#ended) throw new Error(`ended without ${JSON.stringify(values)}: ${this.stderr}`);
      await this.#change();
    }
  }

  /** What was printed until now is waited for no more. */
  forget(): void {
    this.#records.length = 0;
  }

  async remarked(words: string): Promise<void> {
    while (!this.stderr.includes(words)) await this.#change();
  }

  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<number | null> {
    if (this.#ended) return this.child.exitCode;
    this.child.kill(signal);
    return this.exited();
  }

  async exited(): Promise<number | null> {
    if (!this.#ended) await once(this.child, "exit");
    return this.child.exitCode;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = resolve;
    });
  }
}

function isLike(record: Record<string, unknown>, values: Record<string, unknown>): boolean {
  return Object.entries(values).every(([name, value]) => record[name] === value);
}

const running = new Set<Running>();
afterEach(async () => {
  for (const one of running) await one.stop("SIGKILL");
  running.clear();
});

describe("espnow air", () => {
  test("hosts the air, shows who is on it and what they send; on Ctrl-C the others go on without it", async () => {
    const air = new Running("air", "--loss", "0", "--seed", "7", "--every", "0.2");
    expect(await air.printed({ event: "hosting" })).toMatchObject({ name: "default", seed: 7, isTakenOver: false });
    new Running("listen", "--radio", `air:?mac=${B}`);
    await air.printed({ event: "on", mac: B });
    const ping = new Running("ping", B, "--interval", "0.02", "--radio", `air:?mac=${A}&profile=host`);
    expect(await air.printed({ event: "on", mac: A })).toMatchObject({ profile: "host", addresses: [A] });
    await ping.printed({ status: "acked" });
    const shown = () => air.printed({ event: "traffic" });
    for (let traffic = await shown(); traffic["messages"] === 0; traffic = await shown());
    await air.stop();
    expect(air.child.signalCode).toBe("SIGINT");
    expect(air.stderr).toBe("");

    ping.forget();
    for (let i = 0; i < 20; i++) await ping.printed({ status: "acked" });
  });

  test("takes over from a program that hosts, with its own settings; one that is taken over from says so", async () => {
    const listener = new Running("listen", "--radio", `air:lab?mac=${B}`);
    await listener.remarked("listening");
    const deaf = new Running("air", "lab", "--loss", "1");
    expect(await deaf.printed({ event: "hosting" })).toMatchObject({ loss: 1, isTakenOver: true });
    await deaf.printed({ event: "on", mac: B });
    const ping = new Running("ping", B, "--interval", "0.02", "--radio", `air:lab?mac=${A}`);
    await ping.printed({ status: "no-ack" });

    const next = new Running("air", "lab");
    expect(await next.printed({ event: "hosting" })).toMatchObject({ loss: 0, isTakenOver: true });
    expect(await deaf.exited()).toBe(1);
    expect(deaf.stderr).toMatch(/^espnow: ERR_RADIO_DOWN: the air "lab" is hosted here no more: another program .*\n$/);
    await ping.printed({ status: "acked" });
  });
});

test("a command says when its radio goes down and when it is up again", async () => {
  const directory = join(process.env["XDG_RUNTIME_DIR"] as string, "aioespnow");
  const listener = new Running("listen", "--radio", "air:down");
  await listener.remarked("listening");
  chmodSync(directory, 0o755); // its host leaves a folder that others may look into
  await listener.remarked(`the radio is down: ERR_RADIO_PERMISSION: ${directory} must be a directory of yours`);
  chmodSync(directory, 0o700);
  await listener.remarked("the radio is up again\n");
});
