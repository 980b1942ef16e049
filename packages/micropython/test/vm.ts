import type { Clock } from "aioespnow";
import { VirtualClock } from "aioespnow/sim";
import { boardFirmware } from "#micropython/board-firmware.ts";
import type { Exit } from "#micropython/bridge/exit.ts";
import { FileSystem } from "#micropython/vm/files/file-system.ts";
import { Vm } from "#micropython/vm/vm.ts";

/** A VM without a board around it. */
export class TestVm implements AsyncDisposable {
  readonly host: Vm;
  readonly exited: Promise<Exit>;
  output = "";
  readonly #waiting: { text: string; resolve: () => void }[] = [];

  constructor(source: string, clock: Clock = new VirtualClock()) {
    const firmware = boardFirmware();
    const files = new FileSystem(firmware.rom, () => clock.now() / 1000);
    files.reset(new Map([["/main.py", new TextEncoder().encode(source)]]));
    const program = { firmware, files, main: "/main.py", argv: ["main.py", "an argument"], platform: "esp32" } as const;
    this.host = new Vm({ name: "vm", clock, seed: 1, ...program });
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
    this.host.terminate();
  }
}
