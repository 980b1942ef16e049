import type { Radio } from "aioespnow";
import { SeededRandom } from "aioespnow/sim";
import { checkBoard } from "./board/board-name.ts";
import { Machine } from "./board/machine.ts";
import { boardFirmware } from "./board-firmware.ts";
import type { BoardOptions, ProgramOptions } from "./board-options.ts";
import { attachParts } from "./board-parts.ts";
import type { Exit, ReplMode, Restart } from "./bridge/exit.ts";
import { typeFrom } from "./keyboard.ts";
import type { Uplink } from "./network/ip-network.ts";
import { type Output, OutputLog } from "./output-log.ts";
import { filesOf, noProgram, programName } from "./program-source.ts";
import { FileSystem, FLASH } from "./vm/files/file-system.ts";
import { Vm } from "./vm/vm.ts";

/** The exit code of a program that Ctrl-C has ended, as a shell shows it. */
const INTERRUPTED = 130;

/** What a board prints at a soft reset. Tools wait for it. */
const SOFT_REBOOT = new TextEncoder().encode("MPY: soft reboot\r\n");

/**
 * A MicroPython program on a board of its own. It has begun when this exists; a reset or a deep sleep of the board starts
 * it again.
 */
export class Program<R extends Radio = Radio> implements AsyncDisposable {
  /** The program that was started last on a radio. */
  static readonly #latest = new WeakMap<Radio, Program>();
  /** Of the board, in messages. */
  readonly name: string;
  /** The board's radio. */
  readonly radio: R;
  /** The board's hardware: pins and other inputs to set, outputs to read. */
  readonly machine: Machine;
  #exited!: Promise<Exit>;
  /** Called each time its program has ended. */
  onExit: ((exit: Exit) => void) | undefined;
  /** Called when the board is at its REPL and waits for something to be typed. */
  onPrompt: (() => void) | undefined;
  /** Called for every piece of output. The program waits where much of it is not taken: a promise that it returns says when it is. */
  onOutput: ((output: Output) => unknown) | undefined;
  readonly #options: BoardOptions;
  readonly #main: string;
  readonly #files: FileSystem;
  readonly #random: SeededRandom;
  readonly #uplink: Uplink | undefined;
  readonly #log = new OutputLog();
  #vm: Vm | undefined;
  /** That of the program before the restart. */
  #interpreter: Vm["interpreter"];
  #repl: ReplMode = "friendly";
  #isAtPrompt = false;
  /** During a soft reset: what the next program is to read. */
  #typed: Uint8Array | undefined;
  readonly #endTyping: () => void;
  #cancelBoot: () => void = () => undefined;
  #resolve!: (exit: Exit) => void;
  #exit: Exit | undefined;
  /** Its interfaces stay up when a program is over: a board then acknowledges what is sent to it. */
  #detach: (interfacesToo: boolean) => void = () => undefined;

  /** @throws RangeError for a board that is none; Error for a file that is missing, or a radio in use; EspNowError `ENOTSUP` where MicroPython is not installed. */
  constructor(radio: R, options: ProgramOptions) {
    checkBoard(options);
    const { main, files } = filesOf(options);
    Program.#freeRadio(radio);
    this.radio = radio;
    this.machine = new Machine(radio, options.board);
    this.name = options.name ?? programName(options);
    this.#random = new SeededRandom(options.seed ?? (crypto.getRandomValues(new Uint32Array(1))[0] as number));
    this.#options = options;
    this.#main = main;
    this.#uplink = options.network?.join(radio.clock);
    this.#files = new FileSystem(boardFirmware().rom, () => this.#calendarSeconds());
    this.#files.reset(files);
    this.#openExit();
    this.#switchOn(options.startMs ?? 0);
    Program.#latest.set(radio, this);
    this.#endTyping = options.stdin === undefined ? () => undefined : typeFrom(options.stdin, this);
    options.signal?.addEventListener("abort", this.#onAbort);
    if (options.signal?.aborted) this.#onAbort();
  }

  /** What it has printed, the last million characters of it. */
  get output(): string {
    return this.#log.text;
  }

  /** Its address in its IP network; undefined: it has none. */
  get ipAddress(): string | undefined {
    return this.#uplink?.address;
  }

  /** The files of the board, by absolute path, as they are now. */
  get files(): ReadonlyMap<string, Uint8Array> {
    return this.#files.files;
  }

  /**
   * How it ended; after a reset, how it ends then. It never rejects: a program that fails has ended with 1 and a traceback.
   */
  get exited(): Promise<Exit> {
    return this.#exited;
  }

  /** Undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** Types at the program: its standard input. Ctrl-C among it interrupts, unless the program wants it as a byte. */
  type(input: string | Uint8Array): void {
    const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
    this.#isAtPrompt = false;
    if (this.#typed !== undefined) this.#typed = Uint8Array.from([...this.#typed, ...bytes]);
    else this.#vm?.type(bytes);
  }

  /** Whether the board is at its REPL, with nothing to do, until something is typed. */
  get isAtPrompt(): boolean {
    return this.#isAtPrompt && this.unread === 0;
  }

  /** How many bytes were typed that the program has not read. */
  get unread(): number {
    return this.#vm?.unread ?? 0;
  }

  /** Ctrl-C: a KeyboardInterrupt. A board that sleeps deeply is switched off. */
  interrupt(): void {
    if (this.#vm === undefined) this.#end({ code: INTERRUPTED });
    else this.#vm.interrupt();
  }

  /** Presses the board's reset button: as `machine.reset()`, whatever it does; also after its program has ended. */
  reset(): void {
    this.#startAnew({ cause: "hard", afterMs: 0 });
  }

  /**
   * Takes the board's power for `offMs` milliseconds. Files and NVS stay. So do RTC memory and calendar, as if a battery
   * kept them, unless `rtc` is false.
   */
  powerCycle({ offMs = 0, rtc = true }: { readonly offMs?: number; readonly rtc?: boolean } = {}): void {
    if (!rtc) this.machine.forgetRtc();
    this.#startAnew({ cause: "power-on", afterMs: offMs });
  }

  /** Switches the board off, whatever it does. The radio stays open. */
  async stop(): Promise<Exit> {
    try {
      this.#detach(true);
    } finally {
      this.#end({ code: 0 });
      this.#vm?.terminate();
    }
    return this.exited;
  }

  /** Ends the program, whatever it does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  readonly #onAbort = (): void => void this.stop();

  /** The program before has ended, and leaves the radio to this one. */
  static #freeRadio(radio: Radio): void {
    const former = Program.#latest.get(radio);
    if (former === undefined) return;
    if (former.exit === undefined) {
      throw new Error(`${former.name} runs on this radio: stop() it before, or open another radio`);
    }
    former.#detach(true);
    former.#detach = () => undefined;
  }

  #openExit(): void {
    this.#exit = undefined;
    this.#exited = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  #switchOn(startMs: number): void {
    if (startMs === 0) this.#boot();
    else {
      this.#typed = new Uint8Array(0);
      this.#cancelBoot = this.machine.restart({ cause: "power-on", afterMs: startMs }, () => this.#boot());
    }
  }

  #startAnew(restart: Restart): void {
    if (this.#exit !== undefined) {
      if (Program.#latest.get(this.radio) !== this)
        throw new Error(`another program runs on the radio of ${this.name}`);
      this.#detach(true);
      this.#openExit();
    } else if (this.#vm !== undefined) {
      this.#vm.end({ code: 0, restart });
      return;
    }
    this.#cancelBoot();
    this.#restart(restart);
  }

  #boot(): void {
    this.#files.closeAll();
    const vm = new Vm({
      name: this.name,
      clock: this.radio.clock,
      firmware: boardFirmware(),
      interpreter: this.#interpreter,
      seed: this.#random.uint32(),
      files: this.#files,
      main: this.#main,
      platform: this.#options.board ?? "esp32",
      machineName: this.#options.machineName ?? "",
      argv: [this.#main.slice(1), ...(this.#options.argv ?? [])],
      ...(this.#options.repl === true ? { repl: this.#repl } : {}),
    });
    vm.onOutput = (stream, bytes) => this.#print(stream, bytes);
    this.#attachParts(vm);
    vm.onExit = (exit) => {
      try {
        this.#detach(exit.restart !== undefined);
      } finally {
        if (exit.restart === undefined) this.#end(exit);
        else this.#restart(exit.restart);
      }
    };
    this.#vm = vm;
    if (this.#typed !== undefined) vm.type(this.#typed);
    this.#typed = undefined;
  }

  /** What the program finds on its board. */
  #attachParts(vm: Vm): void {
    const [machine, files, uplink, options] = [this.machine, this.#files, this.#uplink, this.#options];
    this.#detach = attachParts(vm, { machine, files, uplink, options });
    vm.handle("repl_prompt", () => {
      this.#isAtPrompt = true;
      if (this.isAtPrompt) this.onPrompt?.();
    });
    vm.handle("repl_set_raw", ({ isRaw }) => {
      this.#repl = isRaw === 0 ? "friendly" : "raw";
    });
  }

  #restart(restart: Restart): void {
    if (restart.cause === "soft") {
      this.#typed = this.#vm?.unreadBytes;
      if (this.#options.repl === true) void this.#print("stdout", SOFT_REBOOT);
    } else this.#repl = "friendly";
    if (this.#vm !== undefined) this.#interpreter = this.#vm.interpreter;
    this.#vm = undefined;
    this.#cancelBoot = this.machine.restart(restart, () => {
      if (this.#options.repl === true || this.#hasProgram()) this.#boot();
      else this.#endWithoutProgram();
    });
  }

  #hasProgram(): boolean {
    return this.#files.find(`${FLASH}${this.#main}`)?.kind === "file";
  }

  /** Of the board's calendar, which begins in 2000. */
  #calendarSeconds(): number {
    return (this.radio.clock.now() + this.machine.rtcOffsetMs) / 1000;
  }

  /** It has removed itself from the board's files. */
  #endWithoutProgram(): void {
    const traceback = `${noProgram(this.#main)}\n`;
    void this.#print("stderr", new TextEncoder().encode(traceback));
    this.#end({ code: 1, traceback });
  }

  #print(stream: "stdout" | "stderr", bytes: Uint8Array): Promise<void> | undefined | void {
    this.#log.add(bytes);
    this.#options.stdout?.write(bytes);
    const taken = this.onOutput?.({ timeMs: this.radio.clock.now(), stream, bytes });
    return taken instanceof Promise ? taken : undefined;
  }

  #end(exit: Exit): void {
    if (this.#exit !== undefined) return;
    this.#exit = exit;
    this.#cancelBoot();
    this.#endTyping();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#resolve(exit);
    this.onExit?.(exit);
  }
}
