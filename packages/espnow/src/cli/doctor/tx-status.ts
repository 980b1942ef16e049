import { openRadio, type Radio, randomStationAddress } from "aioespnow";
import { startStation } from "../radio/station.ts";
import { type Finding, ok, problem, warning } from "./findings.ts";

/** Opens a Wi-Fi card, sends one frame with it, and puts it back. */
export async function probeTxStatus(url: string): Promise<Finding> {
  try {
    await using radio = await openRadio(url);
    return await judgeTxStatus(radio, url);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return problem(`${url} could not be tried: ${reason}`, "docs/linux.md says what it needs");
  }
}

/** Sends one message to an address that nobody has: a driver with TX status says that nobody acknowledged it. */
export async function judgeTxStatus(radio: Radio, url: string): Promise<Finding> {
  const { espnow } = startStation(radio);
  const nobody = randomStationAddress();
  espnow.addPeer(nobody);
  const report = await espnow.asendReport(nobody, "espnow doctor");
  switch (report.status) {
    case "failed":
      throw report.error;
    case "no-ack":
      return ok(`${url} tells whether a message was acknowledged`);
    case "unknown":
      return warning(
        `${url} gives no TX status: it stays unknown whether a message was acknowledged, and sends always succeed`,
        "let the peer answer with a message of its own, or use a card whose driver tells",
      );
    default:
      return warning(
        `${url} calls a message acknowledged that was sent to nobody`,
        "do not rely on it: let the peer answer with a message of its own",
      );
  }
}
