import { AirRadio, type AirRadioOptions, airLink } from "./air-radio.ts";
import { BoardOpening, boardLine } from "./board.ts";
import { toMac } from "./codec/mac-address.ts";
import { EspNowError } from "./errors.ts";
import { readCapture } from "./pcap/capture-reader.ts";
import { MonitorPhy } from "./phy/linux/monitor-phy.ts";
import type { Phy } from "./phy/phy.ts";
import { ReplayPhy } from "./phy/replay-phy.ts";
import { checkAirName } from "./phy/shared-air/air-name.ts";
import type { Radio } from "./radio/radio.ts";
import { SoftMacRadio } from "./radio/soft-mac/soft-mac.ts";
import { UNLIMITED } from "./radio/soft-mac/soft-mac-options.ts";
import { parseRadioUrl } from "./radio-url.ts";
import { Air } from "./sim.ts";
import { systemClock } from "./util/system-clock.ts";
import { VirtualClock } from "./util/virtual-clock.ts";

/** Opens what stands behind the scheme. @throws RangeError for parameters that do not fit. */
type Opener<T> = (path: string, parameters: URLSearchParams) => T;

const OPENERS: Readonly<Record<string, Opener<Radio | BoardOpening>>> = {
  air: openAir,
  sim: openSim,
  linux: openLinux,
  board: openBoardRadio,
  replay: openReplay,
};

const PHY_OPENERS: Readonly<Record<string, Opener<Phy>>> = {
  air: openAirPhy,
  sim: openSimPhy,
  linux: openLinuxPhy,
  replay: openReplayPhy,
};

const MAX_SEED = 0xffff_ffff;

/** The airs of `sim:` URLs, by name: two radios of one name hear each other. */
const airs = new Map<string, Air>();

/**
 * Opens a radio by its URL:
 *
 * - `air:` or `air:NAME`: a simulated air in real time that all processes of this user on this machine share (Node).
 *   The first one hosts it; when it leaves, another does. Parameters: `mac`, `profile` (`esp32`, `esp8266`, `host`),
 *   `version` of ESP-NOW (1, 2).
 * - `sim:` or `sim:NAME`: a simulated air of this thread; radios of one name hear each other. Parameters: `mac`,
 *   `profile` (`esp32`, `esp8266`, `host`), `version`; `seed` and `clock` (`system`, `virtual`) where the air is new.
 * - `replay:FILE`: a pcap or pcapng file as a radio, as fast as it is read; `speed=1` in its own time, 2 twice as fast.
 *   All its messages are received; with `mac` those to that station and to groups.
 * - `linux:INTERFACE`: a Wi-Fi card (docs/linux.md). Parameters: `channel` (1 if left out), `mac` (its own), `version`,
 *   `force=1` (take it although it carries the default route), `setup=0` (it is in monitor mode and up already: use it as
 *   it is).
 * - `board:PORT`: an ESP32 or ESP8266 with MicroPython on a serial port (docs/radios.md), or the only one if `PORT` is left
 *   out, or `board:tcp://HOST:PORT`. Parameters: `baud` (115200), `reconnect` (1; 0: its end is the end of the radio).
 *
 * @throws RangeError for a URL that means nothing; EspNowError `ERR_RADIO_PROTOCOL` for a file that is no capture,
 *   `ENOTSUP` where the environment lacks what it needs. What keeps a radio from its air later is said by its `onState`.
 */
export async function openRadio(url: string): Promise<Radio> {
  const radio = openWith(OPENERS, url);
  if (radio instanceof BoardOpening) return radio.connected();
  if (radio instanceof AirRadio) await radio.joined();
  return radio;
}

/**
 * As `openRadio`, at once: for programs that block. To join an air takes about a tenth of a second, to bring the agent onto a
 * board two.
 */
export function openRadioSync(url: string): Radio {
  const radio = openWith(OPENERS, url);
  if (radio instanceof BoardOpening) return radio.waitUntilConnected();
  if (radio instanceof AirRadio) radio.waitUntilJoined();
  return radio;
}

/**
 * Opens the medium of a radio URL below ESP-NOW, for tools: it hears every frame on its channel, whoever it is for, once
 * it was given an address to answer to (`setAckAddresses`), and sends what it is given as it is.
 * @throws by rejection: as `openRadio`; RangeError for a radio that moves messages, not frames.
 */
export async function openPhy(url: string): Promise<Phy> {
  return openWith(PHY_OPENERS, url);
}

function openWith<T>(openers: Readonly<Record<string, Opener<T>>>, url: string): T {
  const { scheme, path, parameters } = parseRadioUrl(url);
  const open = Object.hasOwn(openers, scheme) ? openers[scheme] : undefined;
  if (open === undefined) {
    throw new RangeError(
      `a radio URL must begin with ${Object.keys(openers).join(":, ")}:, not ${JSON.stringify(url)}`,
    );
  }
  return open(path, parameters);
}

function openAir(name: string, parameters: URLSearchParams): Radio {
  checkNames("air", parameters, ["mac", "profile", "version"]);
  const options = stationOptions(parameters);
  return AirRadio.on(airLink(checkAirName(name)), options);
}

function openAirPhy(name: string, parameters: URLSearchParams): Phy {
  checkNames("air", parameters, []);
  return airLink(checkAirName(name)).phy("host", true);
}

function openSim(name: string, parameters: URLSearchParams): Radio {
  checkNames("sim", parameters, ["mac", "profile", "version", "seed", "clock"]);
  const options = stationOptions(parameters);
  return simAir(name, parameters).radio(options);
}

/** What `air:` and `sim:` have in common. */
function stationOptions(parameters: URLSearchParams): AirRadioOptions {
  const profile = oneOf("profile", parameters.get("profile"), ["esp32", "esp8266", "host"] as const);
  const mac = parameters.get("mac");
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(mac === null ? {} : { mac: toMac(mac) }),
    ...versionOption(parameters),
  };
}

/** The version of ESP-NOW that is spoken: left out, that of the profile. */
function versionOption(parameters: URLSearchParams): { readonly version?: 1 | 2 } {
  const version = oneOf("version", parameters.get("version"), ["1", "2"]);
  return version === undefined ? {} : { version: version === "1" ? 1 : 2 };
}

function openSimPhy(name: string, parameters: URLSearchParams): Phy {
  checkNames("sim", parameters, ["seed", "clock"]);
  return simAir(name, parameters).phy({ profile: "host", promiscuous: true });
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
  checkNames("replay", parameters, ["speed", "mac"]);
  const mac = parameters.get("mac");
  return new SoftMacRadio(replayPhy(file, parameters), {
    ...UNLIMITED,
    ...(mac === null ? { promiscuous: true } : { mac }),
  });
}

function openLinux(name: string, parameters: URLSearchParams): Radio {
  checkNames("linux", parameters, ["channel", "mac", "version", "force", "setup"]);
  const mac = parameters.get("mac");
  const version = versionOption(parameters);
  const phy = monitorPhy(name, parameters, "espnow");
  const own = { channel: phy.channel, ...(phy.address === undefined ? {} : { mac: phy.address }) };
  try {
    return new SoftMacRadio(phy, { ...UNLIMITED, ...own, ...(mac === null ? {} : { mac }), ...version });
  } catch (error) {
    void phy[Symbol.asyncDispose]();
    throw error;
  }
}

function openBoardRadio(address: string, parameters: URLSearchParams): BoardOpening {
  checkNames("board", parameters, ["baud", "reconnect"]);
  const baud = parameters.get("baud");
  const isBaud = (value: number): boolean => Number.isInteger(value) && value > 0;
  const speed = baud === null ? {} : { baud: toNumber("baud", baud, "a speed like 115200", isBaud) };
  const reconnect = oneOf("reconnect", parameters.get("reconnect"), ["0", "1"]) !== "0";
  return new BoardOpening(boardLine(address, speed), { reconnect });
}

function openLinuxPhy(name: string, parameters: URLSearchParams): Phy {
  checkNames("linux", parameters, ["channel", "force", "setup"]);
  return monitorPhy(name, parameters, "everything");
}

/** The card, on the channel that the parameters name. */
function monitorPhy(name: string, parameters: URLSearchParams, hears: "espnow" | "everything"): MonitorPhy {
  const given = parameters.get("channel");
  const channel = given === null ? undefined : toNumber("channel", given, "a whole number from 1 to 14", isChannel);
  const phy = new MonitorPhy(name, {
    force: oneOf("force", parameters.get("force"), ["0", "1"]) === "1",
    setup: oneOf("setup", parameters.get("setup"), ["0", "1"]) !== "0",
    hears,
  });
  if (channel === undefined) return phy;
  try {
    phy.setChannel(channel);
    return phy;
  } catch (error) {
    void phy[Symbol.asyncDispose]();
    throw error;
  }
}

function openReplayPhy(file: string, parameters: URLSearchParams): Phy {
  checkNames("replay", parameters, ["speed"]);
  return replayPhy(file, parameters);
}

function replayPhy(file: string, parameters: URLSearchParams): ReplayPhy {
  if (file === "") throw new RangeError("replay: needs a file: replay:air.pcapng");
  const speed = toNumber("speed", parameters.get("speed") ?? "1", "a number above 0", (value) => value > 0);
  const clock = parameters.has("speed") ? systemClock : new VirtualClock();
  return new ReplayPhy(readCapture(readFile(file)), { clock, speed });
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
