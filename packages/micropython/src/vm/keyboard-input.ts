/** What was typed at a program and is not read yet. Ctrl-C among it interrupts, unless the program wants it as a byte. */
export class KeyboardInput {
  /** Which byte is Ctrl-C; -1: none. */
  interruptChar = -1;
  #unread: Uint8Array = new Uint8Array(0);

  /**
   * Where Ctrl-C is not a byte like others, it interrupts at once, however much stands before it, as on a board. Returns
   * whether it was among the bytes.
   */
  type(bytes: Uint8Array): boolean {
    const char = this.interruptChar;
    const typed = char < 0 ? bytes : bytes.filter((byte) => byte !== char);
    const all = new Uint8Array(this.#unread.length + typed.length);
    all.set(this.#unread);
    all.set(typed, this.#unread.length);
    this.#unread = all;
    return typed.length < bytes.length;
  }

  /** Up to `length` bytes. */
  read(length: number): Uint8Array {
    const bytes = this.#unread.subarray(0, length);
    this.#unread = this.#unread.subarray(bytes.length);
    return bytes;
  }

  get unread(): Uint8Array {
    return this.#unread;
  }

  set unread(bytes: Uint8Array) {
    this.#unread = bytes;
  }
}
