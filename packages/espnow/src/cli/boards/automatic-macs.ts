import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type MacAddress, toMac } from "aioespnow";
import { isGroup } from "aioespnow/codec";
import type { BoardPlan } from "./board-plan.ts";
import { pythonBytes } from "./python-bytes.ts";

/** Addresses as programs have them: bytes, texts with or without colons, lists of numbers. */
const LITERAL =
  /\bb(["'])(?:\\.|(?!\1)[^\\\n])*\1|(["'])(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}\2|[[(](?:\s*0x[0-9a-f]{1,2}\s*,){5}\s*0x[0-9a-f]{1,2}\s*,?\s*[\])]/gi;
/** Of a program's modules that are looked into. */
const MAX_MODULES = 50;

/** The plans, with addresses for boards that have none, and a sentence for each, and for what is not clear. */
export interface AutomaticMacs {
  readonly boards: readonly BoardPlan[];
  readonly remarks: readonly string[];
}

/**
 * Gives boards the addresses that the other programs send to. An address is clearly a board's where all others speak of it,
 * or the only one left that it can be for, and no other address is as likely.
 */
export function automaticMacs(boards: readonly BoardPlan[]): AutomaticMacs {
  const spoken = boards.map(addressesIn);
  const taken = new Set(boards.flatMap(({ mac }) => mac ?? []));
  const open = new Set(boards.flatMap((plan, index) => (plan.mac === undefined ? [index] : [])));
  const wanted = new Set(spoken.flatMap((addresses) => [...addresses]).filter((mac) => !taken.has(mac)));
  const given = new Map<number, MacAddress>();
  const candidatesOf = (mac: MacAddress): number[] => [...open].filter((index) => !spoken[index]?.has(mac));
  for (let isNew = true; isNew; ) {
    isNew = false;
    for (const mac of wanted) {
      const [index, ...more] = candidatesOf(mac);
      if (index === undefined || more.length > 0) continue;
      const rivals = [...wanted].filter((other) => other !== mac && candidatesOf(other).includes(index));
      if (rivals.some((other) => candidatesOf(other).length === 1)) continue;
      given.set(index, mac);
      open.delete(index);
      wanted.delete(mac);
      isNew = true;
    }
  }
  const named = boards.map((plan, index) => {
    const mac = given.get(index);
    return mac === undefined ? plan : { ...plan, mac };
  });
  return {
    boards: named,
    remarks: [
      ...[...given].map(([index, mac]) => `--mac auto: ${boards[index]?.name} is ${mac}, which other programs send to`),
      ...[...wanted].map(
        (mac) => `--mac auto: it is not clear which board is ${mac}: use --mac, or mac=${mac} for one`,
      ),
    ],
  };
}

/** The addresses that a program speaks of, in its text, its modules and its arguments. */
function addressesIn(plan: BoardPlan): ReadonlySet<MacAddress> {
  const addresses = new Set<MacAddress>();
  const add = (value: string | Uint8Array): void => {
    try {
      const mac = toMac(value);
      if (!isGroup(mac)) addresses.add(mac);
    } catch {
      // it is something else
    }
  };
  for (const word of plan.argv) add(word);
  for (const text of textsOf(plan)) {
    for (const [literal] of text.matchAll(LITERAL)) {
      if (/^b/i.test(literal)) add(pythonBytes(literal) ?? "");
      else if (/^["']/.test(literal)) add(literal.slice(1, -1));
      else add(Uint8Array.from(literal.match(/0x[0-9a-f]+/gi) ?? [], Number));
    }
  }
  return addresses;
}

/** The program, and the modules beside it that it imports. */
function textsOf(plan: BoardPlan): readonly string[] {
  const main = "file" in plan ? plan.file : join(plan.folder, "main.py");
  const texts: string[] = [];
  const seen = new Set<string>();
  const files = [main, join(dirname(main), "boot.py")];
  for (const file of files) {
    if (seen.has(file) || seen.size > MAX_MODULES || !statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
    seen.add(file);
    const text = readFileSync(file, "utf8");
    texts.push(text);
    for (const [, name] of text.matchAll(/^\s*(?:from|import)\s+(\w+)/gm))
      files.push(join(dirname(main), `${name}.py`));
  }
  return texts;
}
