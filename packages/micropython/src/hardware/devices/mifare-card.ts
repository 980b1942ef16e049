/** What a card answers. */
export interface CardAnswer {
  readonly bytes: Uint8Array;
  /** Bits of the last byte; 0: all of them. */
  readonly lastBits: number;
}

/** Commands of ISO 14443-3 and of MIFARE Classic (MF1S50, 9). */
const Command = { request: 0x26, wakeUp: 0x52, select: 0x93, halt: 0x50, read: 0x30, write: 0xa0 } as const;
const Selecting = { anticollision: 0x20, select: 0x70 } as const;
const BLOCKS = 64;
const BLOCK = 16;
const ACK: CardAnswer = { bytes: Uint8Array.of(0x0a), lastBits: 4 };
/** Key A, access bits, key B of a new card: FF FF FF FF FF FF are both keys. */
const TRAILER = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x07, 0x80, 0x69, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

/** A MIFARE Classic card of 1 kB, new: all its keys are FF FF FF FF FF FF. */
export class MifareCard {
  /** Its number, hexadecimal. */
  readonly uid: string;
  readonly #memory = new Uint8Array(BLOCKS * BLOCK);
  #isSelected = false;
  #isHalted = false;
  /** The sector that may be read and written; undefined: none. */
  #sector: number | undefined;
  /** The block whose content comes next. */
  #writing: number | undefined;

  constructor(uid: string) {
    this.uid = uid;
    this.#memory.set([...this.#number, 0x08, 0x04, 0x00]);
    for (let block = 3; block < BLOCKS; block += 4) this.#memory.set(TRAILER, block * BLOCK);
  }

  static load(state: object): MifareCard {
    const { uid, memory, ...rest } = state as ReturnType<MifareCard["save"]>;
    const card = new MifareCard(uid);
    card.#memory.set(memory);
    card.#isSelected = rest.isSelected;
    card.#isHalted = rest.isHalted;
    card.#sector = rest.sector ?? undefined;
    card.#writing = rest.writing ?? undefined;
    return card;
  }

  save(): {
    readonly uid: string;
    readonly memory: number[];
    readonly isSelected: boolean;
    readonly isHalted: boolean;
    readonly sector: number | null;
    readonly writing: number | null;
  } {
    return {
      uid: this.uid,
      memory: [...this.#memory],
      isSelected: this.#isSelected,
      isHalted: this.#isHalted,
      sector: this.#sector ?? null,
      writing: this.#writing ?? null,
    };
  }

  /** Opens a sector: 0x60 or 0x61, block, six bytes of the key, the card's number. */
  authenticate([kind = 0, block = 0, ...rest]: Uint8Array): boolean {
    const trailer = (block | 3) * BLOCK + (kind === 0x61 ? 10 : 0);
    const key = this.#memory.subarray(trailer, trailer + 6);
    if (!this.#isSelected || block >= BLOCKS || !key.every((byte, index) => byte === rest[index])) return false;
    this.#sector = block >> 2;
    return true;
  }

  /** Undefined: it says nothing. */
  answer(bytes: Uint8Array, bits: number): CardAnswer | undefined {
    if (bits === 7) return this.#wake(bytes[0]);
    if (this.#isHalted) return undefined;
    if (this.#writing !== undefined) return this.#store(bytes);
    const [command, block = 0] = bytes;
    if (command === Command.select) return this.#select(bytes);
    if (command === Command.halt) this.#halt();
    if (!this.#isSelected || this.#sector !== block >> 2) return undefined;
    if (command === Command.read) return whole(withCrc(this.#memory.subarray(block * BLOCK, (block + 1) * BLOCK)));
    if (command !== Command.write) return undefined;
    this.#writing = block;
    return ACK;
  }

  get #number(): Uint8Array {
    const uid = Buffer.from(this.uid, "hex");
    return Uint8Array.of(
      ...uid,
      uid.reduce((sum, byte) => sum ^ byte, 0),
    );
  }

  /** A request wakes no card that was halted, a wake-up does. ATQA of 1 kB: 04 00. */
  #wake(command: number | undefined): CardAnswer | undefined {
    if (command !== Command.wakeUp && (command !== Command.request || this.#isHalted)) return undefined;
    this.#isHalted = false;
    this.#isSelected = false;
    this.#sector = undefined;
    return whole(Uint8Array.of(0x04, 0x00));
  }

  /** SAK of 1 kB: 08. */
  #select([, how, ...uid]: Uint8Array): CardAnswer | undefined {
    if (how === Selecting.anticollision) return whole(this.#number);
    if (how !== Selecting.select || !this.#number.every((byte, index) => byte === uid[index])) return undefined;
    this.#isSelected = true;
    return whole(withCrc(Uint8Array.of(0x08)));
  }

  #halt(): void {
    this.#isHalted = true;
    this.#isSelected = false;
    this.#sector = undefined;
  }

  #store(bytes: Uint8Array): CardAnswer | undefined {
    const block = this.#writing as number;
    this.#writing = undefined;
    if (bytes.length < BLOCK || block === 0) return undefined;
    this.#memory.set(bytes.subarray(0, BLOCK), block * BLOCK);
    return ACK;
  }
}

function whole(bytes: Uint8Array): CardAnswer {
  return { bytes, lastBits: 0 };
}

function withCrc(bytes: Uint8Array): Uint8Array {
  const crc = crcA(bytes);
  return Uint8Array.of(...bytes, crc & 0xff, crc >> 8);
}

/** CRC_A of ISO 14443-3: the polynomial 0x8408, from 0x6363. */
export function crcA(bytes: Uint8Array): number {
  let crc = 0x6363;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0x8408;
  }
  return crc;
}
