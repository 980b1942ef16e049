/**
 * The device's rule against retransmissions that it has heard already (docs/protocol.md 1.4): a frame is a duplicate
 * only if its Retry bit is set and its random value is that of the last ESP-NOW frame accepted, from whomever.
 */
export class DuplicateFilter {
  #last = -1;

  /** Whether the frame is a duplicate. If it is not, it becomes the one to compare with. */
  isDuplicate(random: number, retry: boolean): boolean {
    if (retry && random === this.#last) return true;
    this.#last = random;
    return false;
  }
}
