import type { MacAddress } from "../codec/mac-address.ts";
import { EspNowError } from "../errors.ts";
import type { Peer } from "./peer-table.ts";
import type { Radio } from "./radio.ts";

/**
 * What esp_now_send looks at, in its order (docs/protocol.md 3.3).
 * @throws EspNowError `ARG`, `NOT_FOUND`, `CHAN`, `IF`.
 */
export function checkSend(
  radio: Pick<Radio, "channel" | "isInterfaceActive" | "peers">,
  destination: MacAddress,
  length: number,
  maxLength: number,
): Peer {
  const peer = radio.peers.find(destination);
  if (length === 0 || length > maxLength) {
    throw new EspNowError("ESP_ERR_ESPNOW_ARG", `a message must have 1 to ${maxLength} bytes, not ${length}`);
  }
  if (peer === undefined) {
    throw new EspNowError("ESP_ERR_ESPNOW_NOT_FOUND", `${destination} is not a peer; add it with addPeer()`);
  }
  if (peer.channel !== 0 && peer.channel !== radio.channel) {
    throw new EspNowError(
      "ESP_ERR_ESPNOW_CHAN",
      `${destination} was added on channel ${peer.channel}, and the radio is on ${radio.channel}`,
    );
  }
  if (!radio.isInterfaceActive(peer.ifidx)) {
    const name = peer.ifidx === 0 ? "WLAN.IF_STA" : "WLAN.IF_AP";
    throw new EspNowError("ESP_ERR_ESPNOW_IF", `the interface is down; call new WLAN(${name}).active(true)`);
  }
  return peer;
}

/**
 * Those that a message to all goes to. A device sends to one peer after another and says INTERNAL at the first refusal,
 * whatever it was. Here everything is checked first: either all are sent to or none.
 * @throws EspNowError `NOT_FOUND`, and for what `check` throws `INTERNAL`, or `NO_MEM` as it is.
 */
export function checkSendToAll(radio: Pick<Radio, "peers">, check: (peers: readonly Peer[]) => void): readonly Peer[] {
  const peers = radio.peers.unicast();
  if (peers.length === 0) {
    throw new EspNowError("ESP_ERR_ESPNOW_NOT_FOUND", "there is no peer with a unicast address");
  }
  try {
    check(peers);
  } catch (cause) {
    if (cause instanceof EspNowError && cause.code === "ESP_ERR_ESPNOW_NO_MEM") throw cause;
    throw new EspNowError("ESP_ERR_ESPNOW_INTERNAL", "sending to all peers was refused; see the cause", { cause });
  }
  return peers;
}
