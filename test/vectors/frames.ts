import vectors from "./vectors.json" with { type: "json" };

/** A frame of `vectors.json`, as bytes. */
export interface VectorFrame {
  readonly kind: string;
  readonly mpdu: Uint8Array;
  readonly payload: string;
  readonly elements: number;
}

/** All of them, in the order of the file. */
export const vectorFrames: readonly VectorFrame[] = vectors.vectors.map(({ kind, mpdu, payload, elements }) => ({
  kind,
  mpdu: Uint8Array.from(Buffer.from(mpdu, "hex")),
  payload,
  elements: elements.length,
}));
