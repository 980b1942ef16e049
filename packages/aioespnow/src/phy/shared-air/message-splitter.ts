import { MAX_MESSAGE_LENGTH } from "./air-protocol.ts";

/** Before each message on a stream: its length in bytes, big-endian, this number itself not counted. */
const LENGTH_BYTES = 2;

/** `message` as it goes on a stream. */
export function frameMessage(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(LENGTH_BYTES + message.length);
  new DataView(framed.buffer).setUint16(0, message.length);
  framed.set(message, LENGTH_BYTES);
  return framed;
}

/** Cuts a stream of bytes, in whatever pieces it comes, into messages. */
export class MessageSplitter {
  readonly #onMessage: (message: Uint8Array) => void;
  /** The beginning of a message, its length included, whose end has not come. */
  #rest: Uint8Array = new Uint8Array(0);

  /** `onMessage` is given views that are valid only during the call. */
  constructor(onMessage: (message: Uint8Array) => void) {
    this.#onMessage = onMessage;
  }

  /** Returns what is wrong with the stream: no more of it can be read then. Undefined: nothing. */
  push(chunk: Uint8Array): string | undefined {
    // A plain view: what a Buffer of Node calls slice copies nothing.
    const plain = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    const bytes = this.#rest.length === 0 ? plain : concatenate(this.#rest, plain);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let offset = 0;
    while (bytes.length - offset >= LENGTH_BYTES) {
      const length = view.getUint16(offset);
      if (length === 0 || length > MAX_MESSAGE_LENGTH) return `a message of ${length} bytes`;
      const end = offset + LENGTH_BYTES + length;
      if (end > bytes.length) break;
      this.#onMessage(bytes.subarray(offset + LENGTH_BYTES, end));
      offset = end;
    }
    this.#rest = bytes.slice(offset);
    return undefined;
  }
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
