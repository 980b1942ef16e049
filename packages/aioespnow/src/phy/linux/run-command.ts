import { EspNowError } from "../../errors.ts";

/** Runs a program and gives what it printed. @throws EspNowError that says why it could not. */
export type RunCommand = (program: string, args: readonly string[]) => string;

/** A driver that loads its firmware takes a second or two. */
const TIMEOUT_MS = 10_000;
const PACKAGES: Readonly<Record<string, string>> = { iw: "iw", ip: "iproute2" };

/** Runs it as a process of its own, and blocks until it has ended. */
export const runCommand: RunCommand = (program, args) => {
  const { process } = globalThis;
  const childProcess = process?.getBuiltinModule?.("node:child_process");
  if (childProcess === undefined) throw new EspNowError("ENOTSUP", "linux: needs Node on Linux");
  const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
  const options = {
    encoding: "utf8",
    env: { ...process.env, PATH, LC_ALL: "C" },
    stdio: "pipe",
    timeout: TIMEOUT_MS,
    // In a session of its own: Ctrl-C must not keep it from putting an interface back.
    detached: true,
  } as const;
  try {
    return childProcess.execFileSync(program, args, options);
  } catch (error) {
    throw commandError(program, args, error as Error & { code?: string; stderr?: string });
  }
};

/** What a failure of `iw` or `ip` means. */
export function commandError(
  program: string,
  args: readonly string[],
  cause: Error & { code?: string; stderr?: string },
): EspNowError {
  if (cause.code === "ENOENT") {
    const name = PACKAGES[program] ?? program;
    return new EspNowError("ENOTSUP", `the program ${program} is missing: install the package ${name}`, { cause });
  }
  const command = [program, ...args].join(" ");
  const said = oneLine(cause.stderr ?? "") || cause.message;
  if (/not permitted/.test(said)) {
    return new EspNowError("ERR_RADIO_PERMISSION", `"${command}" needs CAP_NET_ADMIN (docs/linux.md)`, { cause });
  }
  if (/No such device|Cannot find device|does not exist/.test(said)) {
    const name = args[args.indexOf("dev") + 1];
    const text = `there is no interface ${name}; "espnow radios" lists those that there are`;
    return new EspNowError("ERR_RADIO_DOWN", text, { cause });
  }
  const hint = /\(-16\)/.test(said) ? "; is another interface of the same card up?" : "";
  return new EspNowError("ERR_RADIO_PROTOCOL", `"${command}": ${said}${hint}`, { cause });
}

function oneLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").join("; ");
}
