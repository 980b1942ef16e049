import { type MacAddress, macAt, macBytes } from "#lib/codec/mac-address.ts";
import { EspNowError } from "#lib/errors.ts";
import { NoticeType, RequestType } from "#lib/radio/board/board-protocol.ts";
import { encodeLineFrame, type LineFrame, LineReader } from "#lib/radio/board/framing.ts";
import type { BoardLine, BoardPort } from "#lib/radio/board/line/board-port.ts";
import type { MessageInfo } from "#lib/radio/message-info.ts";
import type { PeerSettings } from "#lib/radio/peer-table.ts";
import type { Radio } from "#lib/radio/radio.ts";
import type { Clock } from "#lib/util/clock.ts";

/** What a board does at its prompt, before an agent runs on it. */
export interface BoardHabits {
  readonly name: string;
  readonly version: string;
  readonly espnow: boolean;
  readonly rawPaste: boolean;
}

const HABITS: BoardHabits = { name: "micropython", version: "1.27.0", espnow: true, rawPaste: true };

/** MicroPython's stdin_ringbuf on an ESP32. */
const LINE_BUFFER = 259;
const PASTE_WINDOW = 128;
const PATIENCE_MS = 3000;
const CREDIT = 32;

const bytesOf = (line: string): Uint8Array => Uint8Array.from(line, (character) => character.charCodeAt(0));

/**
 * A board that speaks MicroPython's raw REPL and board-protocol.ts, scripted: its espnow is `radio`. What is told to it
 * while it is busy waits in a buffer as small as a real board's.
 */
export class FakeBoard implements Talker {
  readonly clock: Clock;
  readonly radio: Radio;
  readonly habits: BoardHabits;
  /** What the host said, with the agent's code left out. */
  readonly requests: LineFrame[] = [];
  /** Bytes that came while it was busy and its buffer was full. */
  overflow = 0;
  agentRuns = false;
  onOutput: (bytes: Uint8Array) => void = () => undefined;
  #isRaw = false;
  #pasting = false;
  #code = "";
  #credit = 0;
  #busy = false;
  #waiting: number[] = [];
  #events = 0;
  #seen = 0;
  #last = -1;
  #reply: Uint8Array = new Uint8Array(0);
  #heard = 0;
  readonly #message = new Uint8Array(1490);
  #inbox: MessageInfo[] = [];
  #lastBytes = 0;
  readonly #reader = new LineReader(
    (frame) => this.#handle({ ...frame, payload: frame.payload.slice() }),
    () => undefined,
  );

  constructor(clock: Clock, radio: Radio, habits: Partial<BoardHabits> = {}) {
    this.clock = clock;
    this.radio = radio;
    this.habits = { ...HABITS, ...habits };
  }

  /** What comes over the line. */
  hear(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (!this.#busy) this.#hearByte(byte);
      else if (this.#waiting.length < LINE_BUFFER) this.#waiting.push(byte);
      else this.overflow++;
    }
  }

  /** The button: everything is forgotten. */
  reset(): void {
    this.#stopAgent();
    this.#isRaw = false;
    this.#pasting = false;
    this.#say("ets Jun  8 2016 00:22:57\r\nrst:0x1 (POWERON_RESET)\r\nMicroPython v1.27.0; ESP32\r\n>>> ");
  }

  #say(line: string): void {
    this.onOutput(bytesOf(line));
  }

  #hearByte(byte: number): void {
    if (this.agentRuns) this.#toAgent(byte);
    else if (this.#pasting) this.#paste(byte);
    else this.#repl(byte);
  }

  #repl(byte: number): void {
    if (byte === 1 && this.#isRaw && this.#code === "\x05A") {
      this.#code = "";
      this.#pasting = this.habits.rawPaste;
      this.#credit = PASTE_WINDOW;
      this.#say(this.#pasting ? "R\x01\x80\x00\x01" : "R\x00");
    } else if (byte === 1) {
      this.#isRaw = true;
      this.#code = "";
      this.#say("raw REPL; CTRL-B to exit\r\n>");
    } else if (byte === 2) {
      this.#isRaw = false;
      this.#say("\r\nMicroPython v1.27.0 on 2026-01-01; Generic ESP32 module with ESP32\r\n>>> ");
    } else if (byte === 3) {
      this.#code = "";
      if (!this.#isRaw) this.#say("\r\n>>> ");
    } else if (byte === 4 && this.#isRaw) {
      this.#say("OK");
      this.#execute();
    } else if (this.#isRaw) {
      this.#code += String.fromCharCode(byte);
    } else {
      this.#typed(byte);
    }
  }

  #typed(byte: number): void {
    if (byte !== 13) {
      this.#code += String.fromCharCode(byte);
      return;
    }
    const line = this.#code.replaceAll("\0", "");
    this.#code = "";
    this.#say(`${line}\r\n`);
    if (line === "agent()") this.#startAgent();
    else this.#say(">>> ");
  }

  #paste(byte: number): void {
    if (byte === 4) {
      this.#pasting = false;
      this.#say("\x04");
      this.#execute();
      return;
    }
    this.#code += String.fromCharCode(byte);
    if (--this.#credit > 0) return;
    this.#credit = PASTE_WINDOW;
    this.#say("\x01");
  }

  #execute(): void {
    const code = this.#code;
    this.#code = "";
    const { name, version, espnow } = this.habits;
    let output = "";
    let traceback = "";
    if (code.includes("sys.implementation")) output = `${name}\t${version}\tesp32\tGeneric ESP32 module with ESP32\r\n`;
    else if (code.startsWith("import espnow") && !espnow) {
      traceback = "Traceback (most recent call last):\r\nImportError: no module named 'espnow'\r\n";
    }
    this.#say(`${output}\x04${traceback}\x04>`);
  }

  #startAgent(): void {
    this.agentRuns = true;
    this.#events = 0;
    this.#seen = 0;
    this.#last = -1;
    this.#heard = this.clock.now();
    this.radio.onMessage = (message) => {
      if (this.#inbox.length < 16) this.#inbox.push({ ...message, data: message.data.slice() });
      this.#forward();
    };
    this.#hello(0);
    this.#watch();
  }

  #stopAgent(): void {
    this.agentRuns = false;
    this.#busy = false;
    this.#waiting = [];
    this.#inbox = [];
    this.radio.onMessage = undefined;
    this.radio.stop();
    for (const iface of [0, 1] as const) this.radio.setInterfaceActive(iface, false);
  }

  #leave(why: string): void {
    this.#stopAgent();
    this.#put(NoticeType.bye, 0, bytesOf(why));
    this.#say(">>> ");
  }

  #watch(): void {
    if (!this.agentRuns) return;
    const until = this.#heard + PATIENCE_MS;
    if (this.clock.now() >= until) this.#leave("nothing was heard of the host");
    else this.clock.schedule(until, () => this.#watch());
  }

  #toAgent(byte: number): void {
    const isTold = byte === 0 && this.#lastBytes === 0x0003;
    this.#lastBytes = ((this.#lastBytes << 8) | byte) & 0xffff;
    if (isTold) this.#leave("it was told to leave");
    else this.#reader.push(Uint8Array.of(byte));
  }

  #put(type: number, sequence: number, payload: Uint8Array): void {
    this.onOutput(encodeLineFrame({ type, sequence, events: this.#events, payload }));
  }

  #hello(sequence: number): void {
    const { capabilities } = this.radio;
    const payload = new Uint8Array(16);
    payload.set([1, 3, capabilities.maxDataLength >> 8, capabilities.maxDataLength & 0xff]);
    payload.set(macBytes(this.radio.address(0)), 4);
    payload.set(macBytes(this.radio.address(1)), 10);
    this.#put(NoticeType.hello, sequence, payload);
  }

  #forward(): void {
    while (this.agentRuns && !this.#busy && ((this.#events - this.#seen) & 0xff) < CREDIT) {
      const message = this.#inbox.shift();
      if (message === undefined) return;
      this.#events = (this.#events + 1) & 0xff;
      const payload = new Uint8Array(9 + message.data.length);
      payload.set(macBytes(message.source));
      payload[6] = (message.rssi ?? 0) & 0xff;
      payload.set(message.data, 9);
      this.#put(NoticeType.message, this.#events, payload);
    }
  }

  #handle(frame: LineFrame): void {
    this.#heard = this.clock.now();
    if (((this.#events - frame.events) & 0xff) <= ((this.#events - this.#seen) & 0xff)) this.#seen = frame.events;
    if (frame.type === RequestType.alive) {
      if (frame.sequence === 0) this.#forward();
      else {
        this.#last = -1;
        this.#hello(frame.sequence);
      }
      return;
    }
    if (frame.sequence === this.#last) {
      this.#put(NoticeType.reply, frame.sequence, this.#reply);
      return;
    }
    this.#last = frame.sequence;
    this.requests.push(frame);
    if (frame.type === RequestType.leave) {
      this.#leave("it was told to leave");
      return;
    }
    if (frame.type === RequestType.send) this.#send(frame);
    else this.#answer(frame.sequence, () => this.#obey(frame));
    this.#forward();
  }

  #answer(sequence: number, act: () => Uint8Array): void {
    let error = 0;
    let body: Uint8Array = new Uint8Array(0);
    try {
      body = act();
    } catch (cause) {
      error = cause instanceof EspNowError ? cause.errno : -1;
      body = bytesOf(String(cause));
    }
    this.#reply = new Uint8Array(4 + body.length);
    new DataView(this.#reply.buffer).setInt32(0, error);
    this.#reply.set(body, 4);
    this.#put(NoticeType.reply, sequence, this.#reply);
  }

  #send({ sequence, payload }: LineFrame): void {
    const offset = ((payload[6] as number) << 8) | (payload[7] as number);
    const data = Uint8Array.from([...this.#message.subarray(0, offset), ...payload.subarray(8)]);
    this.#busy = true;
    try {
      this.radio.send(macAt(payload, 0), data, ({ status }) => {
        this.#busy = false;
        if (!this.agentRuns) return;
        this.#answer(sequence, () => Uint8Array.of(Number(status !== "no-ack")));
        this.hear(Uint8Array.from(this.#waiting.splice(0)));
        this.#forward();
      });
    } catch (error) {
      this.#busy = false;
      this.#answer(sequence, () => {
        throw error;
      });
    }
  }

  #obey({ type, payload }: LineFrame): Uint8Array {
    const { radio } = this;
    const first = payload[0] as number;
    switch (type) {
      case RequestType.stats:
        return new Uint8Array(28);
      case RequestType.active:
        if (first === 1) radio.start();
        else radio.stop();
        break;
      case RequestType.interface:
        radio.setInterfaceActive(first as 0 | 1, payload[1] === 1);
        break;
      case RequestType.channel:
        radio.channel = first;
        break;
      case RequestType.rate:
        radio.rate = first;
        break;
      case RequestType.power:
        radio.txPower = first;
        break;
      case RequestType.pmk:
        radio.setPmk(payload);
        break;
      case RequestType.addPeer:
        radio.peers.add(...peerOf(payload));
        break;
      case RequestType.modPeer:
        radio.peers.modify(...peerOf(payload));
        break;
      case RequestType.delPeer:
        radio.peers.remove(macAt(payload, 0));
        break;
      case RequestType.part:
        this.#message.set(payload.subarray(2), (first << 8) | (payload[1] as number));
        break;
    }
    return new Uint8Array(0);
  }
}

function peerOf(payload: Uint8Array): [MacAddress, PeerSettings] {
  const [channel, ifidx, encrypt] = payload.subarray(6, 9) as unknown as [number, 0 | 1, number];
  const lmk = payload.slice(9, 25);
  return [macAt(payload, 0), { lmk, channel, ifidx, encrypt: encrypt === 1, replay: "device", version: undefined }];
}

/** Whatever hangs on a line. */
export interface Talker {
  hear(bytes: Uint8Array): void;
  onOutput: (bytes: Uint8Array) => void;
}

/** What a line does to a piece of what is said over it; "up" is to the board. Returns the pieces that arrive. */
export type LineFault = (bytes: Uint8Array, direction: "up" | "down") => readonly Uint8Array[];

export interface FakeLineOptions {
  readonly latencyMs?: number;
  readonly fault?: LineFault;
}

/** The cable of a fake board. */
export class FakeLine implements BoardLine {
  readonly name = "fake";
  readonly blocks = true;
  /** Whether the board is plugged in. */
  plugged = true;
  fault: LineFault | undefined;
  /** How much longer than others a piece takes, in ms; those behind it wait. */
  delay: (direction: "up" | "down") => number = () => 0;
  #port: FakePort | undefined;
  #board: Talker | undefined;
  readonly #clock: Clock;
  readonly #latencyMs: number;
  readonly #lastAt = { up: 0, down: 0 };

  constructor(board: Talker, clock: Clock, { latencyMs = 0.1, fault }: FakeLineOptions = {}) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
    this.fault = fault;
    this.attach(board);
  }

  /** From now on it is this one that hangs on it. */
  attach(board: Talker): void {
    this.#board = board;
    board.onOutput = (bytes) => {
      if (board === this.#board) this.#carry(bytes, "down", (part) => this.#port?.onData?.(part));
    };
  }

  open(): BoardPort {
    const port = new FakePort((bytes) => this.#carry(bytes, "up", (part) => this.#board?.hear(part)));
    this.#port = port;
    if (this.plugged) this.#clock.schedule(this.#clock.now(), () => port.onOpen?.());
    else this.#lose(port, "there is no such port");
    return port;
  }

  unplug(): void {
    this.plugged = false;
    if (this.#port !== undefined) this.#lose(this.#port, "the device was unplugged");
  }

  #lose(port: FakePort, reason: string): void {
    this.#port = undefined;
    this.#clock.schedule(this.#clock.now(), () => port.onClose?.(new EspNowError("ERR_RADIO_DOWN", reason)));
  }

  #carry(bytes: Uint8Array, direction: "up" | "down", deliver: (part: Uint8Array) => void): void {
    const { plugged } = this;
    for (const part of this.fault?.(bytes.slice(), direction) ?? [bytes.slice()]) {
      const at = Math.max(this.#clock.now() + this.#latencyMs + this.delay(direction), this.#lastAt[direction]);
      this.#lastAt[direction] = at;
      this.#clock.schedule(at, () => {
        if (plugged && this.plugged) deliver(part);
      });
    }
  }
}

class FakePort implements BoardPort {
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onClose: ((error: EspNowError) => void) | undefined;
  readonly write: (bytes: Uint8Array) => void;

  constructor(write: (bytes: Uint8Array) => void) {
    this.write = write;
  }

  async close(): Promise<void> {
    this.onOpen = undefined;
    this.onData = undefined;
    this.onClose = undefined;
  }
}
