import type { Program } from "espnow-micropython";
import { count } from "../output/format.ts";
import type { Output } from "../output/output.ts";

/** Of micropython-lib, as PyScript's MicroPython has it: no firmware of an ESP32 or ESP8266 does (MicroPython 1.27, ports/esp32/boards/manifest.py). */
const LIBRARY =
  /no module named '(datetime|logging|functools|itertools|copy|abc|base64|string|types|unittest|collections\.defaultdict|contextlib|pathlib|hmac|gzip|zlib|operator|inspect|html|fnmatch|tarfile|locale|pprint|stat|tempfile|uu)'/;
/** `time.time() + 0.5`, and the other way round. */
const FLOAT_SUM = /\btime\(\)\s*[-+]\s*\d*\.\d|\d\.\d*\s*[-+]\s*(?:time\.)?time\(\)/;

/** What errors of a board mean, which say it in a word of ESP-IDF or of MicroPython: the line of the traceback, what to do. */
const MEANINGS: readonly (readonly [error: RegExp, meaning: string])[] = [
  [/'ESP_ERR_ESPNOW_NOT_INIT'/, "ESP-NOW was off: call ESPNow().active(True) first"],
  [/'ESP_ERR_ESPNOW_IF'/, "its Wi-Fi was off: call network.WLAN(network.STA_IF).active(True) first"],
  [/'ESP_ERR_ESPNOW_NOT_FOUND'/, "the address is no peer: call add_peer() first"],
  [/'ESP_ERR_ESPNOW_EXIST'/, "the address is a peer already: add_peer() takes it once"],
  [/'ESP_ERR_ESPNOW_FULL'/, "there are 20 peers at most, 6 of them encrypted: del_peer() makes room"],
  [
    /ValueError: invalid buffer length/,
    "an address has 6 bytes, such as b'\\x02\\x00\\x00\\x00\\x00\\x0a', and a key has 16",
  ],
];

/** lwIP's mailbox of a UDP socket (CONFIG_LWIP_UDP_RECVMBOX_SIZE). */
const TOO_SLOW = "a socket keeps 6 that the program has not read";

/** At the end of a run: what would go wrong on a board, and what is missing as on one. */
export function adviseBoards(programs: readonly Program[], output: Output): void {
  const advice = new Set(programs.flatMap(adviceFor));
  for (const remark of advice) output.remark(remark);
}

function adviceFor(program: Program): string[] {
  const [, missing] = LIBRARY.exec(program.exit?.traceback ?? "") ?? [];
  const place = floatSum(program.files);
  const meaning = MEANINGS.find(([error]) => error.test(program.exit?.traceback ?? ""))?.[1];
  const dropped = program.machine.datagramsDropped;
  return [
    ...(dropped === 0 ? [] : [`${program.name}: ${count(dropped, "UDP datagram")} dropped: ${TOO_SLOW}`]),
    ...(meaning === undefined ? [] : [`${program.name}: ${meaning}`]),
    ...(missing === undefined
      ? []
      : [
          `a board's firmware has no ${missing}: put it beside the program, or in lib (mpremote mip install ${missing})`,
        ]),
    ...(place === undefined
      ? []
      : [`${place} adds a fraction to time.time(): on a board a float has 32 bits, and the fraction is lost`]),
  ];
}

/** Where a program does so first. */
function floatSum(files: ReadonlyMap<string, Uint8Array>): string | undefined {
  for (const [path, bytes] of files) {
    if (!path.endsWith(".py")) continue;
    const lines = new TextDecoder().decode(bytes).split("\n");
    const index = lines.findIndex((line) => FLOAT_SUM.test(line.replace(/#.*/, "")));
    if (index >= 0) return `${path.slice(1)}:${index + 1}`;
  }
  return undefined;
}
