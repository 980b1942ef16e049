import { codeOfErrno, EspNowError } from "../../errors.ts";
import type { Reply } from "./board-protocol.ts";

/** An ESP8266's first SDK error of ESP-NOW, as MicroPython numbers them there (docs/protocol.md 4.2). */
const ESP8266_ERROR_BASE = 868;
const ESP8266_ERROR_COUNT = 10;
const ESP_IDF_ERROR_BASE = 12388;

/** What an OSError of the board means here. */
export function boardError({ error, body }: Reply): EspNowError {
  const isEsp8266 = error > ESP8266_ERROR_BASE && error < ESP8266_ERROR_BASE + ESP8266_ERROR_COUNT;
  const errno = isEsp8266 ? ESP8266_ERROR_BASE - ESP_IDF_ERROR_BASE - error : error;
  const code = codeOfErrno(errno) ?? "ESP_ERR_ESPNOW_INTERNAL";
  return new EspNowError(code, `the board refused it: ${new TextDecoder().decode(body)}`);
}
