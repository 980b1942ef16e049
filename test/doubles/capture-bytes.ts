/** Captures put together by hand, in either byte order: what the readers are tested with, apart from our own writers. */

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Numbers of one byte order. */
export class Numbers {
  readonly littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.littleEndian = littleEndian;
  }

  u16(...values: number[]): Uint8Array {
    const view = new DataView(new ArrayBuffer(2 * values.length));
    values.forEach((value, i) => void view.setUint16(2 * i, value, this.littleEndian));
    return new Uint8Array(view.buffer);
  }

  u32(...values: number[]): Uint8Array {
    const view = new DataView(new ArrayBuffer(4 * values.length));
    values.forEach((value, i) => void view.setUint32(4 * i, value, this.littleEndian));
    return new Uint8Array(view.buffer);
  }

  i64(value: bigint): Uint8Array {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigInt64(0, value, this.littleEndian);
    return new Uint8Array(view.buffer);
  }

  pcapHeader(magic: number, linkType: number): Uint8Array {
    return concat(this.u32(magic), this.u16(2, 4), this.u32(0, 0, 65535, linkType));
  }

  pcapRecord(seconds: number, fraction: number, bytes: Uint8Array, originalLength = bytes.length): Uint8Array {
    return concat(this.u32(seconds, fraction, bytes.length, originalLength), bytes);
  }

  block(type: number, ...body: readonly Uint8Array[]): Uint8Array {
    const content = padded(concat(...body));
    const length = this.u32(12 + content.length);
    return concat(this.u32(type), length, content, length);
  }

  option(code: number, value: Uint8Array): Uint8Array {
    return concat(this.u16(code, value.length), padded(value));
  }

  section(...options: readonly Uint8Array[]): Uint8Array {
    return this.block(0x0a0d0d0a, this.u32(0x1a2b3c4d), this.u16(1, 0), this.i64(-1n), ...options);
  }

  interface(linkType: number, options: readonly Uint8Array[] = [], snapLength = 0): Uint8Array {
    return this.block(1, this.u16(linkType, 0), this.u32(snapLength), ...options);
  }

  /** An enhanced packet block; `units` is its time in the interface's resolution. */
  packet(interfaceId: number, units: bigint, bytes: Uint8Array, options: readonly Uint8Array[] = []): Uint8Array {
    const time = this.u32(Number(units >> 32n), Number(units & 0xffff_ffffn));
    const head = this.u32(interfaceId);
    return this.block(6, head, time, this.u32(bytes.length, bytes.length), padded(bytes), ...options);
  }
}

function padded(bytes: Uint8Array): Uint8Array {
  return concat(bytes, new Uint8Array(-bytes.length & 3));
}
