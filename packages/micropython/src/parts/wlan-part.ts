import type { MacAddress, Radio, WifiInterface } from "aioespnow";
import { DEFAULT_PROTOCOL, MAX_PROTOCOL, macAt, macBytes } from "aioespnow/codec";
import type { Vm } from "../vm/vm.ts";
import { type AccessPoint, type ConnectionState, StationConnection, Status } from "./access-point.ts";
import type { Part } from "./part.ts";

const INTERFACES: readonly WifiInterface[] = [0, 1];
const STATION: WifiInterface = 0;
const AP: WifiInterface = 1;
/** Instead of a value: the call only asks for it. */
const ASK = -1;
/** Transmit powers are told in quarters of a dBm. */
const QUARTERS = 4;

/** What the board's interfaces are brought back to, and the connection of its station. */
export interface WlanState {
  readonly channel: number;
  readonly txPower: number;
  readonly addresses: readonly (readonly [iface: WifiInterface, address: MacAddress])[];
  /** The 802.11 protocols that the program has chosen, by interface. */
  readonly protocols: readonly number[];
  readonly connection: ConnectionState;
}

/**
 * Gives a program its board's Wi-Fi interfaces: answers the calls of python/network.py. When it is detached they are down,
 * with the addresses and on the channel that they had, as after a reset.
 */
export class WlanPart implements Part<WlanState> {
  /** Called when the board is no longer in a network. */
  onLeave: () => void = () => undefined;
  /** Called when it has not come into a network: with a status, and the name of the network. */
  onFailure: StationConnection["onFailure"] = () => undefined;
  readonly #radio: Radio;
  readonly #connection: StationConnection;
  readonly #protocols = INTERFACES.map(() => DEFAULT_PROTOCOL);
  #initial: Omit<WlanState, "connection" | "protocols">;

  constructor(vm: Vm, radio: Radio, accessPoint?: AccessPoint) {
    const { channel, txPower, capabilities } = radio;
    const addresses = capabilities.interfaces.map((iface) => [iface, radio.address(iface)] as const);
    this.#radio = radio;
    this.#initial = { channel, txPower, addresses };
    this.#connection = new StationConnection(radio, accessPoint);
    this.#connection.onFailure = (status, ssid) => this.onFailure(status, ssid);
    const change: Change = (work) => {
      const wasUp = this.isUp();
      work();
      if (wasUp && !this.isUp()) this.onLeave();
    };
    attachInterfaces(vm, radio, (iface, isActive) =>
      change(() => {
        if (iface === STATION && !isActive) this.#connection.disconnect();
        radio.setInterfaceActive(iface, isActive);
        this.#setProtocol();
      }),
    );
    vm.handle("wlan_protocol", ({ iface: number, protocol }) => {
      const iface = interfaceOf(number);
      if (protocol === ASK) return this.#protocols[iface] as number;
      if (protocol < 1 || protocol > MAX_PROTOCOL) throw new RangeError("invalid protocol");
      this.#protocols[iface] = protocol;
      this.#setProtocol();
      return protocol;
    });
    attachConnection(vm, this.#connection, change);
  }

  /** Whether the board is in a network: of an access point, or of its own. */
  isUp(): boolean {
    return this.#connection.status === Status.connected || this.#radio.isInterfaceActive(AP);
  }

  /** The board begins: its interfaces are down. */
  begin(): void {
    this.#reset();
  }

  detach(): void {
    this.#connection.disconnect();
    this.#reset();
  }

  save(): WlanState {
    return { ...this.#initial, protocols: [...this.#protocols], connection: this.#connection.save() };
  }

  load({ connection, protocols, ...initial }: WlanState): void {
    this.#initial = initial;
    this.#protocols.splice(0, this.#protocols.length, ...protocols);
    this.#connection.load(connection);
  }

  #reset(): void {
    const { addresses, channel, txPower } = this.#initial;
    for (const [iface, address] of addresses) {
      this.#radio.setInterfaceActive(iface, false);
      if (this.#radio.address(iface) !== address) this.#radio.setAddress(iface, address);
    }
    this.#radio.channel = channel;
    this.#radio.txPower = txPower;
    this.#protocols.fill(DEFAULT_PROTOCOL);
    this.#setProtocol();
  }

  /** The radio hears what one of the interfaces that are up is for. */
  #setProtocol(): void {
    const radio = this.#radio;
    const { interfaces } = radio.capabilities;
    const active = interfaces.filter((iface) => radio.isInterfaceActive(iface));
    radio.protocol = (active.length > 0 ? active : interfaces)
      .map((iface) => this.#protocols[iface] as number)
      .reduce((sum, protocol) => sum | protocol);
  }
}

/** Does what may take the board from its network. */
type Change = (work: () => void) => void;

function attachInterfaces(vm: Vm, radio: Radio, setActive: (iface: WifiInterface, isActive: boolean) => void): void {
  vm.handle("wlan_active", ({ iface: number, active }) => {
    const iface = interfaceOf(number);
    if (active !== ASK) setActive(iface, active === 1);
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

function attachConnection(vm: Vm, connection: StationConnection, change: Change): void {
  vm.handle("wlan_connect", ({ retries, ssidAndPassword }) => {
    const [ssid = "", password = ""] = ssidAndPassword.split("\0");
    change(() => connection.connect(ssid, password, retries));
  });
  vm.handle("wlan_disconnect", () => change(() => connection.disconnect()));
  vm.handle("wlan_status", () => connection.status);
  vm.handle("wlan_sweep", () => connection.scan());
  vm.handle("wlan_scan", () => connection.beacon());
}

function interfaceOf(number: number): WifiInterface {
  const iface = INTERFACES[number];
  if (iface === undefined) throw new RangeError("invalid WLAN interface identifier");
  return iface;
}
