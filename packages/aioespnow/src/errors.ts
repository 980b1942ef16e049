/**
 * The one error class of this package and its codes.
 *
 * ESP-IDF numbers an ESP-NOW error 0x3064 + n (esp_now.h); MicroPython raises `OSError(-number, name)`
 * (docs/protocol.md 3.2 and 4.1). The other numbers are those MicroPython uses on an ESP32 (newlib's errno.h).
 */
const ERRNO = {
  ESP_ERR_ESPNOW_BASE: -12388,
  ESP_ERR_ESPNOW_NOT_INIT: -12389,
  ESP_ERR_ESPNOW_ARG: -12390,
  ESP_ERR_ESPNOW_NO_MEM: -12391,
  ESP_ERR_ESPNOW_FULL: -12392,
  ESP_ERR_ESPNOW_NOT_FOUND: -12393,
  ESP_ERR_ESPNOW_INTERNAL: -12394,
  ESP_ERR_ESPNOW_EXIST: -12395,
  ESP_ERR_ESPNOW_IF: -12396,
  ESP_ERR_ESPNOW_CHAN: -12397,
  ENOENT: 2,
  EDEADLK: 45,
  ENOTSUP: 95,
  ETIMEDOUT: 116,
  ERR_RADIO_CLOSED: 5,
  ERR_RADIO_DOWN: 5,
  ERR_RADIO_PERMISSION: 1,
  ERR_RADIO_PROTOCOL: 71,
} as const;

/** What `EspNowError.code` can be. `docs/errors.md` says when each is thrown and what to do. */
export type EspNowErrorCode = keyof typeof ERRNO;

/**
 * Thrown for every refusal that is not a plain mistake of type or range. Match on `code`. You can print and log the message
 * safely, even if it quotes a board or a driver: control characters are escaped.
 */
export class EspNowError extends Error {
  /** `EspNowError`. */
  override readonly name = "EspNowError";
  /** The symbolic name, as `err.args[1]` in MicroPython: `"ESP_ERR_ESPNOW_NOT_FOUND"`. */
  readonly code: EspNowErrorCode;
  /** The number, as `err.errno` in MicroPython: -12393 for `ESP_ERR_ESPNOW_NOT_FOUND`. */
  readonly errno: number;

  /**
   * An error for those who write a radio or a phy of their own.
   * @param code sets `errno` too, and goes in front of the message.
   * @param message what is wrong and what to do, without the code.
   * @param options `cause`: the error below this one.
   */
  constructor(code: EspNowErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${printable(withoutCode(message))}`, options);
    this.code = code;
    this.errno = ERRNO[code];
  }
}

/** A reason that another error of this class gave has its code in front: one code is enough. */
function withoutCode(message: string): string {
  const [first = ""] = message.split(": ", 1);
  return Object.hasOwn(ERRNO, first) ? message.slice(first.length + 2) : message;
}

/** The code that has this number; undefined: none or more than one has it. */
export function codeOfErrno(errno: number): EspNowErrorCode | undefined {
  const codes = (Object.keys(ERRNO) as EspNowErrorCode[]).filter((code) => ERRNO[code] === errno);
  return codes.length === 1 ? codes[0] : undefined;
}

/** What a terminal obeys, what hides or reorders text, and what ends a line: controls, formats, separators, half characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Makes a text from an untrusted source, such as a board, safe to print or log: it becomes one line, without characters
 * that control a terminal. Each such character becomes a JavaScript escape: `\x1b`, `\u{202e}`.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = (character.codePointAt(0) as number).toString(16);
  return code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, "0")}`;
}
