import type { Radio, WifiInterface } from "aioespnow";
import { macBytes } from "aioespnow/codec";
import type { VmHost } from "./vm-host.ts";

const INTERFACES: readonly WifiInterface[] = [0, 1];
/** The second argument of a call that only asks. */
const ASK = -1;

/**
 * Gives a program its board's Wi-Fi interfaces: answers the calls of python/network.py. Returns how to take it away: the
 * interfaces are down then, as after a reset, and the radio is on its former channel.
 */
export function attachWlan(vm: VmHost, radio: Radio): () => void {
  const { channel } = radio;
  const reset = (): void => {
    for (const iface of radio.capabilities.interfaces) radio.setInterfaceActive(iface, false);
    radio.channel = channel;
  };
  reset();
  vm.handle("wlan.active", ({ a, b }) => {
    const iface = interfaceOf(a);
    if (b !== ASK) radio.setInterfaceActive(iface, b === 1);
    return radio.isInterfaceActive(iface) ? 1 : 0;
  });
  vm.handle("wlan.mac", (call) => {
    call.reply = macBytes(radio.address(interfaceOf(call.a)));
    return 0;
  });
  vm.handle("wlan.channel", ({ a }) => {
    if (a !== ASK) radio.channel = a;
    return radio.channel;
  });
  return reset;
}

function interfaceOf(number: number): WifiInterface {
  const iface = INTERFACES[number];
  if (iface === undefined) throw new RangeError("invalid WLAN interface identifier");
  return iface;
}
