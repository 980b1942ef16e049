import { type MacLike, openRadio, type Radio, toMac } from "aioespnow";
import type { BoardName } from "./board-name.ts";

export interface BoardRadioOptions {
  /** Default: the radio's own, or a random one. */
  readonly mac?: MacLike | undefined;
  readonly board?: BoardName | undefined;
}

/** Opens a board's radio by its URL. @throws by rejection: as `openRadio`. */
export async function openBoardRadio(url: string, { mac, board }: BoardRadioOptions): Promise<Radio> {
  const parameters: string[] = [];
  if (mac !== undefined) parameters.push(`mac=${toMac(mac)}`);
  if (board !== undefined && /^(air|sim):/.test(url)) parameters.push(`profile=${board}`);
  if (parameters.length === 0) return openRadio(url);
  return openRadio(`${url}${url.includes("?") ? "&" : "?"}${parameters.join("&")}`);
}
