import type { Radio } from "aioespnow";
import type { SeededRandom, SimRadio } from "aioespnow/sim";
import type { Machine } from "./board/machine.ts";
import type { MachineState } from "./board/machine-state.ts";
import { boardFirmware } from "./board-firmware.ts";
import type { BoardOptions } from "./board-options.ts";
import { BoardParts, type BoardPartsState, type BoardRadioState } from "./board-parts.ts";
import type { BoardRestart, Exit, ReplMode } from "./bridge/exit.ts";
import type { Uplink } from "./network/ip-network.ts";
import { noProgram } from "./program-source.ts";
import { type FileSystem, FLASH } from "./vm/files/file-system.ts";
import { Vm, type VmState } from "./vm/vm.ts";

/** What a board prints at a soft reset. Tools wait for it. */
const SOFT_REBOOT = new TextEncoder().encode("MPY: soft reboot\r\n");

/** The board that runs, and what is called with its news. */
export interface RunningBoard {
  readonly name: string;
  readonly radio: Radio;
  readonly machine: Machine;
  readonly files: FileSystem;
  readonly options: BoardOptions;
  /** Undefined: it has no IP network. */
  readonly uplink: Uplink | undefined;
  /** The program: a path among `files`. */
  readonly main: string;
  readonly random: SeededRandom;
  print(stream: "stdout" | "stderr", bytes: Uint8Array): Promise<void> | undefined | void;
  /** The program has ended, for good. */
  ended(exit: Exit): void;
  /** It waits for something to be typed. */
  prompted(): void;
}

/** What runs on a board, and the board's hardware. */
export interface RunState {
  readonly repl: ReplMode;
  readonly isAtPrompt: boolean;
  readonly typed: Uint8Array | undefined;
  /** Undefined: no program runs. */
  readonly vm: VmState | undefined;
  /** Undefined: none has begun yet. */
  readonly parts: BoardPartsState | undefined;
  readonly machine: MachineState;
}

/** A program that begins on its board, ends, and restarts: one MicroPython after the other, and the times between. */
export class BoardRun {
  readonly #board: RunningBoard;
  #vm: Vm | undefined;
  /** That of the program before the restart. */
  #interpreter: Vm["interpreter"];
  #parts: BoardParts | undefined;
  #repl: ReplMode = "friendly";
  #isAtPrompt = false;
  /** While no program runs: what the next one is to read. Undefined: what is typed then is lost. */
  #typed: Uint8Array | undefined;
  #cancelBoot: () => void = () => undefined;

  constructor(board: RunningBoard) {
    this.#board = board;
  }

  /** Whether a program runs: not while the board sleeps deeply, or is reset. */
  get isRunning(): boolean {
    return this.#vm !== undefined;
  }

  /** Whether it waits at its REPL, with nothing to do. */
  get isAtPrompt(): boolean {
    return this.#isAtPrompt && this.unread === 0;
  }

  get unread(): number {
    return this.#vm?.unread ?? 0;
  }

  get busyMs(): number {
    return this.#vm?.busyMs ?? 0;
  }

  switchOn(startMs: number): void {
    if (startMs === 0) this.#boot();
    else {
      this.#typed = new Uint8Array(0);
      this.#cancelBoot = this.#board.machine.restart({ cause: "power-on", afterMs: startMs }, this.#bootAgain);
    }
  }

  type(bytes: Uint8Array): void {
    this.#isAtPrompt = false;
    if (this.#typed !== undefined) this.#typed = Uint8Array.of(...this.#typed, ...bytes);
    else this.#vm?.type(bytes);
  }

  interrupt(): void {
    this.#vm?.interrupt();
  }

  /** Ends the program wherever it is, and restarts it. */
  startAnew(restart: BoardRestart): void {
    if (this.#vm !== undefined && this.#vm.exit === undefined) this.#vm.end({ code: 0, restart });
    else {
      this.#cancelBoot();
      this.#restart(restart);
    }
  }

  /** Its interfaces may stay up when a program is over: a board then acknowledges what is sent to it. */
  detach(interfacesToo: boolean): void {
    this.#parts?.detach(interfacesToo);
  }

  /** The radio is another program's from now on. */
  leave(): void {
    this.detach(true);
    this.#parts = undefined;
  }

  /** It is over: no other program begins. */
  cancelBoot(): void {
    this.#cancelBoot();
  }

  terminate(): void {
    this.#vm?.terminate();
  }

  /** @throws Error for hardware that cannot be saved. */
  save(): RunState {
    return {
      repl: this.#repl,
      isAtPrompt: this.#isAtPrompt,
      typed: this.#typed,
      vm: this.#vm?.exit === undefined ? this.#vm?.save() : undefined,
      parts: this.#parts?.save(),
      machine: this.#board.machine.save(),
    };
  }

  /** The first step to another state: what the program does ends, without a word, and another one is ready to go on. */
  unload(): void {
    this.#cancelBoot();
    this.#dropVm();
    this.#newVm(0);
  }

  /** Of one that was unloaded, and whose air is loaded. Nobody is told. */
  load(state: RunState, radio: SimRadio, radioState: BoardRadioState): void {
    this.#repl = state.repl;
    this.#isAtPrompt = state.isAtPrompt;
    this.#typed = state.typed;
    this.#parts?.loadRadio(radio, radioState);
    if (state.parts === undefined) this.#parts = undefined;
    else this.#parts?.load(state.parts);
    this.#cancelBoot = this.#board.machine.load(state.machine, this.#bootAgain);
    if (state.vm === undefined) this.#dropVm();
    else this.#vm?.load(state.vm);
  }

  /** Draws other numbers from now on. */
  reseed(seed: number): void {
    this.#vm?.reseed(seed);
  }

  #boot(): void {
    const { files, machine, random } = this.#board;
    files.closeAll();
    machine.begin();
    const vm = this.#newVm(random.uint32());
    this.#parts?.begin();
    if (this.#typed !== undefined) vm.type(this.#typed);
    this.#typed = undefined;
  }

  #newVm(seed: number): Vm {
    const { name, radio, files, main, options } = this.#board;
    const vm = new Vm({
      name,
      clock: radio.clock,
      firmware: boardFirmware(),
      interpreter: this.#interpreter,
      seed,
      files,
      main,
      platform: options.board ?? "esp32",
      machineName: options.machineName ?? "",
      argv: [main.slice(1), ...(options.argv ?? [])],
      ...(options.repl === true ? { repl: this.#repl } : {}),
    });
    vm.onOutput = (stream, bytes) => this.#board.print(stream, bytes);
    this.#parts = new BoardParts(vm, this.#board);
    this.#answerRepl(vm);
    vm.onExit = (exit) => this.#onExit(exit);
    this.#vm = vm;
    vm.prepare();
    return vm;
  }

  #answerRepl(vm: Vm): void {
    vm.handle("repl_prompt", () => {
      this.#isAtPrompt = true;
      if (this.isAtPrompt) this.#board.prompted();
    });
    vm.handle("repl_set_raw", ({ isRaw }) => {
      this.#repl = isRaw === 0 ? "friendly" : "raw";
    });
  }

  #onExit(exit: Exit): void {
    try {
      this.detach(exit.restart !== undefined);
    } finally {
      if (exit.restart === undefined) this.#board.ended(exit);
      else this.#restart(exit.restart);
    }
  }

  #restart(restart: BoardRestart): void {
    if (restart.cause === "soft") {
      this.#typed = this.#vm?.unreadBytes;
      if (this.#board.options.repl === true) void this.#board.print("stdout", SOFT_REBOOT);
    } else this.#repl = "friendly";
    this.#dropVm();
    this.#cancelBoot = this.#board.machine.restart(restart, this.#bootAgain);
  }

  readonly #bootAgain = (): void => {
    const { main, files, options } = this.#board;
    if (options.repl === true || files.find(`${FLASH}${main}`)?.kind === "file") this.#boot();
    else this.#endWithoutProgram();
  };

  /** It has removed itself from the board's files. */
  #endWithoutProgram(): void {
    const traceback = `${noProgram(this.#board.main)}\n`;
    void this.#board.print("stderr", new TextEncoder().encode(traceback));
    this.#board.ended({ code: 1, traceback });
  }

  /** Its MicroPython is used again. */
  #dropVm(): void {
    this.#vm?.terminate();
    if (this.#vm !== undefined) this.#interpreter = this.#vm.interpreter;
    this.#vm = undefined;
  }
}
