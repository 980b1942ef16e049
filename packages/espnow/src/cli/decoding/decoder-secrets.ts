import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { UsageError } from "../process/explain.ts";
import type { Host } from "../process/host.ts";
import { withFile } from "../process/system-message.ts";
import { askSecretly } from "../radio/secret-prompt.ts";

/** The options that name secrets. `true`: without a value, so that it is asked for. */
export interface DecoderSecretOptions {
  readonly key?: string | true;
  readonly keyFile?: string;
  readonly group?: string | true;
  readonly groupFile?: string;
}

/** The secrets as texts. */
interface DecoderSecrets {
  readonly key?: string;
  readonly group?: string;
}

const EXPOSED =
  "note: other users of this computer can see a key or group in the list of processes; --key-file, --group-file, or the " +
  "option without a value (it asks) hide it";

/** Adds the options of `DecoderSecretOptions`. */
export function withDecoderSecrets(command: Command): Command {
  return command
    .option("--key [text]", "the passphrase or key of the format (no text: asks for it)")
    .option("--key-file <file>", "read that key from a file")
    .option("--group [name]", "the name of the EspNowBus group, which is its secret (no name: asks for it)")
    .option("--group-file <file>", "read that name from a file");
}

/** The options of a command with its secrets. @throws UsageError where one is given twice, or cannot be asked for. */
export async function withDecoderSecretsOf<T extends DecoderSecretOptions>(
  options: T,
  host: Host,
): Promise<Omit<T, keyof DecoderSecretOptions> & DecoderSecrets> {
  const { key, keyFile, group, groupFile, ...others } = options;
  const isShown = typeof key === "string" || typeof group === "string";
  if (isShown && host.stderr.isTTY === true) host.stderr.write(`${EXPOSED}\n`);
  const secrets = {
    key: await secretOf("key", key, keyFile, host),
    group: await secretOf("group", group, groupFile, host),
  };
  return {
    ...others,
    ...(secrets.key === undefined ? {} : { key: secrets.key }),
    ...(secrets.group === undefined ? {} : { group: secrets.group }),
  };
}

async function secretOf(
  name: string,
  option: string | true | undefined,
  file: string | undefined,
  host: Host,
): Promise<string | undefined> {
  if (option !== undefined && file !== undefined)
    throw new UsageError(`--${name} and --${name}-file are two of one: leave one out`);
  if (file !== undefined)
    return withFile("read", file, () => readFileSync(file === "-" ? 0 : file, "utf8")).replace(/\r?\n$/, "");
  return option === true ? askSecretly(name, host) : option;
}
