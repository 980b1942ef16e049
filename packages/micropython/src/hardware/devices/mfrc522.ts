import { z } from "zod";
import type { SpiDevice } from "../../board/buses.ts";
import type { Machine } from "../../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { bus, pin, setting } from "../setting.ts";
import { crcA, MifareCard } from "./mifare-card.ts";

/** Where an MFRC522 is. */
export interface Mfrc522Place {
  /** The pin that selects it: SDA or CS on its board. */
  readonly cs: number;
  /** The SPI bus: 0 to 2; -1 is `SoftSPI`. Left out: every bus of the board. */
  readonly bus?: number | undefined;
}

/** What is at the reader. */
export interface Mfrc522Readings {
  /** The number of the card that is held at it, such as `04a1b2c3`; null: there is no card. */
  readonly card: string | null;
}

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
const ALL_BUSES = [-1, 0, 1, 2] as const;

/** What the constructor of `Mfrc522` takes: its place, its readings at the start, its name. */
export type Mfrc522Settings = Mfrc522Place & Partial<Mfrc522Readings> & DeviceOptions;

/** An MFRC522 reader on SPI, with a MIFARE Classic card that comes and goes. */
export class Mfrc522 extends Device<Mfrc522Place, Mfrc522Readings> implements SpiDevice {
  /** As hardware files know it: `device: mfrc522`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "mfrc522",
    title: "MFRC522: RFID reader on SPI",
    source: "NXP MFRC522 and MF1S50 datasheets",
    place: { cs: pin("the pin that selects it (SDA or CS)"), bus: bus("SPI", 2) },
    readings: {
      card: setting(
        z
          .string()
          .regex(/^[0-9a-f]{8}$/i, "8 hexadecimal digits")
          .nullable(),
        "card",
        "the number of the card that is held at it: 8 hexadecimal digits; null: there is no card",
      ),
    },
    defaults: { card: null },
    create: (machine, settings) => new Mfrc522(machine, settings as Mfrc522Settings),
  };
  readonly #registers = new Uint8Array(64);
  #fifo: number[] = [];
  /** The register that the transfer is about, and whether it is read; undefined: the next byte says. */
  #asked: { readonly register: number; readonly isRead: boolean } | undefined;
  #card: MifareCard | undefined;

  /** @throws RangeError for a pin or a bus that the board does not have. */
  constructor(machine: Machine, settings: Mfrc522Settings) {
    super(machine, Mfrc522.kind, settings);
    const { bus: id, cs } = this.place;
    for (const each of id === undefined ? ALL_BUSES : [id]) machine.spi(each).device(this);
    machine.pin(cs).observe(() => {
      this.#asked = undefined;
    });
    this.#reset();
    this.apply();
  }

  get isSelected(): boolean {
    const { isOutput, value } = this.machine.pin(this.place.cs);
    return isOutput && value === 0;
  }

  /** The first byte is an address: bit 7 to read, bits 6 to 1 the register (8.1.2.3). Reads name one after another. */
  transfer(written: Uint8Array): Uint8Array {
    return Uint8Array.from(written, (byte) => this.#exchange(byte));
  }

  protected apply(): void {
    const { card } = this.readings;
    if (card === null) this.#card = undefined;
    else if (this.#card?.uid !== card.toLowerCase()) this.#card = new MifareCard(card.toLowerCase());
  }

  protected override saveInner(): unknown {
    return { registers: [...this.#registers], fifo: [...this.#fifo], card: this.#card?.save() ?? null };
  }

  protected override loadInner(inner: unknown): void {
    const { registers, fifo, card } = inner as { registers: number[]; fifo: number[]; card: object | null };
    this.#registers.set(registers);
    this.#fifo = [...fifo];
    this.#card = card === null ? undefined : MifareCard.load(card);
  }

  #exchange(byte: number): number {
    const asked = this.#asked;
    if (asked !== undefined && !asked.isRead) {
      this.#write(asked.register, byte);
      return 0;
    }
    if (asked === undefined || byte >= 0x80) this.#asked = { register: (byte >> 1) & 0x3f, isRead: byte >= 0x80 };
    return asked === undefined ? 0 : this.#read(asked.register);
  }

  #read(register: number): number {
    if (register === Register.fifoData) return this.#fifo.shift() ?? 0;
    if (register === Register.fifoLevel) return this.#fifo.length;
    return this.#registers[register] ?? 0;
  }

  #write(register: number, value: number): void {
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
