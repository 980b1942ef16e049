/** A handler's answer that is raised in Python as `OSError(errno)`. */
export class Refusal extends Error {
  /** By MicroPython's `errno`. */
  readonly errno: number;

  constructor(errno: number, message: string) {
    super(message);
    this.errno = errno;
  }
}
