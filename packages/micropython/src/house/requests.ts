import { EspNowError } from "aioespnow";
import type { Vm } from "../vm/vm.ts";
import type { House } from "./house.ts";

/** The longest answer to a call: as vm/board-calls.ts. */
const PIECE = 8192;

type Method = Exclude<keyof House, "onNews" | "onAction" | "findings" | "residents" | "presses">;

/** Answers what a test's program asks of the house: JSON, in pieces where it is long. */
export function attachHouse(vm: Vm, house: House): void {
  let asked: Uint8Array[] = [];
  let answer = new Uint8Array(0);
  const next = (): Uint8Array => {
    const piece = answer.subarray(0, PIECE);
    answer = answer.subarray(PIECE);
    return piece;
  };
  vm.handle("house_put", ({ part }) => {
    asked.push(part);
  });
  vm.handle("house_ask", ({ request }) => {
    const [method, ...values] = JSON.parse(Buffer.concat([...asked, request]).toString()) as [Method, ...unknown[]];
    asked = [];
    answer = new TextEncoder().encode(JSON.stringify(asRangeError(() => call(house, method, values)) ?? null));
    return next();
  });
  vm.handle("house_more", next);
}

/** Only what House itself declares: a test's program reaches nothing else of JavaScript. */
function call(house: House, method: Method, values: readonly unknown[]): unknown {
  if (method === ("constructor" as string) || !Object.hasOwn(Object.getPrototypeOf(house), method)) {
    throw new RangeError(`a house has no "${String(method)}"`);
  }
  return (house[method] as (...values: unknown[]) => unknown).apply(house, [...values]);
}

/** What is wrong with a request is the test's to be told: a RangeError becomes its ValueError. */
function asRangeError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof EspNowError || !(error instanceof Error)) throw error;
    throw new RangeError(error.message, { cause: error });
  }
}
