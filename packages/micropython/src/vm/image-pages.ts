import type { Registers } from "./registers.ts";

/** A MicroPython at a moment at which nothing runs in it: its memory up to where it is in use, and its registers. */
export interface Image {
  readonly memory: Uint8Array;
  readonly registers: Registers;
}

/** A page of a memory, bytes. */
const PAGE = 4096;

/** A memory as its difference from the one that a board starts from. */
export interface ImageState {
  /** How many bytes are in use. */
  readonly used: number;
  /** The pages that are different, one after the other, and their numbers. */
  readonly numbers: readonly number[];
  readonly pages: Uint8Array;
  readonly registers: Image["registers"];
}

/** `memory` up to where it is in use. */
export function saveImage({ memory, registers }: Image, start: Uint8Array): ImageState {
  const numbers: number[] = [];
  for (let at = 0; at < memory.length; at += PAGE) {
    if (!isSame(memory.subarray(at, at + PAGE), start.subarray(at, at + PAGE))) numbers.push(at / PAGE);
  }
  const pages = new Uint8Array(numbers.length * PAGE);
  for (const [index, number] of numbers.entries()) {
    pages.set(memory.subarray(number * PAGE, (number + 1) * PAGE), index * PAGE);
  }
  return { used: memory.length, numbers, pages, registers };
}

export function loadImage({ used, numbers, pages, registers }: ImageState, start: Uint8Array): Image {
  const memory = new Uint8Array(Math.ceil(used / PAGE) * PAGE);
  memory.set(start.subarray(0, memory.length));
  for (const [index, number] of numbers.entries()) {
    memory.set(pages.subarray(index * PAGE, (index + 1) * PAGE), number * PAGE);
  }
  return { memory: memory.subarray(0, used), registers };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
