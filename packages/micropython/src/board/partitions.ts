/** A partition of the flash. */
interface Partition {
  readonly label: string;
  /** 0: a program of the board, 1: data. */
  readonly type: 0 | 1;
  readonly subtype: number;
  readonly address: number;
  readonly size: number;
}

/** Those of a board with 4 MiB that updates itself: MicroPython's partitions-4MiB-ota.csv. */
export const PARTITIONS: readonly Partition[] = [
  { label: "nvs", type: 1, subtype: 2, address: 0x9000, size: 0x4000 },
  { label: "otadata", type: 1, subtype: 0, address: 0xd000, size: 0x2000 },
  { label: "phy_init", type: 1, subtype: 1, address: 0xf000, size: 0x1000 },
  { label: "ota_0", type: 0, subtype: 0x10, address: 0x1_0000, size: 0x18_0000 },
  { label: "ota_1", type: 0, subtype: 0x11, address: 0x19_0000, size: 0x18_0000 },
  { label: "vfs", type: 1, subtype: 0x81, address: 0x31_0000, size: 0xf_0000 },
];

/** What is in the partitions, and which of them the board starts from. */
export interface PartitionsState {
  readonly contents: readonly (readonly [index: number, content: Uint8Array])[];
  readonly running: number;
  readonly boot: number;
  readonly former: number;
  readonly isValid: boolean;
}

const FIRST_APP = 3;
const ERASED = 0xff;
/** How an image of a program begins (esp_app_format.h, ESP_IMAGE_HEADER_MAGIC). */
const IMAGE_MAGIC = 0xe9;

/**
 * The partitions of a board, as far as programs that update themselves see them. What is written stays; the board goes on with
 * the MicroPython that it has. One that starts from another partition and does not call itself valid before the next
 * start goes back (ESP-IDF, app rollback).
 */
export class BoardPartitions {
  readonly #contents = new Map<number, Uint8Array>();
  #running = FIRST_APP;
  #boot = FIRST_APP;
  #former = FIRST_APP;
  #isValid = true;

  /** The one that the program runs from, by its place in `PARTITIONS`. */
  get running(): number {
    return this.#running;
  }

  /** The one that the board starts from next. */
  get boot(): number {
    return this.#boot;
  }

  /** Returns whether it may be: it holds an image of a program. */
  setBoot(index: number): boolean {
    const isImage = index === this.#running || this.#contents.get(index)?.[0] === IMAGE_MAGIC;
    if (PARTITIONS[index]?.type !== 0 || !isImage) return false;
    this.#boot = index;
    return true;
  }

  /** The program says that it works. */
  markValid(): void {
    this.#isValid = true;
  }

  /** The board starts. */
  start(): void {
    if (this.#boot !== this.#running) {
      this.#former = this.#running;
      this.#running = this.#boot;
      this.#isValid = false;
    } else if (!this.#isValid) {
      this.#running = this.#former;
      this.#boot = this.#former;
      this.#isValid = true;
    }
  }

  /** @internal */
  save(): PartitionsState {
    const contents = [...this.#contents].map(([index, content]) => [index, Uint8Array.from(content)] as const);
    const [running, boot, former, isValid] = [this.#running, this.#boot, this.#former, this.#isValid];
    return { contents, running, boot, former, isValid };
  }

  /** @internal */
  load({ contents, running, boot, former, isValid }: PartitionsState): void {
    this.#contents.clear();
    for (const [index, content] of contents) this.#contents.set(index, Uint8Array.from(content));
    this.#running = running;
    this.#boot = boot;
    this.#former = former;
    this.#isValid = isValid;
  }

  /** @throws RangeError for what is not in the partition. */
  read(index: number, offset: number, length: number): Uint8Array {
    const { size } = checkPlace(index, offset, length);
    const content = this.#contents.get(index) ?? new Uint8Array(size).fill(ERASED);
    return content.subarray(offset, offset + length);
  }

  /** @throws RangeError as `read`. */
  write(index: number, offset: number, bytes: Uint8Array): void {
    const { size } = checkPlace(index, offset, bytes.length);
    const content = this.#contents.get(index) ?? new Uint8Array(size).fill(ERASED);
    content.set(bytes, offset);
    this.#contents.set(index, content);
  }
}

function checkPlace(index: number, offset: number, length: number): Partition {
  const partition = PARTITIONS[index];
  if (partition === undefined || offset < 0 || offset + length > partition.size) {
    throw new RangeError("that is not in the partition");
  }
  return partition;
}
