import type { Radio } from "aioespnow";
import { EspNowCore } from "aioespnow/core";
import { SeededRandom, SimRadio } from "aioespnow/sim";
import { checkBoard } from "./board/board-name.ts";
import { Machine } from "./board/machine.ts";
import { boardFirmware } from "./board-firmware.ts";
import type { BoardOptions, ProgramOptions } from "./board-options.ts";
import { BoardRun, type RunningBoard } from "./board-run.ts";
import type { BoardRestart, Exit } from "./bridge/exit.ts";
import { typeFrom } from "./keyboard.ts";
import type { Uplink } from "./network/ip-network.ts";
import { type Output, OutputLog } from "./output-log.ts";
import { boardPath, bytesOf, filesOf, programName, type SavedSource } from "./program-source.ts";
import type { ProgramState } from "./program-state.ts";
import { FileSystem } from "./vm/files/file-system.ts";

/** The exit code of a program that Ctrl-C has ended, as a shell shows it. */
const INTERRUPTED = 130;

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
  readonly #files: FileSystem;
  readonly #random: SeededRandom;
  readonly #uplink: Uplink | undefined;
  readonly #log = new OutputLog();
  readonly #run: BoardRun;
  readonly #endTyping: () => void;
  #resolve!: (exit: Exit) => void;
  #exit: Exit | undefined;

  /** @throws RangeError for a board that does not exist; Error for a file that is missing, or a radio in use; EspNowError `ENOTSUP` where MicroPython is not installed. */
  constructor(radio: R, options: ProgramOptions | (SavedSource & BoardOptions)) {
    checkBoard(options);
    const { main, files } = filesOf(options);
    Program.#freeRadio(radio);
    this.radio = radio;
    this.machine = new Machine(radio, options.board);
    this.name = options.name ?? programName(options);
    this.#random = new SeededRandom(options.seed ?? (crypto.getRandomValues(new Uint32Array(1))[0] as number));
    this.#options = options;
    this.main = main;
    this.#uplink = options.network?.join(radio.clock);
    this.#files = new FileSystem(boardFirmware().rom, () => this.#calendarSeconds());
    this.#files.reset(files);
    this.#openExit();
    this.#run = new BoardRun(this.#board());
    this.#run.switchOn(options.startMs ?? 0);
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

  /** Its program: a path among `files`. */
  readonly main: string;

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

  /** Writes a file of the board. @throws RangeError for a path of no file. */
  writeFile(path: string, content: string | Uint8Array): void {
    this.#files.put(new Map([[boardPath(path), bytesOf(content)]]));
  }

  /** Undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** Types at the program: its standard input. Ctrl-C among it interrupts, unless the program wants it as a byte. */
  type(input: string | Uint8Array): void {
    this.#run.type(bytesOf(input));
  }

  /** Whether the board is at its REPL, with nothing to do, until something is typed. */
  get isAtPrompt(): boolean {
    return this.#run.isAtPrompt;
  }

  /**
   * How long it has computed and asked again and again, without a wait: milliseconds of virtual time, in which a hundred
   * thousand calls or turns of a loop take one. 0 where it waits, and in real time.
   */
  get busyMs(): number {
    return this.#run.busyMs;
  }

  /** How many bytes were typed that the program has not read. */
  get unread(): number {
    return this.#run.unread;
  }

  /** Ctrl-C: a KeyboardInterrupt. A board that sleeps deeply is switched off. */
  interrupt(): void {
    if (this.#run.isRunning) this.#run.interrupt();
    else this.#end({ code: INTERRUPTED });
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
      this.#run.detach(true);
    } finally {
      for (const device of this.machine.devices) device.stop?.();
      this.#end({ code: 0 });
      this.#run.terminate();
    }
    return this.exited;
  }

  /** Ends the program, whatever it does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /**
   * The board with its program, between two events of its clock: for `load`. What it shares with the board is to be copied
   * before time passes. The air of its radio is saved apart (`Air.save`).
   * @throws Error where the radio is no simulated one, and for hardware that cannot be saved.
   * @internal
   */
  save(): ProgramState {
    const radio = this.#simRadio;
    return {
      radio: { radio: radio.save(), core: EspNowCore.of(radio).save() },
      run: this.#run.save(),
      files: this.#files.save(),
      random: this.#random.state,
      log: this.#log.save(),
      exit: this.#exit,
    };
  }

  /** @throws Error where a saved state has hardware that this board has not. @internal */
  check(state: ProgramState): void {
    this.machine.check(this.name, state.run.machine);
  }

  /** The first step to another state: what the program does ends, without a word. */
  unload(): void {
    this.#run.unload();
  }

  /** The board is as it was when it was saved. It was unloaded, and its air is loaded. Nobody is told. @internal */
  load(state: ProgramState): void {
    this.#files.load(state.files);
    this.#random.state = state.random;
    this.#log.load(state.log);
    this.#run.load(state.run, this.#simRadio, state.radio);
    this.#openExit();
    if (state.exit === undefined) return;
    this.#exit = state.exit;
    this.#resolve(state.exit);
  }

  /** Draws other numbers from now on. What the program itself has drawn stays. */
  reseed(seed: number): void {
    const random = new SeededRandom(seed);
    this.#simRadio.reseed(random.uint32());
    this.#run.reseed(random.uint32());
    this.#random.state = random.state;
  }

  get #simRadio(): SimRadio {
    if (this.radio instanceof SimRadio) return this.radio;
    throw new Error(`the radio of ${this.name} is real: only boards on a simulated air can be saved`);
  }

  readonly #onAbort = (): void => void this.stop();

  /** The program before has ended, and leaves the radio to this one. */
  static #freeRadio(radio: Radio): void {
    const former = Program.#latest.get(radio);
    if (former === undefined) return;
    if (former.exit === undefined) {
      throw new Error(`${former.name} runs on this radio: stop() it before, or open another radio`);
    }
    former.#run.leave();
  }

  #openExit(): void {
    this.#exit = undefined;
    this.#exited = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  #startAnew(restart: BoardRestart): void {
    if (this.#exit !== undefined) {
      if (Program.#latest.get(this.radio) !== this)
        throw new Error(`another program runs on the radio of ${this.name}`);
      this.#run.detach(true);
      this.#openExit();
    }
    this.#run.startAnew(restart);
  }

  /** This board, as what runs on it sees it. */
  #board(): RunningBoard {
    return {
      name: this.name,
      radio: this.radio,
      machine: this.machine,
      files: this.#files,
      options: this.#options,
      uplink: this.#uplink,
      main: this.main,
      random: this.#random,
      print: (stream, bytes) => this.#print(stream, bytes),
      ended: (exit) => this.#end(exit),
      prompted: () => this.onPrompt?.(),
    };
  }

  /** Of the board's calendar, which begins in 2000. */
  #calendarSeconds(): number {
    return (this.radio.clock.now() + this.machine.rtcOffsetMs) / 1000;
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
    this.#run.cancelBoot();
    this.#endTyping();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#resolve(exit);
    this.onExit?.(exit);
  }
}
