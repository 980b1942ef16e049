/** A device of a saved board. */
export interface SavedDevice {
  /** Unique on its board. */
  readonly name: string;
  /** What its `wiring()` was; undefined: it has none. */
  readonly wiring: unknown;
}

/** A device on the wires of a simulated board, as the board knows it. */
export interface BoardDevice {
  /** Unique on its board. */
  readonly name: string;
  /** What it does that a person would see, a line each: the state of a relay, the text of a display. None of a sensor. */
  shown(): readonly string[];
  /** Of a display: what it shows, as a PNG file. */
  png?(): Uint8Array;
  /**
   * Its state as plain data, such as JSON can hold. Levels of pins and values of inputs are the board's. A device that waits
   * for a time does so by an `Alarm`, whose state is part of its own: a timer that nobody has saved is refused.
   */
  save(): unknown;
  /** Puts it into a state that `save` gave. Nothing happens on the wires: the board is put into its state, too. */
  load(state: unknown): void;
  /** Puts a device of its kind, with its name and place, on the wires of another board: that of a branch. */
  plug(machine: { readonly devices: BoardDevices }): void;
  /** Its board is gone: a device that acts at times of its own, such as a script, ends here. */
  stop?(): void;
  /**
   * What it is, as plain data: `plugDevices` of `espnow-micropython/hardware` makes it again in another process. A device of
   * your own has none, and you put it on the board yourself.
   */
  wiring?(): unknown;
}

/** The most devices of a board. */
const MAX_DEVICES = 100;

/** The devices of a board, by name. */
export class BoardDevices {
  readonly #devices = new Map<string, BoardDevice>();

  /** The name for a device of which nobody has said one: `button`, `button-2`. */
  newName(kind: string): string {
    let [name, number] = [kind, 1];
    while (this.#devices.has(name)) name = `${kind}-${++number}`;
    return name;
  }

  /** @throws RangeError for a name that is taken, and for more devices than there is room. */
  add(device: BoardDevice): void {
    if (this.#devices.has(device.name)) throw new RangeError(`this board has a device "${device.name}" already`);
    if (this.#devices.size >= MAX_DEVICES) throw new RangeError(`a board has room for ${MAX_DEVICES} devices`);
    this.#devices.set(device.name, device);
  }

  /** By name; undefined if there is none. */
  get(name: string): BoardDevice | undefined {
    return this.#devices.get(name);
  }

  /** How many there are, at most 100. */
  get size(): number {
    return this.#devices.size;
  }

  /** In the order in which they were connected. */
  [Symbol.iterator](): IterableIterator<BoardDevice> {
    return this.#devices.values();
  }
}
