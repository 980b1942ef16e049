import { durationMs } from "aioespnow/settings";
import { z } from "zod";
import { type DeviceKind, type DeviceSettings, readingsShape, settingsShape } from "./device.ts";
import { DEVICE_KINDS, kindOf } from "./registry.ts";
import { setting, wrong } from "./setting.ts";

/** A step of a script. Times are milliseconds. One of `press`, `set` and `follow` names a device. */
export interface ScriptStep {
  /** Since the board was switched on. */
  readonly at: number;
  /** It happens again after each such time. */
  readonly every?: number | undefined;
  /** Afterwards the readings are as they were before. */
  readonly for?: number | undefined;
  /** The button that is pressed. */
  readonly press?: string | undefined;
  /** The device whose readings change. */
  readonly set?: string | undefined;
  /** The readings that it has from then on. */
  readonly to?: Readonly<Record<string, unknown>> | undefined;
  /** A file of readings that it follows from then on. */
  readonly follow?: string | undefined;
  /** The file that is followed. */
  readonly csv?: string | undefined;
}

/** The devices of a board, and what happens to them. */
export interface BoardHardware {
  /** The devices by their names. */
  readonly devices: Readonly<Record<string, DeviceSettings>>;
  /** In any order. */
  readonly script: readonly ScriptStep[];
}

/** A hardware file: the devices of one board, or of several by name. */
export interface HardwareFile extends BoardHardware {
  /** The hardware of several boards, by their names. */
  readonly boards?: Readonly<Record<string, BoardHardware>> | undefined;
}

const duration = z
  .union([z.number(), z.string()], wrong("a time such as 500ms, 90s, 5min, 24h; a number alone is seconds"))
  .transform((value, context) => {
    const ms = typeof value === "number" ? value * 1000 : durationMs(value);
    if (ms !== undefined && ms >= 0) return ms;
    context.addIssue(`it must be a time such as 500ms, 90s, 5min, 24h, not ${JSON.stringify(value)}`);
    return z.NEVER;
  });

const device = z.discriminatedUnion(
  "device",
  DEVICE_KINDS.map((kind) =>
    z
      .strictObject(
        { ...settingsShape(kind).shape, device: setting(z.literal(kind.name), "device", kind.title) },
        { error: (issue) => (issue.code === "unrecognized_keys" ? noSetting(kind, issue.keys) : undefined) },
      )
      .meta({ title: kind.title }),
  ) as unknown as [z.ZodObject<{ device: z.ZodLiteral<string> }>],
  {
    error: ({ input }) => `${saysNoDevice(input)}; there are ${DEVICE_KINDS.map(({ name }) => name).join(", ")}`,
  },
);

function noSetting({ name, place, readings }: DeviceKind, keys: readonly string[]): string {
  const unknown = keys.map((key) => `"${key}"`).join(", ");
  return `there is no setting ${unknown}; a ${name} has ${Object.keys({ ...place, ...readings }).join(", ")}`;
}

function saysNoDevice(input: unknown): string {
  const { device } = (input ?? {}) as { device?: unknown };
  return device === undefined ? "device is missing" : `there is no device ${JSON.stringify(device)}`;
}

const step = z
  .strictObject({
    at: setting(duration.default(0), "at", "when it happens, after the board was switched on; left out: at once"),
    every: setting(duration.optional(), "every", "it happens again after each such time"),
    press: setting(z.string().optional(), "press", "the name of a button to press"),
    set: setting(z.string().optional(), "set", "the name of a device to change"),
    to: setting(z.looseObject({}).optional(), "to", "with set: the readings that change"),
    for: setting(duration.optional(), "for", "how long; afterwards it is as before. A button: 200 ms if left out"),
    follow: setting(z.string().optional(), "follow", "the name of a device whose readings come from a file"),
    csv: setting(
      z.string().optional(),
      "CSV file",
      "with follow: a file with a column time (seconds) and one for each reading; beside the hardware file",
    ),
  })
  .superRefine(checkStep)
  .meta({ title: "step", description: "something that happens at a time" });

const boardShape = z.strictObject({
  devices: z
    .record(z.string().regex(/^[A-Za-z][\w-]*$/, "a name of letters, digits, - and _"), device)
    .default({})
    .meta({ title: "devices", description: "the devices of the board, each by a name of your choice" }),
  script: z.array(step).default([]).meta({ title: "script", description: "what happens to the devices, and when" }),
});

/** The shape of a board's hardware: for files that describe boards. */
export const boardHardwareShape: z.ZodType<BoardHardware> = boardShape.superRefine(checkScript);

const boards = z
  .record(z.string(), boardHardwareShape)
  .optional()
  .meta({ title: "boards", description: "the hardware of several boards, by their names" });

/** The shape of a hardware file. */
export const hardwareFileShape: z.ZodType<HardwareFile> = boardShape
  .extend({ boards })
  .superRefine(checkScript)
  .superRefine(({ devices, script, boards }, context) => {
    if (boards === undefined || (Object.keys(devices).length === 0 && script.length === 0)) return;
    context.addIssue({
      code: "custom",
      path: ["boards"],
      message: "devices belong below their board, not beside boards",
    });
  }) as z.ZodType<HardwareFile>;

/** The JSON schema of hardware files, for editors. */
export function hardwareSchema(): object {
  return z.toJSONSchema(hardwareFileShape, { io: "input", unrepresentable: "any" });
}

function checkStep(step: ScriptStep, context: z.core.$RefinementCtx): void {
  const verbs = (["press", "set", "follow"] as const).filter((verb) => step[verb] !== undefined);
  const fail = (message: string, ...path: string[]): void => context.addIssue({ code: "custom", path, message });
  if (verbs.length !== 1) fail("a step has one of press, set and follow");
  if ((step.set === undefined) !== (step.to === undefined))
    fail("set and to belong together: set: lamp, to: { on: true }");
  if ((step.follow === undefined) !== (step.csv === undefined)) fail("follow and csv belong together");
  if (step.follow !== undefined && step.for !== undefined) fail("it does not go with follow", "for");
  if (step.every !== undefined && step.every <= (step.for ?? 0))
    fail("it must be longer than for, and above 0", "every");
}

/** Whether a script speaks of devices that are there, and of readings that they have. */
function checkScript({ devices, script }: BoardHardware, context: z.core.$RefinementCtx): void {
  for (const [index, step] of script.entries()) {
    const verb = (["press", "set", "follow"] as const).find((one) => step[one] !== undefined);
    if (verb === undefined) continue;
    const name = step[verb] as string;
    const fail = (message: string, ...path: PropertyKey[]): void =>
      context.addIssue({ code: "custom", path: ["script", index, ...path], message });
    const settings = devices[name];
    if (settings === undefined) {
      fail(`there is no device "${name}"; there are ${Object.keys(devices).join(", ") || "no devices"}`, verb);
      continue;
    }
    const kind = kindOf(settings.device);
    if (verb === "press" && kind.readings["pressed"] === undefined) {
      fail(`"${name}" is a ${kind.name}, which cannot be pressed: use set and to`, verb);
    }
    for (const { message, path, keys } of toIssues(kind, step.to)) {
      if (keys !== undefined) fail(`a ${kind.name} has ${Object.keys(kind.readings).join(", ")}`, "to", keys);
      else fail(message, "to", ...path);
    }
  }
}

interface ToIssue {
  readonly message: string;
  readonly path: readonly PropertyKey[];
  /** A reading that there is not. */
  readonly keys?: string | undefined;
}

function toIssues(kind: DeviceKind, to: object = {}): readonly ToIssue[] {
  const result = readingsShape(kind).safeParse(to);
  if (result.success) return [];
  return result.error.issues.map((issue) => ({
    message: issue.message,
    path: issue.path,
    keys: issue.code === "unrecognized_keys" ? issue.keys[0] : undefined,
  }));
}
