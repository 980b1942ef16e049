import { EspNowError } from "../errors.ts";
import { readCapture } from "../pcap/capture-reader.ts";
import { ReplayPhy } from "../phy/replay-phy.ts";
import { SoftMacRadio } from "../radio/soft-mac/soft-mac.ts";
import { UNLIMITED } from "../radio/soft-mac/soft-mac-options.ts";
import { systemClock } from "../util/system-clock.ts";
import { VirtualClock } from "../util/virtual-clock.ts";
import { opened, type RadioOpener } from "./opening.ts";
import { checkNames, toNumber } from "./parameters.ts";

/** `replay:FILE`: a capture that is heard once more. */
export const replayOpener: RadioOpener = {
  radio(file, parameters) {
    checkNames("replay", parameters, ["speed", "mac"]);
    const mac = parameters.get("mac");
    const phy = replayPhy(file, parameters);
    return opened(new SoftMacRadio(phy, { ...UNLIMITED, ...(mac === null ? { promiscuous: true } : { mac }) }));
  },
  phy(file, parameters) {
    checkNames("replay", parameters, ["speed"]);
    return replayPhy(file, parameters);
  },
};

function replayPhy(file: string, parameters: URLSearchParams): ReplayPhy {
  if (file === "") throw new RangeError("replay: needs a file: replay:air.pcapng");
  const speed = toNumber("speed", parameters.get("speed") ?? "1", "a number above 0", (value) => value > 0);
  const clock = parameters.has("speed") ? systemClock : new VirtualClock();
  return new ReplayPhy(readCapture(readFile(file)), { clock, speed });
}

/** The bytes of a capture. Other files are refused. A capture that is broken later is played up to there. */
function readFile(file: string): Uint8Array {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs");
  if (fs === undefined) throw new EspNowError("ENOTSUP", "there are no files here; make a ReplayPhy of the bytes");
  const bytes = fs.readFileSync(file);
  const reader = readCapture(bytes);
  if (reader.read() === undefined && reader.ending.status === "malformed") {
    const { offset, reason } = reader.ending;
    throw new EspNowError("ERR_RADIO_PROTOCOL", `${file} is no capture that can be read: at byte ${offset}, ${reason}`);
  }
  return bytes;
}
