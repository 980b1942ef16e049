import type { EventPump, Scheduler } from "./event-pump.ts";
import type { VmChannel } from "./vm-channel.ts";

/**
 * The JavaScript module `_host` of a program: all that Python can call. Only integers and strings pass (a bytes object
 * would pin itself), and nothing is ever thrown into Python: it could not be caught there. The bytes of calls and
 * answers go through a bytearray of Python's, whose address it tells once.
 */
export interface HostModule {
  /** Where the bytes of calls and answers stand in Python's memory, and what to call for an event. */
  attach(address: number, schedule: Scheduler["schedule"], dispatch: unknown): void;
  /** `length` bytes of the buffer go with the call; the answer's bytes stand in it afterwards. */
  call(op: string, length: number, a: number, b: number): number;
  /** How many bytes the last answer had. */
  replyLength(): number;
  /** Shows the host the files of the board: before whatever ends the program. */
  saveFiles(): void;
  /** The traceback of what ends the program. */
  failed(traceback: string): void;
  /** Returns whether callbacks are to run before the program looks at what it waits for. */
  wait(delayMs: number): boolean;
  callbacksPending(): boolean;
  word(index: number): number;
  /** `time.ticks_us()`: MicroPython's own steps by milliseconds. */
  ticksUs(): number;
  /** Random bytes, into the buffer. */
  random(length: number): void;
  /** Bytes of the buffer to the output, as they are, at once. */
  writeBytes(length: number): void;
  /** Which byte is Ctrl-C; -1: none. */
  interruptChar(char: number): void;
  /** Collects garbage at the next jump; always true, so that there is one. */
  collect(): boolean;
}

/** MICROPY_PY_TIME_TICKS_PERIOD */
const TICKS_PERIOD = 2 ** 30;

/** What the module does with the VM around it. */
export interface HostActions {
  /** Makes MicroPython raise KeyboardInterrupt. */
  interrupt(): void;
  /** Whether something is to run at the program's next backward jump. */
  callbacksPending(): boolean;
  wait(delayMs: number): boolean;
  /** 32 random bits. */
  chance(): number;
  /** Collects garbage at the program's next backward jump. */
  collect(): void;
  saveFiles(): void;
  failed(traceback: string): void;
}

export function hostModule(
  channel: VmChannel,
  events: EventPump,
  memory: WebAssembly.Memory,
  { interrupt, callbacksPending, wait, chance, collect, saveFiles, failed }: HostActions,
): HostModule {
  let address = 0;
  let replyLength = 0;
  return {
    attach: (at, schedule, dispatch) => {
      address = at;
      events.scheduler = { schedule, dispatch, interrupt };
    },
    call: (op, length, a, b) => {
      const data = new Uint8Array(memory.buffer, address, length).slice();
      const result = channel.call(op, a, b, data);
      const { reply } = channel.control;
      new Uint8Array(memory.buffer, address, reply.length).set(reply);
      replyLength = reply.length;
      events.service();
      return result;
    },
    replyLength: () => replyLength,
    saveFiles,
    failed,
    wait,
    callbacksPending,
    word: (index) => {
      channel.look();
      return channel.control.word(index);
    },
    ticksUs: () => {
      channel.look();
      events.service();
      return Math.floor((channel.uptime() * 1000) % TICKS_PERIOD);
    },
    random: (length) => {
      new Uint8Array(memory.buffer, address, length).forEach((_, at, bytes) => {
        bytes[at] = chance() >>> 24; // the high bits are the random ones
      });
    },
    writeBytes: (length) => {
      channel.output.write("stdout", new Uint8Array(memory.buffer, address, length));
      channel.output.flush();
    },
    interruptChar: (char) => {
      channel.control.interruptChar = char;
      events.isInterruptible = true;
      events.service();
    },
    collect: () => {
      collect();
      return true;
    },
  };
}
