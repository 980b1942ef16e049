import { Air, type AirOptions, type SimAirState, type SimRadio, VirtualClock } from "aioespnow/sim";
import { decode, encode } from "cborg";
import type { SavedDevice } from "./board/device.ts";
import { firmwareId } from "./board-firmware.ts";
import type { BoardOptions } from "./board-options.ts";
import type { Program } from "./program.ts";
import type { ProgramState } from "./program-state.ts";

/** What a file of a snapshot begins with; the number of the format follows, two bytes, the low one first. */
const MAGIC = new TextEncoder().encode("espnow state\n");
const VERSION = 4;
const HEADER = MAGIC.length + 2;

/** A board of a snapshot, as it was made. */
export interface SavedBoard {
  /** Its name, unique in the snapshot. */
  readonly name: string;
  /** The path of its program among its files: `/main.py`. */
  readonly main: string;
  /** What it was made with. */
  readonly options: SavedBoardOptions;
  /** What is on its wires. */
  readonly devices: readonly SavedDevice[];
  /** Whether it has an IP network. */
  readonly hasNetwork: boolean;
}

/** What of its options a board is made of again. */
export type SavedBoardOptions = Pick<BoardOptions, (typeof KEPT)[number]>;
const KEPT = ["board", "espnow", "machineName", "accessPoint", "argv", "repl"] as const;

interface Content {
  readonly firmware: number;
  readonly boards: readonly SavedBoard[];
  readonly air: SimAirState;
  readonly programs: readonly ProgramState[];
  /** What whoever took it wants to know. */
  readonly more: unknown;
}

/** A board that can be saved, and its options. */
export interface BoardToSave {
  readonly program: Program<SimRadio>;
  readonly options: BoardOptions;
}

/**
 * An air in virtual time with its boards at one moment: the clock, what is on the air, and each board with its program, files
 * and hardware. It does not change. It holds the keys of encrypted peers in the clear.
 */
export class Snapshot {
  readonly #bytes: Uint8Array;
  /** When it was taken, milliseconds of virtual time. */
  readonly timeMs: number;
  /** Its boards, in order. */
  readonly boards: readonly SavedBoard[];
  /** What an air is made of that the snapshot can be loaded into. */
  readonly airOptions: AirOptions;

  private constructor(bytes: Uint8Array) {
    const { boards, air } = decode(bytes) as Content;
    this.#bytes = bytes;
    this.timeMs = air.clock.nowMs;
    this.boards = boards;
    this.airOptions = Air.optionsOf(air);
  }

  /**
   * Takes a snapshot while time stands still; `more` is plain data that goes with it. What `leftOut` waits for on the clock is
   * not part of it: nothing of that happens where the snapshot goes on.
   * @throws Error in real time, and for what cannot be saved: radios and timers of code in TypeScript, sockets.
   * @internal
   */
  static take(
    air: Air,
    boards: readonly BoardToSave[],
    more: unknown,
    leftOut: readonly { save(): unknown }[] = [],
  ): Snapshot {
    const { clock } = air;
    if (!(clock instanceof VirtualClock)) throw new Error("a snapshot is of virtual time: real time cannot be saved");
    const others = air.stationCount - boards.length;
    if (others > 0) {
      throw new Error(`${others} of the radios on the air are not the boards': code in TypeScript cannot be saved`);
    }
    const airState = air.save();
    const programs = boards.map(({ program }) => savedProgram(program));
    for (const one of leftOut) one.save(); // its timers are accounted for
    if (clock.unsavedTimers > 0) {
      throw new Error(
        `${clock.unsavedTimers} timers on the clock are not the boards': code in TypeScript cannot be saved`,
      );
    }
    const content: Content = {
      firmware: firmwareId(),
      boards: boards.map(savedBoard),
      air: airState,
      programs,
      more,
    };
    return new Snapshot(encode(content, { mapSorter: () => 0 })); // in the order in which it is
  }

  /**
   * Puts air and boards into the state of the snapshot: the same boards, in the same order, and nothing else on the air.
   * Returns what went with it.
   * @throws Error for other boards, and for hardware that is missing, before anything is changed.
   */
  load(air: Air, programs: readonly Program<SimRadio>[]): unknown {
    const content = decode(this.#bytes) as Content;
    const names = (of: readonly { readonly name: string }[]): string => of.map(({ name }) => name).join(", ");
    if (names(programs) !== names(content.boards)) {
      throw new Error(`the snapshot has the boards ${names(content.boards)}, and here are ${names(programs)}`);
    }
    const stations = programs.map(({ radio }) => radio.phy.station);
    if (String(stations) !== String(content.air.stations) || air.stationCount !== stations.length) {
      throw new Error("the air has other radios than those of the snapshot's boards: close them before");
    }
    for (const [index, program] of programs.entries()) program.check(content.programs[index] as ProgramState);
    for (const program of programs) program.unload();
    air.load(content.air);
    for (const [index, program] of programs.entries()) program.load(content.programs[index] as ProgramState);
    return content.more;
  }

  /** A file's content: docs/micropython-snapshots.md has the format. */
  async toBytes(): Promise<Uint8Array> {
    const packed = await piped(this.#bytes, new CompressionStream("gzip"));
    const file = new Uint8Array(HEADER + packed.length);
    file.set(MAGIC);
    file.set([VERSION & 0xff, VERSION >> 8], MAGIC.length);
    file.set(packed, HEADER);
    return file;
  }

  /** @throws by rejection: Error for what is no snapshot, is damaged, or was made by another version. */
  static async fromBytes(bytes: Uint8Array): Promise<Snapshot> {
    if (bytes.length < HEADER || MAGIC.some((byte, at) => bytes[at] !== byte)) {
      throw new Error("this is no saved state: it does not begin as one");
    }
    const version = (bytes[MAGIC.length] as number) | ((bytes[MAGIC.length + 1] as number) << 8);
    if (version !== VERSION) {
      throw new Error(`this saved state has format ${version}, and this version reads ${VERSION}: save it again`);
    }
    const unpacked = await piped(bytes.subarray(HEADER), new DecompressionStream("gzip")).catch(() => undefined);
    if (unpacked === undefined) throw new Error("this saved state is damaged or not complete");
    const { firmware } = decode(unpacked) as Content;
    if (firmware !== firmwareId()) {
      throw new Error("this saved state was made with another MicroPython: go on with the version that saved it");
    }
    return new Snapshot(unpacked);
  }
}

function savedProgram(program: Program<SimRadio>): ProgramState {
  try {
    return program.save();
  } catch (error) {
    throw new Error(`${program.name} cannot be saved: ${(error as Error).message}`, { cause: error });
  }
}

function savedBoard({ program, options }: BoardToSave): SavedBoard {
  const kept = KEPT.filter((key) => options[key] !== undefined).map((key) => [key, options[key]] as const);
  return {
    name: program.name,
    main: program.main,
    options: Object.fromEntries(kept),
    devices: [...program.machine.devices].map((device) => ({ name: device.name, wiring: device.wiring?.() })),
    hasNetwork: program.ipAddress !== undefined,
  };
}

async function piped(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return new Uint8Array(await new Response(source.pipeThrough(stream)).arrayBuffer());
}
