import type { Radio, WifiInterface } from "aioespnow";
import { macAt, macBytes } from "aioespnow/codec";
import type { Vm } from "../vm/vm.ts";
import { type AccessPoint, StationConnection, Status } from "./access-point.ts";

const INTERFACES: readonly WifiInterface[] = [0, 1];
const AP: WifiInterface = 1;
/** Instead of a value: the call only asks for it. */
const ASK = -1;
/** Transmit powers are told in quarters of a dBm. */
const QUARTERS = 4;

/** The Wi-Fi interfaces of a board whose program runs. */
export interface AttachedWlan {
  /** Whether the board is in a network: of an access point, or of its own. */
  isUp(): boolean;
  /** Takes them away: they are down then, with the addresses and on the channel that they had, as after a reset. */
  detach(): void;
}

/** Gives a program its board's Wi-Fi interfaces: answers the calls of python/network.py. */
export function attachWlan(vm: Vm, radio: Radio, accessPoint?: AccessPoint): AttachedWlan {
  const connection = new StationConnection(radio, accessPoint);
  const reset = initialState(radio);
  reset();
  attachInterfaces(vm, radio);
  attachConnection(vm, connection);
  return {
    isUp: () => connection.status === Status.connected || radio.isInterfaceActive(AP),
    detach: () => {
      connection.disconnect();
      reset();
    },
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

function attachInterfaces(vm: Vm, radio: Radio): void {
  vm.handle("wlan_active", ({ iface: number, active }) => {
    const iface = interfaceOf(number);
    if (active !== ASK) radio.setInterfaceActive(iface, active === 1);
    return radio.isInterfaceActive(iface) ? 1 : 0;
  });
  vm.handle("wlan_mac", ({ iface }) => macBytes(radio.address(interfaceOf(iface))));
  vm.handle("wlan_set_mac", ({ iface, mac }) => {
    radio.setAddress(interfaceOf(iface), macAt(mac, 0));
  });
  vm.handle("wlan_channel", ({ channel }) => {
    if (channel !== ASK) radio.channel = channel;
    return radio.channel;
  });
  vm.handle("wlan_txpower", ({ quarters }) => {
    if (quarters !== ASK) radio.txPower = quarters / QUARTERS;
    return Math.round(radio.txPower * QUARTERS);
  });
}

function attachConnection(vm: Vm, connection: StationConnection): void {
  vm.handle("wlan_connect", ({ retries, ssidAndPassword }) => {
    const [ssid = "", password = ""] = ssidAndPassword.split("\0");
    connection.connect(ssid, password, retries);
  });
  vm.handle("wlan_disconnect", () => connection.disconnect());
  vm.handle("wlan_status", () => connection.status);
  vm.handle("wlan_scan", () => connection.beacon());
}

function interfaceOf(number: number): WifiInterface {
  const iface = INTERFACES[number];
  if (iface === undefined) throw new RangeError("invalid WLAN interface identifier");
  return iface;
}
