// board: The hardware of a board as a test sees it: pins, buses, sleep, files. It outlives the programs that run on it,
// and its state is plain data. It knows no VM.

import type { Radio } from "aioespnow";
import { EventKind } from "../bridge/event-kinds.ts";
import type { BoardRestart } from "../bridge/exit.ts";
import { BoardAdc, BoardDht, BoardOneWire, BoardPwm, BoardTouch } from "./analog.ts";
import type { BoardName } from "./board-name.ts";
import { BoardI2c, BoardSpi, BoardUart } from "./buses.ts";
import { BoardDevices } from "./device.ts";
import { loadParts, type MachineState, saveParts } from "./machine-state.ts";
import { MissedHardware } from "./missed.ts";
import { BoardPartitions } from "./partitions.ts";
import { BoardPin } from "./pin.ts";
import { Sleep } from "./sleep.ts";

/** GPIO numbers, from the first ESP32 to the ESP32-S3: one board does for the programs of all. */
const MAX_PIN = { esp32: 48, esp8266: 16 } as const;
/** An ESP8266 has one analog input, ADC(0). */
const MAX_ADC = { esp32: 48, esp8266: 0 } as const;

/** The running program, as its board's hardware sees it. */
export interface Processor {
  /** Calls the program back: an irq. */
  raise(kind: number, value: number): void;
  /** Wakes the program where it waits, to look again. */
  ring(): void;
}

/**
 * The hardware of a board, seen from outside: a test sets its inputs and reads its outputs. When the program is reset or
 * sleeps deeply, its outputs are let go; what the test applied stays.
 *
 *     const { machine } = program;
 *     machine.pin(0).set(0); // the button is pressed
 *     machine.pin(2).value; // is the lamp on?
 */
export class Machine {
  /** The board's radio. */
  readonly radio: Radio;
  /** Which board it is. */
  readonly board: BoardName;
  /** The bytes of `RTC().memory()`. */
  rtcMemory: Uint8Array = new Uint8Array(0);
  /** What the board's calendar is ahead of the radio's clock: milliseconds since 2000-01-01. */
  rtcOffsetMs = 0;
  /** `esp32.NVS`, by "namespace/key:i32" or ":blob"; a number has four bytes, the low one first. */
  readonly nvs: Map<string, Uint8Array> = new Map();
  /** Of the chip, degrees Celsius. */
  temperature = 25;
  /** What hangs on its wires, as far as it was made by a device's class or a hardware file. */
  readonly devices: BoardDevices = new BoardDevices();
  /** How many UDP datagrams were lost because the program did not read them: a socket keeps six. */
  datagramsDropped = 0;
  /** What the program has looked for in vain. */
  readonly missed: MissedHardware = new MissedHardware();
  /** Whether a card is in the slot of `machine.SDCard`. */
  hasSdCard = false;
  /** What `esp32.Partition` reads and writes. */
  readonly partitions: BoardPartitions = new BoardPartitions();
  /** For the program that runs the board. @internal */
  readonly sleep: Sleep;
  #processor: Processor | undefined;
  readonly #pins = new Map<number, BoardPin>();
  readonly #adcs = new Map<number, BoardAdc>();
  readonly #pwms = new Map<number, BoardPwm>();
  readonly #touches = new Map<number, BoardTouch>();
  readonly #dhts = new Map<number, BoardDht>();
  readonly #oneWires = new Map<number, BoardOneWire>();
  readonly #i2cs = new Map<number, BoardI2c>();
  readonly #spis = new Map<number, BoardSpi>();
  readonly #uarts = new Map<number, BoardUart>();

  constructor(radio: Radio, board: BoardName = "esp32") {
    this.radio = radio;
    this.board = board;
    this.sleep = new Sleep(
      radio,
      (id) => this.pin(id).value,
      () => [...this.#touches.values()].some((pad) => pad.isBelowThreshold),
    );
  }

  /** A GPIO pin. @throws RangeError for a number that the board does not have. */
  pin(id: number): BoardPin {
    return part(this.#pins, checkId(id, "Pin", MAX_PIN[this.board]), () => this.#newPin(id));
  }

  /** An analog input, by the number of its pin; of an ESP8266: 0. @throws RangeError as `pin`. */
  adc(id: number): BoardAdc {
    return part(this.#adcs, checkId(id, "ADC", MAX_ADC[this.board]), () => new BoardAdc(id));
  }

  /** The PWM output on a pin. @throws RangeError as `pin`. */
  pwm(id: number): BoardPwm {
    return part(this.#pwms, checkId(id, "PWM", MAX_PIN[this.board]), () => new BoardPwm(id));
  }

  /** The touch pad on a pin. @throws RangeError as `pin`. */
  touch(id: number): BoardTouch {
    return part(this.#touches, checkId(id, "TouchPad", MAX_PIN[this.board]), () => {
      const pad = new BoardTouch();
      pad.onChange = () => this.sleep.lookAtInputs();
      return pad;
    });
  }

  /** A DHT11 or DHT22 on a pin. @throws RangeError as `pin`. */
  dht(id: number): BoardDht {
    return part(this.#dhts, checkId(id, "DHT", MAX_PIN[this.board]), () => new BoardDht());
  }

  /** A 1-Wire bus on a pin. @throws RangeError as `pin`. */
  oneWire(id: number): BoardOneWire {
    return part(this.#oneWires, checkId(id, "OneWire", MAX_PIN[this.board]), () => new BoardOneWire());
  }

  /** An I2C bus: 0, 1; -1 is `SoftI2C`, and `I2C` without a number. @throws RangeError for another. */
  i2c(id: number): BoardI2c {
    return part(this.#i2cs, checkBus(id, "I2C", -1, 1), () => new BoardI2c());
  }

  /** An SPI bus: 0, 1, 2; -1 is `SoftSPI`. @throws RangeError for another. */
  spi(id: number): BoardSpi {
    return part(this.#spis, checkBus(id, "SPI", -1, 2), () => new BoardSpi());
  }

  /** A serial port: 0, 1, 2. That of the program's `print` is not one of them. @throws RangeError for another. */
  uart(id: number): BoardUart {
    return part(this.#uarts, checkBus(id, "UART", 0, 2), () => {
      const uart = new BoardUart();
      uart.onInput = () => {
        if (uart.isIrqWanted && !this.sleep.isAsleep) this.#processor?.raise(EventKind.uartIrq, id);
        this.#processor?.ring();
      };
      return uart;
    });
  }

  /** What a board without a battery loses with its power. */
  forgetRtc(): void {
    this.rtcMemory = new Uint8Array(0);
    this.rtcOffsetMs = 0;
  }

  /**
   * After a program that ended with `exit.restart`: calls `boot` when the next is to begin. Returns the way to prevent it.
   * Virtual time goes on meanwhile.
   * @internal
   */
  restart(restart: BoardRestart, boot: () => void): () => void {
    return this.sleep.restart(restart, boot);
  }

  /** The board begins: its pins are not set up. */
  begin(): void {
    this.partitions.start();
    for (const pin of this.#pins.values()) pin.reset();
    for (const pad of this.#touches.values()) pad.configure(0);
  }

  /** A program begins. Returns what to call when it is over: its outputs are let go, its irqs forgotten. @internal */
  connect(processor: Processor): () => void {
    this.#processor = processor;
    return () => {
      this.#processor = undefined;
      for (const pin of this.#pins.values()) pin.letGo();
      for (const pwm of this.#pwms.values()) pwm.reset();
      for (const uart of this.#uarts.values()) uart.close();
    };
  }

  /** @throws Error where a saved state of the board has a device that is missing. @internal */
  check(board: string, { devices, i2cs }: MachineState): void {
    const missing = devices.find(([name]) => this.devices.get(name) === undefined);
    if (missing !== undefined) throw new Error(`${board} lacks its device "${missing[0]}": put it on the board before`);
    for (const [id, bus] of i2cs) {
      const lacking = bus.find(([address, state]) => state !== undefined && this.i2c(id).at(address) === undefined);
      if (lacking === undefined) continue;
      throw new Error(`${board} lacks its I2C device at 0x${lacking[0].toString(16)}: put it on the board before`);
    }
  }

  /** @throws Error for a device on I2C that cannot be saved. @internal */
  save(): MachineState {
    const devices = new Set<unknown>(this.devices);
    return {
      rtcMemory: this.rtcMemory,
      rtcOffsetMs: this.rtcOffsetMs,
      nvs: [...this.nvs],
      temperature: this.temperature,
      hasSdCard: this.hasSdCard,
      missed: this.missed.all,
      partitions: this.partitions.save(),
      sleep: this.sleep.save(),
      pins: saveParts(this.#pins),
      adcs: saveParts(this.#adcs),
      pwms: saveParts(this.#pwms),
      touches: saveParts(this.#touches),
      dhts: saveParts(this.#dhts),
      oneWires: saveParts(this.#oneWires),
      i2cs: [...this.#i2cs].map(([id, bus]) => [id, bus.save((device) => devices.has(device))]),
      uarts: saveParts(this.#uarts),
      devices: [...this.devices].map((device) => [device.name, device.save()]),
    };
  }

  /**
   * Nobody is told. `boot` is called when a program that is to begin then begins; returns the way to prevent it.
   * @throws Error where a device is missing.
   * @internal
   */
  load(state: MachineState, boot: () => void): () => void {
    this.rtcMemory = state.rtcMemory;
    this.rtcOffsetMs = state.rtcOffsetMs;
    this.nvs.clear();
    for (const [key, value] of state.nvs) this.nvs.set(key, value);
    this.temperature = state.temperature;
    this.hasSdCard = state.hasSdCard;
    this.missed.load(state.missed);
    this.partitions.load(state.partitions);
    loadParts(state.pins, this.#pins, (id) => this.pin(id), new BoardPin(0, this.radio.clock).save());
    loadParts(state.adcs, this.#adcs, (id) => this.adc(id), 0);
    loadParts(state.pwms, this.#pwms, (id) => this.pwm(id), new BoardPwm(0).save());
    loadParts(state.touches, this.#touches, (id) => this.touch(id), new BoardTouch().save());
    loadParts(state.dhts, this.#dhts, (id) => this.dht(id), undefined);
    loadParts(state.oneWires, this.#oneWires, (id) => this.oneWire(id), []);
    loadParts(state.i2cs, this.#i2cs, (id) => this.i2c(id), []);
    loadParts(state.uarts, this.#uarts, (id) => this.uart(id), new BoardUart().save());
    for (const [name, inner] of state.devices) this.devices.get(name)?.load(inner);
    return this.sleep.load(state.sleep, boot);
  }

  #newPin(id: number): BoardPin {
    const pin = new BoardPin(id, this.radio.clock);
    pin.onIrq = () => {
      if (!this.sleep.isAsleep) this.#processor?.raise(EventKind.pinIrq, id);
    };
    pin.onInput = () => {
      this.sleep.lookAtInputs();
      this.#processor?.ring();
    };
    return pin;
  }
}

function part<T>(parts: Map<number, T>, id: number, make: () => T): T {
  let found = parts.get(id);
  if (found === undefined) {
    found = make();
    parts.set(id, found);
  }
  return found;
}

function checkId(id: number, kind: string, max: number): number {
  if (Number.isInteger(id) && id >= 0 && id <= max) return id;
  throw new RangeError(`invalid pin: ${kind}(${String(id)}); this board has ${max === 0 ? "only 0" : `0 to ${max}`}`);
}

function checkBus(id: number, kind: string, min: number, max: number): number {
  if (Number.isInteger(id) && id >= min && id <= max) return id;
  throw new RangeError(`${kind}(${String(id)}) does not exist; there are ${min} to ${max}`);
}
