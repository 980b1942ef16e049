import type { MacAddress } from "../codec/mac-address.ts";
import { EspNowError } from "../errors.ts";

/** A Wi-Fi interface of a radio: 0 is the station (`WLAN.IF_STA`), 1 the access point (`WLAN.IF_AP`). */
export type WifiInterface = 0 | 1;

/** The addresses of both interfaces, and which of them are up. */
export interface WifiInterfacesState {
  readonly addresses: readonly MacAddress[];
  readonly active: readonly boolean[];
}

/** The interfaces of one radio: their addresses, and which of them are up. None is at first. */
export class WifiInterfaces {
  /** Those that the radio has. */
  readonly available: readonly WifiInterface[];
  /** The addresses of those that are up. */
  activeAddresses: readonly MacAddress[] = [];
  readonly #addresses: [station: MacAddress, accessPoint: MacAddress];
  readonly #active: [station: boolean, accessPoint: boolean] = [false, false];

  /**
   * All interfaces are down.
   * @param available those that the radio has: 0 is the station, 1 the access point.
   */
  constructor(station: MacAddress, accessPoint: MacAddress, available: readonly WifiInterface[]) {
    this.#addresses = [station, accessPoint];
    this.available = available;
  }

  /** @throws EspNowError `ENOTSUP` for an interface that the radio does not have; so do the others. */
  address(iface: WifiInterface): MacAddress {
    this.#check(iface);
    return this.#addresses[iface];
  }

  /** Gives an interface another address. */
  setAddress(iface: WifiInterface, mac: MacAddress): void {
    this.#check(iface);
    this.#addresses[iface] = mac;
    this.#update();
  }

  /** Whether it is up. */
  isActive(iface: WifiInterface): boolean {
    this.#check(iface);
    return this.#active[iface];
  }

  /** Brings it up or down. */
  setActive(iface: WifiInterface, active: boolean): void {
    this.#check(iface);
    this.#active[iface] = active;
    this.#update();
  }

  /** Addresses, and what is switched on, for `load`. @internal */
  save(): WifiInterfacesState {
    return { addresses: [...this.#addresses], active: [...this.#active] };
  }

  /** Takes what `save` returned, without asking the radio. @internal */
  load({ addresses, active }: WifiInterfacesState): void {
    Object.assign(this.#addresses, addresses);
    Object.assign(this.#active, active);
    this.#update();
  }

  #update(): void {
    this.activeAddresses = this.#addresses.filter((_, index) => this.#active[index]);
  }

  #check(iface: WifiInterface): void {
    if (this.available.includes(iface)) return;
    throw new EspNowError("ENOTSUP", `this radio has no interface ${String(iface)}, only ${this.available.join(", ")}`);
  }
}
