import { z } from "zod";

/** Settings of a device by name, each with its zod shape. */
export type SettingShapes = Readonly<Record<string, z.ZodType>>;

/** A setting with a title and a description, for the JSON schema and the documents. */
export function setting<T extends z.ZodType>(shape: T, title: string, description: string): T {
  return shape.meta({ title, description }) as T;
}

/** A number in a range. */
export function number(title: string, min: number, max: number, description: string): z.ZodType<number> {
  const range = `a number from ${min} to ${max}`;
  return setting(z.number(wrong(range)).min(min, wrong(range)).max(max, wrong(range)), title, description);
}

/** Yes or no. */
export function flag(title: string, description: string): z.ZodType<boolean> {
  return setting(z.boolean(wrong("true or false")), title, description);
}

/** A GPIO pin of the board. */
export function pin(description: string, title = "pin"): z.ZodType<number> {
  const range = wrong("a pin's number from 0 to 48");
  return setting(z.int(range).min(0, range).max(48, range), title, description);
}

const INPUT_PIN = "input pin";

/** A pin whose level the device sets: no other device can be there. */
export function inputPin(description: string): z.ZodType<number> {
  return pin(description, INPUT_PIN);
}

/** Whether a setting is made by `inputPin`. */
export function isInputPin(shape: z.ZodType): boolean {
  return shape.meta()?.title === INPUT_PIN;
}

/** A GPIO pin of the board that need not be connected. */
export function optionalPin(description: string): z.ZodType<number | undefined> {
  return setting(pin(description).optional(), "pin", description);
}

/** The bus of a device: left out, it is on all of its board. */
export function bus(kind: "I2C" | "SPI", max: number): z.ZodType<number | undefined> {
  const numbers = kind === "I2C" ? "-1 is SoftI2C" : "-1 is SoftSPI";
  const description = `the number of the ${kind} bus; ${numbers}; left out: every bus of the board`;
  const range = wrong(`a bus from -1 to ${max}`);
  return setting(z.int(range).min(-1, range).max(max, range).optional(), "bus", description);
}

/** The I2C address of a device that has a few to choose from. The first is the default. */
export function address(...addresses: readonly [number, ...number[]]): z.ZodType<number> {
  const all = addresses.map((one) => `0x${one.toString(16)}`).join(", ");
  const shape = z.int(wrong(`one of ${all}`)).refine((value) => addresses.includes(value), wrong(`one of ${all}`));
  return setting(shape.default(addresses[0]), "address", `the I2C address: ${all}`);
}

/** What a setting must be, in place of zod's words. */
export function wrong(accepted: string): { error: (issue: { readonly input?: unknown }) => string | undefined } {
  return {
    error: ({ input }) => (input === undefined ? undefined : `it must be ${accepted}, not ${JSON.stringify(input)}`),
  };
}
