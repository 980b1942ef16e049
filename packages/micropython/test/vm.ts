import type { Clock } from "aioespnow";
import { VirtualClock } from "aioespnow/sim";
import type { Exit } from "#micropython/channel/messages.ts";
import { compiledMicroPython } from "#micropython/host/compiled-micropython.ts";
import { VmHost } from "#micropython/host/vm-host.ts";

/** A VM without a board around it. */
export class TestVm implements AsyncDisposable {
  readonly host: VmHost;
  readonly exited: Promise<Exit>;
  output = "";
  readonly #waiting: { text: string; resolve: () => void }[] = [];

  constructor(source: string, clock: Clock = new VirtualClock()) {
    const files = new Map([["/main.py", new TextEncoder().encode(source)]]);
    const module = compiledMicroPython();
    const program = { module, files, main: "/main.py", argv: ["main.py", "an argument"], platform: "esp32" } as const;
    this.host = new VmHost({ name: "vm", clock, seed: 1, ...program });
    const decoder = new TextDecoder();
    this.host.onOutput = (_stream, bytes) => {
      this.output += decoder.decode(bytes, { stream: true });
      for (const { text, resolve } of this.#waiting) if (this.output.includes(text)) resolve();
    };
    this.exited = new Promise((resolve) => {
      this.host.onExit = resolve;
    });
  }

  /** Resolves when the output contains a text. */
  async printed(text: string): Promise<void> {
    if (this.output.includes(text)) return;
    await new Promise<void>((resolve) => this.#waiting.push({ text, resolve }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.terminate();
  }
}
