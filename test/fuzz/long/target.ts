/** Something that takes foreign bytes, and must neither throw nor break what it promises, whatever they are. */
export interface Target {
  readonly name: string;
  readonly unit: "frames" | "messages" | "bytes";
  /** How much of it a whole run feeds. */
  readonly aim: number;
  /**
   * Feeds it for some milliseconds. Returns how much that was. `record` is told the bytes before they are fed, so that a
   * fault can be shown with what brought it about. @throws Error for a fault.
   */
  step(record: (bytes: Uint8Array) => void): number;
}
