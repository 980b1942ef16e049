import type { Radio, WifiInterface } from "aioespnow";
import { macAt, macBytes } from "aioespnow/codec";
import type { Call, VmHost } from "../host/vm-host.ts";
import { type AccessPoint, StationConnection } from "./access-point.ts";

const INTERFACES: readonly WifiInterface[] = [0, 1];
/** Instead of a value: the call only asks for it. */
const ASK = -1;
/** Transmit powers are told in quarters of a dBm. */
const QUARTERS = 4;

/**
 * Gives a program its board's Wi-Fi interfaces: answers the calls of python/network.py. Returns how to take them away: the
 * interfaces are down then, with the addresses and on the channel that they had, as after a reset.
 */
export function attachWlan(vm: VmHost, radio: Radio, accessPoint?: AccessPoint): () => void {
  const connection = new StationConnection(radio, accessPoint);
  const reset = initialState(radio);
  reset();
  attachInterfaces(vm, radio);
  attachConnection(vm, connection);
  return () => {
    connection.disconnect();
    reset();
  };
}

/** How to bring a radio back into the state it is in now, with its interfaces down. */
function initialState(radio: Radio): () => void {
  const { channel, txPower } = radio;
  const addresses = radio.capabilities.interfaces.map((iface) => [iface, radio.address(iface)] as const);
  return () => {
    for (const [iface, address] of addresses) {
      radio.setInterfaceActive(iface, false);
      if (radio.address(iface) !== address) radio.setAddress(iface, address);
    }
    radio.channel = channel;
    radio.txPower = txPower;
  };
}

function attachInterfaces(vm: VmHost, radio: Radio): void {
  vm.handle("wlan.active", ({ a, b }) => {
    const iface = interfaceOf(a);
    if (b !== ASK) radio.setInterfaceActive(iface, b === 1);
    return radio.isInterfaceActive(iface) ? 1 : 0;
  });
  vm.handle("wlan.mac", (call) => {
    call.reply = macBytes(radio.address(interfaceOf(call.a)));
    return 0;
  });
  vm.handle("wlan.set_mac", ({ a, data }) => {
    radio.setAddress(interfaceOf(a), macAt(data, 0));
    return 0;
  });
  vm.handle("wlan.channel", ({ a }) => {
    if (a !== ASK) radio.channel = a;
    return radio.channel;
  });
  vm.handle("wlan.txpower", ({ a }) => {
    if (a !== ASK) radio.txPower = a / QUARTERS;
    return Math.round(radio.txPower * QUARTERS);
  });
}

function attachConnection(vm: VmHost, connection: StationConnection): void {
  vm.handle("wlan.connect", ({ a, data }) => {
    const [ssid = "", password = ""] = new TextDecoder().decode(data).split("\0");
    connection.connect(ssid, password, a);
    return 0;
  });
  vm.handle("wlan.disconnect", () => {
    connection.disconnect();
    return 0;
  });
  vm.handle("wlan.status", () => connection.status);
  vm.handle("wlan.scan", (call: Call) => {
    call.reply = connection.beacon();
    return 0;
  });
}

function interfaceOf(number: number): WifiInterface {
  const iface = INTERFACES[number];
  if (iface === undefined) throw new RangeError("invalid WLAN interface identifier");
  return iface;
}
