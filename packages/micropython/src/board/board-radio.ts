import { type MacLike, type OpenOptions, openRadio, type Radio, toMac } from "aioespnow";
import { type BoardName, type EspNowName, espNowVersion } from "./board-name.ts";

/** What the radio of a simulated board is opened with. */
export interface BoardRadioOptions extends OpenOptions {
  /** Default: the radio's own, or a random one. */
  readonly mac?: MacLike | undefined;
  /** Decides how fast the radio is on a simulated air; left out: an ESP32. */
  readonly board?: BoardName | undefined;
  /** Left out: `v2`; an ESP8266 has `v1`. */
  readonly espnow?: EspNowName | undefined;
}

/** Opens a board's radio by its URL. @throws by rejection: as `openRadio`. */
export async function openBoardRadio(
  url: string,
  { mac, board, espnow, packetNumbers }: BoardRadioOptions,
): Promise<Radio> {
  const options = packetNumbers === undefined ? {} : { packetNumbers };
  const parameters: string[] = [];
  if (mac !== undefined) parameters.push(`mac=${toMac(mac)}`);
  if (board !== undefined && /^(air|sim):/.test(url)) parameters.push(`profile=${board}`);
  if (espNowVersion(board, espnow) === 1 && /^(air|sim|linux):/.test(url)) parameters.push("version=1");
  if (parameters.length === 0) return openRadio(url, options);
  return openRadio(`${url}${url.includes("?") ? "&" : "?"}${parameters.join("&")}`, options);
}
