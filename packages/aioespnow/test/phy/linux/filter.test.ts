import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type BpfInstruction, ESPNOW_FILTER, encodeFilter } from "#lib/phy/linux/filter.ts";
import { actionFrame, B } from "#lib/testing/action-frame.ts";

/** The registers and the scratch memory of the kernel's interpreter. */
interface Machine {
  readonly packet: Uint8Array;
  readonly scratch: Map<number, number>;
  a: number;
  x: number;
}

/** A load beyond the packet ends the program. */
function load({ packet }: Machine, at: number, size: number): number {
  if (at + size > packet.length) throw new RangeError("beyond the packet");
  return packet.subarray(at, at + size).reduce((value, byte) => ((value << 8) | byte) >>> 0, 0);
}

/** What each instruction does to A; those of tcpdump's compiler too. */
const TO_A: Readonly<Record<number, (m: Machine, k: number) => number>> = {
  32: (m, k) => load(m, k, 4),
  40: (m, k) => load(m, k, 2),
  48: (m, k) => load(m, k, 1),
  64: (m, k) => load(m, m.x + k, 4),
  72: (m, k) => load(m, m.x + k, 2),
  80: (m, k) => load(m, m.x + k, 1),
  96: (m, k) => m.scratch.get(k) ?? 0,
  0: (_m, k) => k,
  135: (m) => m.x,
  4: (m, k) => m.a + k,
  12: (m) => m.a + m.x,
  76: (m) => (m.a | m.x) >>> 0,
  84: (m, k) => (m.a & k) >>> 0,
  100: (m, k) => (m.a << k) >>> 0,
};

/** What the others do, and how many instructions are skipped then. */
const OTHERS: Readonly<Record<number, (m: Machine, instruction: BpfInstruction) => number>> = {
  7: (m) => {
    m.x = m.a;
    return 0;
  },
  2: (m, { k }) => {
    m.scratch.set(k, m.a);
    return 0;
  },
  97: (m, { k }) => {
    m.x = m.scratch.get(k) ?? 0;
    return 0;
  },
  21: (m, { jt, jf, k }) => (m.a === k ? jt : jf),
  69: (m, { jt, jf, k }) => ((m.a & k) !== 0 ? jt : jf),
};

/** How many bytes of the packet the program keeps. */
function run(program: readonly BpfInstruction[], packet: Uint8Array): number {
  const machine: Machine = { packet, scratch: new Map(), a: 0, x: 0 };
  try {
    for (let at = 0; ; at++) {
      const instruction = program[at] as BpfInstruction;
      if (instruction.code === 0x06) return instruction.k;
      const toA = TO_A[instruction.code];
      if (toA !== undefined) machine.a = toA(machine, instruction.k);
      else at += (OTHERS[instruction.code] as (m: Machine, i: BpfInstruction) => number)(machine, instruction);
    }
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

function packet(radiotapLength: number, frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(radiotapLength + frame.length);
  bytes.set([0, 0, radiotapLength & 0xff, radiotapLength >> 8]);
  bytes.set(frame, radiotapLength);
  return bytes;
}

function frame(type: number, flags: number, body: readonly number[]): Uint8Array {
  const bytes = actionFrame(B, 0, 24 + body.length);
  bytes.set([type, flags]);
  bytes.set(body, 24);
  return bytes;
}

const ESPNOW = [0x7f, 0x18, 0xfe, 0x34, 1, 2, 3, 4];

test.each<[string, Uint8Array, boolean]>([
  ["an ESP-NOW frame", frame(0xd0, 0, ESPNOW), true],
  ["one that is repeated", frame(0xd0, 0x08, ESPNOW), true],
  ["one of category 126", frame(0xd0, 0, [0x7e, ...ESPNOW.slice(1)]), true],
  ["an encrypted action frame", frame(0xd0, 0x40, [1, 2, 3, 4]), true],
  ["another vendor's action frame", frame(0xd0, 0, [0x7f, 0x50, 0x6f, 0x9a]), false],
  ["another action frame", frame(0xd0, 0, [0x03, 0, 0, 0]), false],
  ["a beacon", frame(0x80, 0, ESPNOW), false],
  ["an encrypted data frame", frame(0x88, 0x40, ESPNOW), false],
  ["an ACK", Uint8Array.of(0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 11), false],
  ["an action frame that is cut short", frame(0xd0, 0, [0x7f, 0x18]), false],
])("behind radiotap headers of any length, %s: kept %s", (_name, bytes, kept) => {
  for (const length of [8, 13, 26, 300]) expect(run(ESPNOW_FILTER, packet(length, bytes)) > 0).toBe(kept);
});

test("a radiotap length beyond the packet is no frame", () => {
  expect(run(ESPNOW_FILTER, Uint8Array.of(0, 0, 0xff, 0xff, 0xd0))).toBe(0);
  expect(run(ESPNOW_FILTER, new Uint8Array(2))).toBe(0);
});

test("an instruction is 8 bytes: code, two jumps, and a number in this computer's order", () => {
  const bytes = encodeFilter([{ code: 0x15, jt: 1, jf: 2, k: 0x01020304 }]);
  const view = new DataView(bytes.buffer);
  expect([view.getUint16(0, true), bytes[2], bytes[3], view.getUint32(4, true)]).toEqual([0x15, 1, 2, 0x01020304]);
});

const TCPDUMP = ["/usr/bin/tcpdump", "/usr/sbin/tcpdump"].find((path) => existsSync(path)) ?? "tcpdump";

test.skipIf(!existsSync(TCPDUMP))("it keeps what tcpdump's compiler keeps for the same condition (tcpdump)", () => {
  const condition = "wlan[0] = 0xd0 and (wlan[1] & 0x40 != 0 or wlan[24:4] = 0x7f18fe34 or wlan[24:4] = 0x7e18fe34)";
  const text = execFileSync(TCPDUMP, ["-y", "IEEE802_11_RADIO", "-ddd", condition], { encoding: "utf8" });
  const compiled = text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(" ").map(Number) as [number, number, number, number])
    .map(([code, jt, jf, k]): BpfInstruction => ({ code, jt, jf, k }));
  const oneOf = (...values: number[]) => fc.oneof(fc.constantFrom(...values), fc.nat(255));
  const frames = fc
    .tuple(
      oneOf(0xd0, 0x80, 0xd4),
      oneOf(0, 0x08, 0x40),
      oneOf(0x7f, 0x7e),
      oneOf(0x18),
      fc.nat(40),
      fc.integer({ min: 8, max: 64 }),
    )
    .map(([type, flags, category, oui, length, radiotapLength]) => {
      const bytes = frame(type, flags, [category, oui, 0xfe, 0x34, 0, 0]);
      return packet(radiotapLength, bytes.subarray(0, Math.max(1, length)));
    });
  fc.assert(
    fc.property(frames, (bytes) => {
      expect(run(ESPNOW_FILTER, bytes) > 0).toBe(run(compiled, bytes) > 0);
    }),
    { numRuns: 2000 },
  );
});
