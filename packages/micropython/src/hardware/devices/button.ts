import { z } from "zod";
import type { Machine } from "../../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { flag, inputPin, setting, wrong } from "../setting.ts";

/** Where a contact is: between a pin and ground, or between a pin and the supply. */
export interface ContactPlace {
  /** The pin that it is connected to. */
  readonly pin: number;
  /** What the pin is connected to while the contact is closed. Default `"ground"`. */
  readonly to?: "ground" | "supply";
  /** Whether it has a resistor of its own; otherwise the open pin is at what the program's pull makes of it. */
  readonly resistor?: boolean;
}

const place = {
  pin: inputPin("the pin at which it is"),
  to: setting(
    z.enum(["ground", "supply"], wrong("ground or supply")).default("ground"),
    "connected to",
    "what the pin is connected to while the contact is closed: ground or supply",
  ),
  resistor: setting(
    z.boolean(wrong("true or false")).default(false),
    "resistor",
    "true: a resistor of its own sets the level of the open pin",
  ),
};

abstract class Contact<R extends object> extends Device<Required<ContactPlace>, R> {
  /** Closes or opens the contact. */
  protected close(isClosed: boolean): void {
    const { pin: id, to, resistor } = this.place;
    const closed = to === "supply" ? 1 : 0;
    this.machine.pin(id).apply(isClosed ? closed : resistor ? (closed === 1 ? 0 : 1) : undefined);
  }
}

/** Whether somebody presses it. */
export interface ButtonReadings {
  /** Whether it is held down. */
  readonly pressed: boolean;
}

/** A push button. */
export class Button extends Contact<ButtonReadings> {
  /** As hardware files know it: `device: button`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "button",
    title: "push button",
    source: "a contact between a pin and ground or supply",
    place,
    readings: { pressed: flag("pressed", "whether somebody presses it") },
    defaults: { pressed: false },
    create: (machine, settings) => new Button(machine, settings as ContactPlace),
  };

  /** @throws RangeError for a pin that the board does not have. */
  constructor(machine: Machine, settings: ContactPlace & Partial<ButtonReadings> & DeviceOptions) {
    super(machine, Button.kind, settings);
    this.apply();
  }

  protected apply(): void {
    this.close(this.readings.pressed);
  }
}

/** Whether its contact is closed. */
export interface SwitchReadings {
  /** Whether the contact is closed. */
  readonly closed: boolean;
}

/** A switch, a reed contact of a door, a float switch. */
export class Switch extends Contact<SwitchReadings> {
  /** As hardware files know it: `device: switch`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "switch",
    title: "switch, reed contact, float switch",
    source: "a contact between a pin and ground or supply",
    place,
    readings: { closed: flag("closed", "whether the contact is closed") },
    defaults: { closed: false },
    create: (machine, settings) => new Switch(machine, settings as ContactPlace),
  };

  /** @throws RangeError for a pin that the board does not have. */
  constructor(machine: Machine, settings: ContactPlace & Partial<SwitchReadings> & DeviceOptions) {
    super(machine, Switch.kind, settings);
    this.apply();
  }

  protected apply(): void {
    this.close(this.readings.closed);
  }
}
