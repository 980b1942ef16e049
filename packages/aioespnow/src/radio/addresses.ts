import { ADDR_LEN, type MacAddress, macAt, macBytes } from "../codec/mac-address.ts";
import { type RandomSource, systemRandom } from "../util/rng.ts";

/** The device family whose addressing a radio imitates. */
export type MacFamily = "esp32" | "esp8266";

/** In the first byte of an address: administered locally, not by the IEEE (IEEE 802-2014, 8.2.2). */
const LOCALLY_ADMINISTERED = 0x02;

/** A random unicast address, marked as locally administered. Without `random` it comes from the platform's generator. */
export function randomStationAddress(random: RandomSource = systemRandom): MacAddress {
  const bytes = new Uint8Array(ADDR_LEN);
  for (let i = 0; i < ADDR_LEN; i++) bytes[i] = random.uint32() >>> 24;
  bytes[0] = ((bytes[0] as number) & 0xfc) | LOCALLY_ADMINISTERED;
  return macAt(bytes, 0);
}

/**
 * The address of a radio's access point: on an ESP32 the station's plus one, in the last byte only; on an ESP8266 the
 * station's with the locally-administered bit set (ESP-IDF API guide "MAC address", ESP8266 NONOS SDK).
 */
export function accessPointAddress(station: MacAddress, family: MacFamily): MacAddress {
  const bytes = macBytes(station);
  if (family === "esp32") bytes[5] = (bytes[5] as number) + 1;
  else bytes[0] = (bytes[0] as number) ^ LOCALLY_ADMINISTERED;
  return macAt(bytes, 0);
}
