import { type MacAddress, toMac } from "aioespnow";
import { isGroup } from "aioespnow/codec";
import type { Position } from "aioespnow/sim";
import { InvalidArgumentError } from "commander";
import type { AccessPoint, BoardName, EspNowName } from "espnow-micropython";
import { oneOf, parseDuration } from "../arguments.ts";
import { messageOf, UsageError } from "../process/explain.ts";
import { pythonBytes } from "./python-bytes.ts";

/** What can be set for a board: for all of a command line, for one of its programs, or in a scenario file. */
export interface BoardSettings {
  readonly name?: string;
  readonly board?: BoardName;
  readonly espnow?: EspNowName;
  readonly machineName?: string;
  readonly mac?: MacAddress;
  readonly position?: Position;
  readonly accessPoint?: AccessPoint;
  readonly startMs?: number;
}

/** A model of board. */
export function parseBoard(word: string): BoardName {
  if (word === "esp32" || word === "esp8266") return word;
  throw new InvalidArgumentError("It must be esp32 or esp8266. An ESP32-S3, an ESP32-C3 and their like are esp32.");
}

/** The address of a board, as people write it, or as programs have it: `b'x!\x84\xc68\xb0'`. */
export function parseBoardAddress(word: string): MacAddress {
  try {
    const mac = toMac(pythonBytes(word) ?? word);
    if (!isGroup(mac)) return mac;
  } catch {
    // said below
  }
  throw new InvalidArgumentError(
    "It must be the address of one board, such as 02:00:00:00:00:0a or b'\\x02\\x00\\x00\\x00\\x00\\x0a'.",
  );
}

/** `12.5/3` or `12.5/3/1`: meters. */
export function parsePosition(word: string): Position {
  const [x, y, z = 0, ...more] = word
    .split("/")
    .map((part) => (/^-?(\d+(\.\d*)?|\.\d+)$/.test(part) ? Number(part) : Number.NaN));
  if (x !== undefined && y !== undefined && more.length === 0 && ![x, y, z].some(Number.isNaN)) return { x, y, z };
  throw new InvalidArgumentError("It must be a place in meters such as 12.5/3, or 12.5/3/1 with the height.");
}

/** `SSID`, `SSID:PASSWORD`, `SSID:PASSWORD@CHANNEL`. A password may have any characters: the channel is behind the last `@`. */
export function parseAccessPoint(word: string): AccessPoint {
  const [, ssid = "", password, channel] = /^([^:@]+)(?::(.*?))?(?:@(\d+))?$/.exec(word) ?? [];
  const number = channel === undefined ? 1 : Number(channel);
  if (ssid !== "" && number >= 1 && number <= 14) {
    return { ssid, channel: number, ...(password === undefined || password === "" ? {} : { password }) };
  }
  throw new InvalidArgumentError("It must look like SSID, SSID:PASSWORD or SSID:PASSWORD@CHANNEL.");
}

/** The settings in a word of the command line, by their names there. */
const SETTINGS: Readonly<Record<string, (value: string) => BoardSettings>> = {
  "access-point": (value) => ({ accessPoint: parseAccessPoint(value) }),
  board: (value) => ({ board: parseBoard(value) }),
  espnow: (value) => ({ espnow: oneOf("v1", "v2")(value) }),
  mac: (value) => ({ mac: parseBoardAddress(value) }),
  machine: (value) => ({ machineName: value }),
  name: (value) => ({ name: value }),
  position: (value) => ({ position: parsePosition(value) }),
  start: (value) => ({ startMs: parseDuration(value) }),
};

/** `key=value`; a value may be the bytes of a Python program. */
const SETTING = String.raw`[a-z-]+=(?:b'(?:\\.|[^'\\])*'|b"(?:\\.|[^"\\])*"|[^,\s]*)`;
const WORD = new RegExp(String.raw`^(\S+?):(${SETTING}(?:,${SETTING})*)(?:\s+([\s\S]*))?$`);

/** What a word of the command line says: `sensor.py:board=esp8266,mac=02:00:00:00:00:0b kitchen`. @throws UsageError. */
export function parseProgramWord(word: string): { path: string; settings: BoardSettings; argv: readonly string[] } {
  const [, withSettings, list = "", rest = ""] = WORD.exec(word) ?? [];
  const [path = "", ...argv] = (withSettings === undefined ? word : `${withSettings} ${rest}`).trim().split(/\s+/);
  const settings = [...list.matchAll(new RegExp(SETTING, "g"))].map(([setting]) => parseSetting(path, setting));
  return { path, settings: Object.assign({}, ...settings) as BoardSettings, argv };
}

function parseSetting(path: string, setting: string): BoardSettings {
  const at = setting.indexOf("=");
  const [name, value] = [setting.slice(0, at), setting.slice(at + 1)];
  const parse = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
  if (parse === undefined) {
    throw new UsageError(`${path}: there is no setting "${name}"; there are ${Object.keys(SETTINGS).join(", ")}`);
  }
  try {
    return parse(value);
  } catch (error) {
    throw new UsageError(`${path}: ${name}=${value} is wrong. ${messageOf(error)}`);
  }
}
