/** What hangs on an I2C bus. */
export interface I2cDevice {
  /** The program reads: `length` bytes. */
  read(length: number): Uint8Array;
  /** The program writes. */
  write(bytes: Uint8Array): void;
  /** Its state as plain data, where it has one that is to be saved with its board. */
  save?(): unknown;
  /** Puts it into a state that `save` gave. */
  load?(state: unknown): void;
}

/** A device on I2C, by its address; `state` is undefined for one of `Machine.devices`, which saves itself. */
export type I2cState = readonly (readonly [address: number, state: unknown])[];

const MIN_I2C_ADDRESS = 0x08;
const MAX_I2C_ADDRESS = 0x77;
/** Registers that one byte can name. */
const BYTE_REGISTERS = 256;

/** An I2C bus with the devices that a test puts on it. */
export class BoardI2c {
  readonly #devices = new Map<number, I2cDevice>();

  /**
   * Puts a device on the bus; bytes are the registers of one, whose first written byte (of more than 256 registers: two
   * bytes, high one first) is the number of a register, and which counts on. They stay the caller's: what it changes the
   * program reads, and the other way round.
   * @throws RangeError for an address that is not from 0x08 to 0x77.
   */
  device(address: number, device: I2cDevice | Uint8Array): void {
    if (!(Number.isInteger(address) && address >= MIN_I2C_ADDRESS && address <= MAX_I2C_ADDRESS)) {
      throw new RangeError(`an I2C address is a whole number from 0x08 to 0x77, not ${String(address)}`);
    }
    this.#devices.set(address, device instanceof Uint8Array ? new Registers(device) : device);
  }

  /**
   * The devices that stand by themselves. Those that `isKnown` names are saved elsewhere.
   * @throws Error for a device without `save`.
   * @internal
   */
  save(isKnown: (device: I2cDevice) => boolean): I2cState {
    return [...this.#devices].map(([address, device]) => {
      if (isKnown(device)) return [address, undefined];
      if (device.save !== undefined) return [address, device.save()];
      throw new Error(`the I2C device at 0x${address.toString(16)} cannot be saved: give it save() and load()`);
    });
  }

  /** Takes what `save` returned. @internal */
  load(state: I2cState): void {
    for (const [address, inner] of state) if (inner !== undefined) this.#devices.get(address)?.load?.(inner);
    const present = new Set(state.map(([address]) => address));
    for (const address of this.addresses) if (!present.has(address)) this.remove(address);
  }

  /** Nobody answers at an address any more. */
  remove(address: number): void {
    this.#devices.delete(address);
  }

  /** The addresses where somebody answers. */
  get addresses(): readonly number[] {
    return [...this.#devices.keys()].sort((a, b) => a - b);
  }

  /** The device at an address; undefined: nobody answers. */
  at(address: number): I2cDevice | undefined {
    return this.#devices.get(address);
  }
}

class Registers implements I2cDevice {
  readonly #bytes: Uint8Array;
  #next = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#bytes[this.#advance()] ?? 0);
  }

  write(bytes: Uint8Array): void {
    const numberLength = this.#bytes.length > BYTE_REGISTERS ? 2 : 1;
    if (bytes.length < numberLength) return;
    this.#next = bytes.subarray(0, numberLength).reduce((number, byte) => number * 256 + byte, 0);
    for (const byte of bytes.subarray(numberLength)) this.#bytes[this.#advance()] = byte;
  }

  /** Its state, for `load`. @internal */
  save(): unknown {
    return { bytes: this.#bytes, next: this.#next };
  }

  /** Takes what `save` returned. @internal */
  load(state: unknown): void {
    const { bytes, next } = state as { readonly bytes: Uint8Array; readonly next: number };
    this.#bytes.set(bytes);
    this.#next = next;
  }

  #advance(): number {
    const register = this.#next % this.#bytes.length;
    this.#next = register + 1;
    return register;
  }
}

/** What hangs on an SPI bus. */
export interface SpiDevice {
  /** Whether the program has chosen it: mostly by a pin that is low. */
  readonly isSelected: boolean;
  /** The program writes bytes, and reads as many at once: those that this returns (0 where there are too few). */
  transfer(written: Uint8Array): Uint8Array;
}

/** An SPI bus. Which device is meant the program says by a pin: `machine.pin(5).value`. */
export class BoardSpi {
  readonly #devices: SpiDevice[] = [];
  /** The program writes bytes, and reads as many at once: those that this returns (0 where there are too few). */
  onTransfer: ((written: Uint8Array) => Uint8Array) | undefined;

  /** Puts a device on the bus. */
  device(device: SpiDevice): void {
    this.#devices.push(device);
  }

  /** The program's side. */
  transfer(written: Uint8Array): Uint8Array {
    const read = new Uint8Array(written.length);
    const selected = this.#devices.filter(({ isSelected }) => isSelected);
    const answers = [this.onTransfer?.(written), ...selected.map((device) => device.transfer(written))];
    for (const answer of answers) if (answer !== undefined) read.set(answer.subarray(0, read.length));
    return read;
  }
}

/** What a UART keeps for the program at most, unless it says `rxbuf`. */
const DEFAULT_RX_BUFFER = 256;
const LINE_FEED = 10;

/** A serial port with what waits in it. */
export interface UartState {
  readonly isOpen: boolean;
  readonly capacity: number;
  readonly received: Uint8Array;
  readonly dropped: number;
  readonly isIrqWanted: boolean;
}

/** A serial port: the other end of the wire. */
export class BoardUart {
  /** What the program writes. */
  onData: ((bytes: Uint8Array) => void) | undefined;
  /** Bytes that found the program's buffer full. */
  dropped = 0;
  /** Whether the program wants to be called back when something comes. */
  isIrqWanted = false;
  /** For the board: there is something to read. */
  onInput: (() => void) | undefined;
  readonly #observers = new Set<(bytes: Uint8Array) => void>();
  #isOpen = false;
  #capacity = DEFAULT_RX_BUFFER;
  #received: Uint8Array = new Uint8Array(0);

  /** Sends bytes, or a text, to the program. What does not fit its buffer is lost, and counted. */
  write(data: Uint8Array | string): void {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    const fitting = bytes.subarray(0, this.#capacity - this.#received.length);
    this.dropped += bytes.length - fitting.length;
    this.#received = Uint8Array.of(...this.#received, ...fitting);
    this.onInput?.();
  }

  /** Whether the program has made a `UART` of it. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Calls `observer` with what the program writes, as `onData`. Returns how to end it. */
  observe(observer: (bytes: Uint8Array) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** The program's side: it writes. */
  take(bytes: Uint8Array): void {
    this.onData?.(bytes);
    for (const observer of this.#observers) observer(bytes);
  }

  /** The program is over. */
  close(): void {
    this.#isOpen = false;
    this.isIrqWanted = false;
  }

  /** Its state, for `load`. @internal */
  save(): UartState {
    const { dropped, isIrqWanted } = this;
    return { isOpen: this.#isOpen, capacity: this.#capacity, received: this.#received, dropped, isIrqWanted };
  }

  /** Takes what `save` returned. @internal */
  load({ isOpen, capacity, received, dropped, isIrqWanted }: UartState): void {
    this.isIrqWanted = isIrqWanted;
    this.#isOpen = isOpen;
    this.#capacity = capacity;
    this.#received = received;
    this.dropped = dropped;
  }

  /** The program's side: how many bytes wait. */
  get available(): number {
    return this.#received.length;
  }

  /** The program's side: at most `length` bytes of them. */
  read(length: number): Uint8Array {
    const bytes = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(bytes.length);
    return bytes;
  }

  /** The program's side: at most `length` of them, up to the end of a line. */
  readLine(length: number): Uint8Array {
    const end = this.#received.indexOf(LINE_FEED) + 1;
    return this.read(end === 0 ? length : Math.min(length, end));
  }

  /** The program's side: an empty buffer of a size. */
  setUp(capacity: number): void {
    this.#isOpen = true;
    this.#capacity = capacity;
    this.#received = new Uint8Array(0);
  }
}
