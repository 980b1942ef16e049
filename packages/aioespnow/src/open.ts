import { EspNowError } from "./errors.ts";
import { readCapture } from "./pcap/capture-reader.ts";
import { MonitorPhy } from "./phy/linux/monitor-phy.ts";
import { ReplayPhy } from "./phy/replay-phy.ts";
import type { Radio } from "./radio/radio.ts";
import { SoftMacRadio } from "./radio/soft-mac.ts";
import { Air, type SimRadioOptions } from "./sim.ts";
import { systemClock } from "./util/system-clock.ts";
import { VirtualClock } from "./util/virtual-clock.ts";

/** Opens what stands behind the scheme. @throws RangeError for parameters that do not fit. */
type Opener = (path: string, parameters: URLSearchParams) => Radio;

const OPENERS: Readonly<Record<string, Opener>> = { sim: openSim, linux: openLinux, replay: openReplay };

/** Only what looks like parameters is a query: a file's name may have a `?` in it. */
const URL_PARTS = /^([a-z]+):(.*?)(?:\?((?:[a-z]+=[^&?]*&?)+))?$/s;

const MAX_SEED = 0xffff_ffff;
const UNLIMITED = { maxPeers: Number.POSITIVE_INFINITY, maxEncryptedPeers: Number.POSITIVE_INFINITY } as const;

/** The airs of `sim:` URLs, by name: two radios of one name hear each other. */
const airs = new Map<string, Air>();

/**
 * Opens a radio by its URL:
 *
 * - `sim:` or `sim:NAME`: a simulated air of this thread; radios of one name hear each other. Parameters: `mac`,
 *   `profile` (`esp32`, `esp8266`, `host`); `seed` and `clock` (`system`, `virtual`) where the air is new.
 * - `replay:FILE`: a pcap or pcapng file as a radio, as fast as it is read; `speed=1` in its own time, 2 twice as fast.
 *   All its messages are received; with `mac` those to that station and to groups.
 * - `linux:INTERFACE`: a Wi-Fi card (docs/linux.md). Parameters: `channel` (1 if left out), `mac` (its own), `force=1` (take
 *   it although it carries the default route), `setup=0` (it is in monitor mode and up already: use it as it is).
 *
 * @throws RangeError for a URL that means nothing; EspNowError `ERR_RADIO_PROTOCOL` for a file that is no capture,
 *   `ENOTSUP` where the environment lacks what it needs.
 */
export async function openRadio(url: string): Promise<Radio> {
  return openRadioSync(url);
}

/** As `openRadio`, at once: for programs that block. */
export function openRadioSync(url: string): Radio {
  const [, scheme = "", path = "", query = ""] = URL_PARTS.exec(url) ?? [];
  const open = Object.hasOwn(OPENERS, scheme) ? OPENERS[scheme] : undefined;
  if (open === undefined) {
    throw new RangeError(
      `a radio URL must begin with ${Object.keys(OPENERS).join(":, ")}:, not ${JSON.stringify(url)}`,
    );
  }
  return open(path, new URLSearchParams(query));
}

function openSim(name: string, parameters: URLSearchParams): Radio {
  checkNames("sim", parameters, ["mac", "profile", "seed", "clock"]);
  const profile = oneOf("profile", parameters.get("profile"), ["esp32", "esp8266", "host"] as const);
  const mac = parameters.get("mac");
  const options: SimRadioOptions = {
    ...(profile === undefined ? {} : { profile }),
    ...(mac === null ? {} : { mac }),
  };
  return simAir(name, parameters).radio(options);
}

function simAir(name: string, parameters: URLSearchParams): Air {
  const seed = parameters.get("seed");
  const kind = oneOf("clock", parameters.get("clock"), ["system", "virtual"] as const);
  const known = airs.get(name);
  if (known !== undefined && known.stationCount > 0) {
    if (seed !== null || (kind ?? known.clock.kind) !== known.clock.kind) {
      throw new RangeError(`the air "sim:${name}" is open already: seed and clock are its first radio's to choose`);
    }
    return known;
  }
  const air = new Air({
    ...(seed === null ? {} : { seed: toNumber("seed", seed, `a whole number from 0 to ${MAX_SEED}`, isSeed) }),
    clock: kind === "virtual" ? new VirtualClock() : systemClock,
  });
  airs.set(name, air);
  return air;
}

function openReplay(file: string, parameters: URLSearchParams): Radio {
  if (file === "") throw new RangeError("replay: needs a file: replay:air.pcapng");
  checkNames("replay", parameters, ["speed", "mac"]);
  const mac = parameters.get("mac");
  const speed = toNumber("speed", parameters.get("speed") ?? "1", "a number above 0", (value) => value > 0);
  const clock = parameters.has("speed") ? systemClock : new VirtualClock();
  const phy = new ReplayPhy(readCapture(readFile(file)), { clock, speed });
  return new SoftMacRadio(phy, { ...UNLIMITED, ...(mac === null ? { promiscuous: true } : { mac }) });
}

function openLinux(name: string, parameters: URLSearchParams): Radio {
  checkNames("linux", parameters, ["channel", "mac", "force", "setup"]);
  const channel = parameters.get("channel");
  const given = parameters.get("mac");
  const options = {
    ...UNLIMITED,
    ...(given === null ? {} : { mac: given }),
    ...(channel === null ? {} : { channel: toNumber("channel", channel, "a whole number from 1 to 14", isChannel) }),
  };
  const phy = new MonitorPhy(name, {
    force: oneOf("force", parameters.get("force"), ["0", "1"]) === "1",
    setup: oneOf("setup", parameters.get("setup"), ["0", "1"]) !== "0",
  });
  const own = { channel: phy.channel, ...(phy.address === undefined ? {} : { mac: phy.address }) };
  try {
    return new SoftMacRadio(phy, { ...own, ...options });
  } catch (error) {
    void phy[Symbol.asyncDispose]();
    throw error;
  }
}

/** The bytes of a capture that is read through once, so that a broken one is refused before anything is heard of it. */
function readFile(file: string): Uint8Array {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs");
  if (fs === undefined) throw new EspNowError("ENOTSUP", "there are no files here; make a ReplayPhy of the bytes");
  const bytes = fs.readFileSync(file);
  const reader = readCapture(bytes);
  while (reader.read() !== undefined);
  if (reader.ending.status === "malformed") {
    const { offset, reason } = reader.ending;
    throw new EspNowError("ERR_RADIO_PROTOCOL", `${file} is no capture that can be read: at byte ${offset}, ${reason}`);
  }
  return bytes;
}

function checkNames(scheme: string, parameters: URLSearchParams, known: readonly string[]): void {
  for (const name of parameters.keys()) {
    if (!known.includes(name)) throw new RangeError(`${scheme}: has no parameter "${name}", only ${known.join(", ")}`);
  }
}

/** The number that a parameter is. @throws RangeError with the rule for one that is none, or not allowed. */
function toNumber(name: string, text: string, rule: string, isAllowed: (value: number) => boolean): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (isAllowed(value)) return value;
  throw new RangeError(`${name} must be ${rule}, not "${text}"`);
}

function isChannel(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 14;
}

function isSeed(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_SEED;
}

function oneOf<const T extends string>(name: string, value: string | null, allowed: readonly T[]): T | undefined {
  if (value === null) return undefined;
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new RangeError(`${name} must be ${allowed.join(" or ")}, not "${value}"`);
  return found;
}
