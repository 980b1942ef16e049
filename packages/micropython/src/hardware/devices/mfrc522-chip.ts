import { crcA, MifareCard } from "./mifare-card.ts";

/** Registers (MFRC522 datasheet, table 20). */
const Register = {
  command: 0x01,
  comIrq: 0x04,
  divIrq: 0x05,
  error: 0x06,
  status2: 0x08,
  fifoData: 0x09,
  fifoLevel: 0x0a,
  control: 0x0c,
  bitFraming: 0x0d,
  txControl: 0x14,
  crcHigh: 0x21,
  crcLow: 0x22,
  version: 0x37,
} as const;

const Command = { idle: 0, calcCrc: 3, transceive: 0x0c, authenticate: 0x0e, softReset: 0x0f } as const;
/** Bits of ComIrqReg: received, idle, error, timer. */
const Irq = { rx: 0x20, idle: 0x10, timer: 0x01, crc: 0x04 } as const;
const CRYPTO_ON = 0x08;
const VERSION_2 = 0x92;
const FIFO = 64;

/** The MFRC522 itself, whatever bus it is on: registers, FIFO, and the card at its antenna. */
export class Mfrc522Chip {
  readonly #registers = new Uint8Array(64);
  #fifo: number[] = [];
  #card: MifareCard | undefined;

  constructor() {
    this.#reset();
  }

  /** The number of the card that is held at it; null: there is none. */
  hold(card: string | null): void {
    if (card === null) this.#card = undefined;
    else if (this.#card?.uid !== card.toLowerCase()) this.#card = new MifareCard(card.toLowerCase());
  }

  save(): unknown {
    return { registers: [...this.#registers], fifo: [...this.#fifo], card: this.#card?.save() ?? null };
  }

  load(inner: unknown): void {
    const { registers, fifo, card } = inner as { registers: number[]; fifo: number[]; card: object | null };
    this.#registers.set(registers);
    this.#fifo = [...fifo];
    this.#card = card === null ? undefined : MifareCard.load(card);
  }

  /** The program reads a register. */
  read(register: number): number {
    if (register === Register.fifoData) return this.#fifo.shift() ?? 0;
    if (register === Register.fifoLevel) return this.#fifo.length;
    return this.#registers[register] ?? 0;
  }

  /** The program writes a register. */
  write(register: number, value: number): void {
    switch (register) {
      case Register.fifoData:
        if (this.#fifo.length < FIFO) this.#fifo.push(value);
        break;
      case Register.fifoLevel:
        if (value >= 0x80) this.#fifo = [];
        break;
      case Register.comIrq:
      case Register.divIrq:
        this.#setIrq(register, value);
        break;
      case Register.command:
        this.#command(value & 0x0f);
        break;
      default:
        this.#registers[register] = value;
        if (register === Register.bitFraming && value >= 0x80) this.#transceive();
    }
  }

  /** Bit 7 says whether the others are set or cleared (9.3.1.5). */
  #setIrq(register: number, value: number): void {
    const bits = value & 0x7f;
    const now = this.#registers[register] ?? 0;
    this.#registers[register] = value >= 0x80 ? now | bits : now & ~bits;
  }

  #command(command: number): void {
    this.#registers[Register.command] = command;
    if (command === Command.softReset) this.#reset();
    else if (command === Command.calcCrc) this.#calculateCrc();
    else if (command === Command.authenticate) this.#authenticate();
  }

  #calculateCrc(): void {
    const crc = crcA(Uint8Array.from(this.#fifo));
    this.#fifo = [];
    this.#registers[Register.crcLow] = crc & 0xff;
    this.#registers[Register.crcHigh] = crc >> 8;
    this.#setIrq(Register.divIrq, 0x80 | Irq.crc);
  }

  /** Key A or B, block, key, number of the card (10.3.1.9). */
  #authenticate(): void {
    const isRight = this.#isFieldOn && this.#card?.authenticate(Uint8Array.from(this.#fifo)) === true;
    this.#fifo = [];
    if (isRight) this.#registers[Register.status2] = (this.#registers[Register.status2] ?? 0) | CRYPTO_ON;
    this.#setIrq(Register.comIrq, 0x80 | (isRight ? Irq.idle : Irq.timer));
  }

  #transceive(): void {
    if ((this.#registers[Register.command] ?? 0) !== Command.transceive) return;
    const bits = (this.#registers[Register.bitFraming] ?? 0) & 7;
    const answer = this.#isFieldOn ? this.#card?.answer(Uint8Array.from(this.#fifo), bits) : undefined;
    this.#fifo = [];
    this.#registers[Register.error] = 0;
    if (answer === undefined) {
      this.#setIrq(Register.comIrq, 0x80 | Irq.timer);
      return;
    }
    this.#fifo = [...answer.bytes];
    this.#registers[Register.control] = answer.lastBits;
    this.#setIrq(Register.comIrq, 0x80 | Irq.rx | Irq.idle);
  }

  /** The antenna is on (TxControlReg). */
  get #isFieldOn(): boolean {
    return ((this.#registers[Register.txControl] ?? 0) & 3) === 3;
  }

  #reset(): void {
    this.#registers.fill(0);
    this.#registers[Register.version] = VERSION_2;
    this.#registers[Register.txControl] = 0x80;
    this.#fifo = [];
  }
}
