import { readFileSync } from "node:fs";
import type { MacAddress } from "aioespnow";
import { type Command, InvalidArgumentError } from "commander";
import { collectKeys, parseKey } from "../arguments.ts";
import { UsageError } from "../process/explain.ts";
import type { Host } from "../process/host.ts";
import { withFile } from "../process/system-message.ts";
import { askSecretly } from "./secret-prompt.ts";

/** A key on the command line. `true`: without a value, so that it is asked for. */
type KeyOption = Uint8Array | true;

/** The options that name keys. */
export interface KeyOptions {
  readonly lmk?: KeyOption;
  readonly lmkFile?: string;
  readonly pmk?: KeyOption;
  readonly pmkFile?: string;
}

/** What the options say, and where they say nothing the environment. */
interface Keys {
  /** The local master key. */
  readonly lmk?: Uint8Array;
  /** The primary master key. */
  readonly pmk?: Uint8Array;
}

/** Several keys, each of which is tried. */
export interface KeyLists {
  readonly lmk: readonly Uint8Array[];
  readonly pmk?: Uint8Array;
}

const ASKED = "(no key: asks for it; default:";
const EXPOSED =
  "note: other users of this computer can see keys in the list of processes; --lmk-file, ESPNOW_LMK, or the option without a " +
  "key (it asks) hide them";

/** The same for a command that tries several local master keys. */
export interface KeyListOptions
  extends Omit<{ readonly [K in keyof KeyOptions]: KeyOptions[K] | undefined }, "lmk" | "lmkFile"> {
  readonly lmk?: readonly Uint8Array[] | true | undefined;
  readonly lmkFile?: readonly string[] | undefined;
}

/** Adds the options of `KeyOptions`. `flag` is what the command calls the first one, and `description` what it is for. */
export function withKeys(command: Command, flag: string, description: string): Command {
  return withPmk(
    command
      .option(`${flag} [key]`, `${description} ${ASKED} ESPNOW_LMK)`, parseKey)
      .option("--lmk-file <file>", "read that key from a file"),
  );
}

/** Adds the options of `KeyListOptions`. */
export function withKeyLists(command: Command, description: string): Command {
  return withPmk(
    command
      .option("--lmk [key]", `${description} ${ASKED} ESPNOW_LMK; may be repeated)`, collectKeys)
      .option("--lmk-file <file>", "read that key from a file (may be repeated)", collectFiles),
  );
}

function withPmk(command: Command): Command {
  return command
    .option("--pmk [key]", `the primary master key ${ASKED} ESPNOW_PMK)`, parseKey)
    .option("--pmk-file <file>", "read that key from a file");
}

function collectFiles(file: string, before: readonly string[] = []): readonly string[] {
  return [...before, file];
}

/** What a command is given once its keys are known. */
export type WithKeys<T> = Omit<T, keyof KeyOptions> & Keys;

/** The options of a command with its keys. @throws UsageError for an invalid key, or one that has no effect. */
export async function withKeysOf<T extends KeyOptions>(options: T, host: Host): Promise<WithKeys<T>> {
  const { lmk: option, lmkFile: file, pmk: pmkOption, pmkFile, ...others } = options;
  const {
    lmk: [lmk],
    pmk,
  } = await keyListsOf(
    {
      lmk: option instanceof Uint8Array ? [option] : option,
      lmkFile: file === undefined ? undefined : [file],
      pmk: pmkOption,
      pmkFile,
    },
    host,
  );
  return { ...others, ...(lmk === undefined ? {} : { lmk }), ...(pmk === undefined ? {} : { pmk }) };
}

/**
 * The same for a command that hears: its keys are those of the stations `from`. Without them the environment is not asked.
 * @throws UsageError for a key without stations.
 */
export async function withStationKeys<T extends KeyOptions & { readonly from?: readonly MacAddress[] }>(
  options: T,
  host: Host,
): Promise<WithKeys<T>> {
  if (options.from !== undefined) return withKeysOf(options, host);
  const { lmk, lmkFile, pmk, pmkFile, ...others } = options;
  if ([lmk, lmkFile, pmk, pmkFile].every((option) => option === undefined)) return others;
  throw new UsageError("a key needs --from: it belongs to a station");
}

/** The keys of a command that tries several. @throws UsageError as `withKeysOf`. */
export async function keyListsOf(options: KeyListOptions, host: Host): Promise<KeyLists> {
  const { lmk: lmkOption, lmkFile = [], pmk: pmkOption, pmkFile } = options;
  const isShown = pmkOption instanceof Uint8Array || Array.isArray(lmkOption);
  if (isShown && host.stderr.isTTY === true) host.stderr.write(`${EXPOSED}\n`);
  const shown = lmkOption === true ? [await ask("local master key", host)] : (lmkOption ?? []);
  const given = [...shown, ...lmkFile.map((file) => keyFromFile("lmk", file))];
  const lmk = given.length > 0 ? given : fromEnvironment("ESPNOW_LMK", host);
  if (lmk.length === 0 && (pmkOption !== undefined || pmkFile !== undefined)) {
    throw new UsageError("a primary master key has no effect without a local master key");
  }
  const [pmk] =
    pmkFile !== undefined
      ? [keyFromFile("pmk", pmkFile)]
      : pmkOption !== undefined
        ? [pmkOption === true ? await ask("primary master key", host) : pmkOption]
        : fromEnvironment("ESPNOW_PMK", host);
  return { lmk, ...(pmk === undefined ? {} : { pmk }) };
}

function fromEnvironment(variable: string, { env }: Host): Uint8Array[] {
  const text = env[variable];
  return text ? [checked(text, `the environment variable ${variable}`)] : [];
}

async function ask(what: string, host: Host): Promise<Uint8Array> {
  return checked(await askSecretly(what, host), `the ${what}`);
}

/** The key in a file: text or digits, or the 16 bytes as they are. A line feed may follow. */
function keyFromFile(name: string, file: string): Uint8Array {
  const bytes = withFile("read", file, () => readFileSync(file === "-" ? 0 : file));
  const text = bytes.toString("latin1").replace(/\r?\n$/, "");
  return checked(Buffer.from(text, "latin1"), `--${name}-file ${file}`);
}

function checked(key: string | Uint8Array, source: string): Uint8Array {
  try {
    return parseKey(key);
  } catch (error) {
    throw error instanceof InvalidArgumentError ? new UsageError(`${source}: ${error.message}`) : error;
  }
}
