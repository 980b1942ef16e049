import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Alarm, type MacLike, toMac } from "aioespnow";
import type { SimRadio } from "aioespnow/sim";
import { AirFindings } from "../air-findings.ts";
import type { BoardName, EspNowName } from "../board/board-name.ts";
import type { PinLevel } from "../board/pin.ts";
import { Device } from "../hardware/device.ts";
import { type BoardHardware, boardHardwareShape } from "../hardware/format.ts";
import { addHardware, folderOf, readHardwareFile } from "../hardware/hardware-file.ts";
import type { AccessPoint } from "../parts/access-point.ts";
import type { Program } from "../program.ts";
import type { Scenario, ScenarioBoardOptions } from "../scenario.ts";
import type { BoardToSave } from "../snapshot.ts";
import { BoardText } from "./board-text.ts";
import { pythonText } from "./python-text.ts";

/** What a test says of a board, as `House.board` of house/_house.py puts it into JSON; null: nothing. */
export interface AskedBoard {
  readonly name: string | null;
  readonly argv: readonly string[];
  readonly board: BoardName | null;
  readonly espnow: EspNowName | null;
  readonly machineName: string | null;
  readonly mac: string | null;
  readonly position: readonly number[] | null;
  readonly accessPoint: AccessPoint | null;
  /** In base64. */
  readonly files: Readonly<Record<string, string>>;
  readonly hardware: string | null;
  readonly devices: object | null;
  readonly script: readonly object[] | null;
  readonly startMs: number;
  readonly mayFail: boolean;
}

interface Inhabitant {
  readonly program: Program<SimRadio>;
  readonly text: BoardText;
}

/**
 * The boards of a test, and what the test can do to them: each method answers a request of house/_house.py. What one
 * throws is raised there as ValueError.
 */
export class House {
  /** Called when a board has printed something, or its program has ended. */
  onNews: (() => void) | undefined;
  /** Called for what the test does to a board. */
  onAction: ((board: string, action: string) => void) | undefined;
  /** What is to be said of the messages of the boards. */
  readonly findings: AirFindings = new AirFindings({ isWhole: true });
  /** All boards, as they were made. */
  readonly residents: BoardToSave[] = [];
  /** The ends of presses that are under way. */
  readonly presses = new Set<Alarm>();
  readonly #scenario: Scenario;
  readonly #folder: string;
  readonly #boards = new Map<string, Inhabitant>();

  /** `folder`: where the programs are. */
  constructor(scenario: Scenario, folder: string) {
    this.#scenario = scenario;
    this.#folder = folder;
  }

  /** Returns the board's name and address. */
  board(path: string, asked: AskedBoard): readonly [name: string, mac: string] {
    const file = resolve(this.#folder, path);
    const source = statSync(file, { throwIfNoEntry: false })?.isDirectory() ? { folder: file } : { file };
    const options = optionsOf(asked);
    const program = this.#scenario.board(source, options);
    const hardware = this.#hardwareOf(asked, program.name);
    const text = new BoardText();
    const { onOutput, onExit } = program;
    program.onOutput = (output) => {
      onOutput?.(output);
      text.add(output.bytes);
      this.onNews?.();
    };
    program.onExit = (exit) => {
      onExit?.(exit);
      this.onNews?.();
    };
    if (hardware !== undefined) addHardware(program.machine, hardware.wired, { folder: hardware.folder });
    this.#boards.set(program.name, { program, text });
    this.residents.push({ program, options });
    this.findings.watch(program);
    return [program.name, program.radio.address(0)];
  }

  output(name: string): string {
    return this.#of(name).text.all;
  }

  unseen(name: string): string {
    return this.#of(name).text.unseen;
  }

  see(name: string, characters: number): void {
    this.#of(name).text.see(characters);
  }

  exit(name: string): number | null {
    return this.#of(name).program.exit?.code ?? null;
  }

  files(name: string): readonly string[] {
    return [...this.#of(name).program.files.keys()];
  }

  /** In base64; null: there is no such file. */
  read(name: string, path: string): string | null {
    const content = this.#of(name).program.files.get(resolve("/", path));
    return content === undefined ? null : Buffer.from(content).toString("base64");
  }

  write(name: string, path: string, content: string): void {
    this.#of(name).program.writeFile(path, Buffer.from(content, "base64"));
  }

  type(name: string, text: string): void {
    this.#of(name).program.type(text);
    this.#note(name, `types ${pythonText(text)}`);
  }

  reset(name: string): void {
    this.#note(name, "reset");
    this.#of(name).program.reset();
  }

  power_cycle(name: string, offMs: number, rtc: boolean): void {
    this.#note(name, `power off for ${offMs} ms`);
    this.#of(name).program.powerCycle({ offMs, rtc });
  }

  set_pin(name: string, id: number, level: PinLevel | null): void {
    this.#note(name, `pin ${id} ${level === null ? "let go" : `set to ${level}`}`);
    const pin = this.#of(name).program.machine.pin(id);
    if (level === null) pin.release();
    else pin.set(level);
  }

  get_pin(name: string, id: number): PinLevel {
    return this.#of(name).program.machine.pin(id).value;
  }

  set(name: string, device: string, readings: Readonly<Record<string, unknown>>): void {
    this.#device(name, device).set(readings);
    this.#note(name, `${device} set to ${JSON.stringify(readings)}`);
  }

  get(name: string, device: string): object {
    return this.#device(name, device).readings;
  }

  press(name: string, what: string | number, ms: number): void {
    this.#note(name, `${typeof what === "number" ? `pin ${what}` : what} pressed for ${ms} ms`);
    if (typeof what === "number") {
      const pin = this.#of(name).program.machine.pin(what);
      pin.set(0);
      this.#after(ms, () => pin.release());
    } else {
      const device = this.#device(name, what);
      device.set({ pressed: true });
      this.#after(ms, () => device.set({ pressed: false }));
    }
  }

  shown(name: string, device: string): readonly string[] {
    return this.#device(name, device).shown();
  }

  /** Between two boards, of one with all others, or of all: both directions. */
  link(a: string | null, b: string | null, loss: number): void {
    if (!(loss >= 0 && loss <= 1)) throw new RangeError(`loss is a share from 0 to 1, not ${String(loss)}`);
    const all = [...this.#boards.keys()];
    const [from, to] = [a === null ? all : [this.#known(a)], b === null ? all : [this.#known(b)]];
    for (const one of from) {
      for (const other of to) {
        if (one === other) continue;
        const [{ radio: x }, { radio: y }] = [this.#of(one).program, this.#of(other).program];
        x.phy.setLink(y.phy, { delivery: 1 - loss });
        y.phy.setLink(x.phy, { delivery: 1 - loss });
      }
    }
    this.#note(a ?? b ?? "house", `link to ${b ?? "all"}: ${Math.round(loss * 100)} % lost`);
  }

  #after(ms: number, work: () => void): void {
    const alarm = new Alarm(this.#scenario.clock, () => {
      this.presses.delete(alarm);
      work();
    });
    this.presses.add(alarm);
    alarm.set(this.#scenario.clock.now() + ms);
  }

  /** Of a file with several boards: what it has for this one. */
  #hardwareOf(
    { hardware, devices, script }: AskedBoard,
    name: string,
  ): { wired: BoardHardware; folder: string } | undefined {
    if (hardware !== null) {
      const file = resolve(this.#folder, hardware);
      const { boards, ...only } = readHardwareFile(file);
      const wired = boards === undefined ? only : boards[name];
      if (wired === undefined) {
        const known = Object.keys(boards ?? {}).join(", ");
        throw new RangeError(`${hardware} has hardware for ${known}, and not for ${name}: name the board as there`);
      }
      return { wired, folder: folderOf(file) };
    }
    if (devices === null && script === null) return undefined;
    const result = boardHardwareShape.safeParse({ devices: devices ?? {}, script: script ?? [] });
    if (result.success) return { wired: result.data, folder: dirname(resolve(this.#folder, "x")) };
    const [issue] = result.error.issues;
    throw new RangeError(`${issue?.path.map(String).join(".")}: ${issue?.message}`);
  }

  #device(name: string, device: string): Device {
    const { devices } = this.#of(name).program.machine;
    const found = devices.get(device);
    if (found instanceof Device) return found;
    const names = [...devices].filter((one) => one instanceof Device).map((one) => one.name);
    throw new RangeError(`${name} has no device "${device}"; it has ${names.join(", ") || "none"}`);
  }

  #known(name: string): string {
    this.#of(name);
    return name;
  }

  #of(name: string): Inhabitant {
    const found = this.#boards.get(name);
    if (found === undefined) throw new RangeError(`there is no board "${name}"`);
    return found;
  }

  #note(board: string, action: string): void {
    this.onAction?.(board, action);
  }
}

function optionsOf(asked: AskedBoard): ScenarioBoardOptions {
  const { name, argv, board, espnow, machineName, mac, position, accessPoint, startMs, mayFail } = asked;
  const files = Object.entries(asked.files).map(([path, text]) => [path, Buffer.from(text, "base64")] as const);
  const [x = 0, y = 0, z = 0] = position ?? [];
  const given = {
    name,
    board,
    espnow,
    machineName,
    mac: mac === null ? null : (toMac(mac) as MacLike),
    position: position === null ? null : { x, y, z },
    accessPoint,
  };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  return { ...known, argv, files: Object.fromEntries(files), startMs, mayFail };
}
