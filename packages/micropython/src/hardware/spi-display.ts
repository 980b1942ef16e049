import type { SpiDevice } from "../board/buses.ts";
import type { Machine } from "../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "./device.ts";
import { bus, optionalPin, pin, type SettingShapes } from "./setting.ts";

/** Where a display on SPI is. */
export interface SpiDisplayPlace {
  /** The pin that says whether commands (low) or data (high) come: DC, A0 or RS on its module. */
  readonly dc: number;
  /** The pin that selects it. Left out: it is always selected. */
  readonly cs?: number | undefined;
  /** The pin that resets it: RST or RES on its module. Left out: none is connected. */
  readonly reset?: number | undefined;
  /** The SPI bus: 0 to 2; -1 is `SoftSPI`. Left out: every bus of the board. */
  readonly bus?: number | undefined;
}

/** The place of every display on SPI, for its kind. */
export const spiDisplayPlace: SettingShapes = {
  dc: pin("the pin that says whether commands or data come (DC, A0, RS)"),
  cs: optionalPin("the pin that selects it (CS); left out: it is always selected"),
  reset: optionalPin("the pin that resets it (RST, RES); left out: none is connected"),
  bus: bus("SPI", 2),
};

const ALL_BUSES = [-1, 0, 1, 2] as const;

/** The chip on a display: takes bytes, and has a state that is plain data. */
interface DisplayController {
  command(bytes: Uint8Array): void;
  data(bytes: Uint8Array): void;
  reset(): void;
  save(): unknown;
  load(state: unknown): void;
}

/** A display on SPI with a pin that tells commands from data. It is only written to. */
export abstract class SpiDisplay<P extends SpiDisplayPlace> extends Device<P> implements SpiDevice {
  /** @internal */
  protected abstract readonly controller: DisplayController;

  /** @throws RangeError as `Device`, and for a pin or a bus that the board does not have. */
  constructor(machine: Machine, kind: DeviceKind, settings: DeviceOptions & object) {
    super(machine, kind, settings);
    const { dc, cs, reset, bus: id } = this.place;
    for (const each of id === undefined ? ALL_BUSES : [id]) machine.spi(each).device(this);
    for (const used of [dc, cs]) if (used !== undefined) machine.pin(used);
    if (reset === undefined) return;
    const wire = machine.pin(reset);
    wire.observe((level) => {
      if (level === 0 && wire.isOutput) this.controller.reset();
    });
  }

  get isSelected(): boolean {
    const { cs } = this.place;
    if (cs === undefined) return true;
    const { isOutput, value } = this.machine.pin(cs);
    return isOutput && value === 0;
  }

  /** The program writes; there is nothing to read. */
  transfer(written: Uint8Array): Uint8Array {
    if (this.machine.pin(this.place.dc).value === 0) this.controller.command(written);
    else this.controller.data(written);
    return new Uint8Array(written.length);
  }

  protected apply(): void {}

  protected override saveInner(): unknown {
    return this.controller.save();
  }

  protected override loadInner(inner: unknown): void {
    this.controller.load(inner);
  }
}
