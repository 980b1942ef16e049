import { MonitorPhy } from "../phy/linux/monitor-phy.ts";
import { SoftMacRadio } from "../radio/soft-mac/soft-mac.ts";
import { UNLIMITED } from "../radio/soft-mac/soft-mac-options.ts";
import { opened, type RadioOpener } from "./opening.ts";
import { checkNames, oneOf, toNumber, versionParameter } from "./parameters.ts";

/** `linux:INTERFACE`: a Wi-Fi card in monitor mode. */
export const linuxOpener: RadioOpener = {
  radio(name, parameters, { packetNumbers } = {}) {
    checkNames("linux", parameters, ["channel", "mac", "version", "force", "setup"]);
    const mac = parameters.get("mac");
    const given = { ...versionParameter(parameters), ...(packetNumbers === undefined ? {} : { packetNumbers }) };
    const phy = monitorPhy(name, parameters, "espnow");
    const own = { channel: phy.channel, ...(phy.address === undefined ? {} : { mac: phy.address }) };
    try {
      return opened(new SoftMacRadio(phy, { ...UNLIMITED, ...own, ...(mac === null ? {} : { mac }), ...given }));
    } catch (error) {
      void phy[Symbol.asyncDispose]();
      throw error;
    }
  },
  phy(name, parameters) {
    checkNames("linux", parameters, ["channel", "force", "setup"]);
    return monitorPhy(name, parameters, "everything");
  },
};

/** The card, on the channel that the parameters name. */
function monitorPhy(name: string, parameters: URLSearchParams, hears: "espnow" | "everything"): MonitorPhy {
  const given = parameters.get("channel");
  const channel = given === null ? undefined : toNumber("channel", given, "a whole number from 1 to 14", isChannel);
  const phy = new MonitorPhy(name, {
    force: oneOf("force", parameters.get("force"), ["0", "1"]) === "1",
    setup: oneOf("setup", parameters.get("setup"), ["0", "1"]) !== "0",
    hears,
  });
  if (channel === undefined) return phy;
  try {
    phy.setChannel(channel);
    return phy;
  } catch (error) {
    void phy[Symbol.asyncDispose]();
    throw error;
  }
}

function isChannel(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 14;
}
